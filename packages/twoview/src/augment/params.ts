// The layout of augmentation parameters: one row of numbers per sample, all that is random about a view. The kernel in
// native/augment.cc holds the same list.

/** Column of each parameter in a row. Boxes are whole pixels of the image (of the padded image for `padded` crops). */
export const PARAM = {
  top: 0,
  left: 1,
  height: 2,
  width: 3,
  /** 0 or 1. */
  flip: 4,
  /** -1: no jitter; 0..23: rank of the order of (brightness, contrast, saturation, hue) in lexicographic order. */
  order: 5,
  /** Factors, 1 changes nothing. */
  brightness: 6,
  contrast: 7,
  saturation: 8,
  /** Turns of the colour circle, in [-0.5, 0.5]. */
  hue: 9,
  /** 0 or 1. */
  grayscale: 10,
  /** Standard deviation of the blur in pixels of the view; 0: no blur. */
  sigma: 11,
  /** 0 or 1. */
  solarize: 12,
} as const;

/** Numbers per sample. */
export const PARAM_COUNT = 13;

/** The four jitter operations in the numbering that orders are ranked by. */
export const JITTER = { brightness: 0, contrast: 1, saturation: 2, hue: 3 } as const;

/** The 24 orders of the jitter operations, lexicographically: `JITTER_ORDERS[rank]` is applied from left to right. */
export const JITTER_ORDERS: readonly (readonly number[])[] = permutations([0, 1, 2, 3]);

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
