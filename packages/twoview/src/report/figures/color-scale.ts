/** Values as colours between the card's and a series', in few classes, so that they follow day and night and stay small. */
import type { HeatmapFigure } from './figure.js';

/** Classes from the card's colour to the strongest. */
const classes = 32;
/** Colours stay this pale (in percent) under numbers, which are written in ink: 4.5 to 1 by day and by night. */
const paleUnderNumbers = 52;

/** Colours of a heatmap. */
export interface ColorScale {
  /** Values at the ends. */
  domain: readonly [number, number];
  /** The class of a value, a whole number; what lies beyond the ends counts as the end. NaN if it is not finite. */
  classOf: (value: number) => number;
  /** The CSS colour of a class. */
  color: (level: number) => string;
  /** All of them as a CSS gradient, for the key. */
  gradient: string;
}

/** The colours that a heatmap asks for. */
export function colorScale({ values, colors, domain, numbers }: HeatmapFigure): ColorScale {
  const strongest = numbers ? paleUnderNumbers : 100;
  const mix = (series: number, share: number): string =>
    `color-mix(in oklab, var(--series-${series}) ${Math.round(strongest * share)}%, var(--card))`;
  const finite = values.flat().filter(Number.isFinite);
  if (colors === 'diverging') {
    const [low, high] = domain ?? symmetric(finite);
    const [middle, half] = [(low + high) / 2, (high - low) / 2];
    const side = classes / 2;
    return {
      domain: [low, high],
      classOf: (value) => level((value - middle) / half, -1, side),
      color: (at) => mix(at < 0 ? 2 : 1, Math.abs(at) / side),
      gradient: `linear-gradient(in oklab to right, ${mix(2, 1)}, var(--card), ${mix(1, 1)})`,
    };
  }
  const [low, high] = domain ?? extent(finite);
  return {
    domain: [low, high],
    classOf: (value) => level((value - low) / (high - low), 0, classes),
    color: (at) => mix(1, at / classes),
    gradient: `linear-gradient(in oklab to right, var(--card), ${mix(1, 1)})`,
  };
}

/** `+ 0` makes one class of 0 and -0. */
function level(share: number, lowest: number, count: number): number {
  return Number.isFinite(share) ? Math.round(Math.min(1, Math.max(lowest, share)) * count) + 0 : Number.NaN;
}

function symmetric(values: readonly number[]): [number, number] {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return [-most, most];
}

/** Smallest and largest; from or to 0 where all are the same. */
function extent(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (low < high) return [low, high];
  if (low === high && low !== 0) return [Math.min(0, low), Math.max(0, low)];
  return [0, 1];
}
