// Robust accuracy at several radii.
import type { Tensor } from '@twoview/torch';
import type { Classifier } from '../common/classifier.js';
import type { AttackProgress } from '../common/progress.js';
import type { PgdSettings } from '../pgd/options.js';
import type { AttackSteps } from './drive.js';
import { robustAccuracy } from './robust-accuracy.js';
import { choose } from './sets.js';

export interface RadiusCurveOptions {
  /** Ascending, in pixel units. 2, 4, 6, 8, 10, 12, 14, 16, 20, 24 and 32 of 255 if left out. */
  radii?: readonly number[];
  /** The attack at a radius; PGD-50 in L-infinity with steps of 2.5 eps / 50 if left out. */
  attack?: (eps: number) => PgdSettings | AttackSteps;
  /** Seeds the random draws, the same at every radius. */
  seed: number;
  /** Images at a time; 128 if left out. */
  batchSize?: number;
  /**
   * Counts an image that fell at a smaller radius as fallen at all larger ones, whose balls contain its adversarial image,
   * and does not attack it again. False if left out: each radius is attacked on its own, so that a curve that rises shows
   * that the attack fails, which is what gradient masking looks like.
   */
  monotone?: boolean;
  /** Called after every step. `done` images of `total` lie behind the batch that `attack` speaks of. */
  onProgress?: (progress: { eps: number; done: number; total: number; attack: AttackProgress }) => void;
  /** Asked between steps: true ends the evaluation. */
  shouldStop?: () => boolean;
}

export interface RadiusCurve {
  /** Images of the set. */
  total: number;
  /** Share in [0, 1] that is classified correctly. */
  naturalAccuracy: number;
  points: {
    eps: number;
    /** Share in [0, 1] that is classified correctly before and after the attack. */
    robustAccuracy: number;
    /** 1 for each image that survives. */
    robust: Uint8Array;
  }[];
  /** The most by which accuracy rises from one radius to the next: 0 if it never does, and always 0 with `monotone`. */
  largestRise: number;
}

const published = [2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32].map((radius) => radius / 255);

const pgd50 = (eps: number): PgdSettings => ({ ball: { norm: 'linf', eps }, steps: 50, stepSize: (2.5 * eps) / 50 });

/**
 * Robust accuracy as a function of the radius.
 *
 * @param images [N, C, H, W] in [0, 1], on the device of the model
 * @param labels int64 [N]
 * @returns undefined when it was asked to stop
 * @throws RangeError when radii do not ascend, and as `robustAccuracy` does
 */
export async function radiusCurve(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: RadiusCurveOptions,
): Promise<RadiusCurve | undefined> {
  const {
    radii = published,
    attack = pgd50,
    seed,
    batchSize = 128,
    monotone = false,
    onProgress,
    shouldStop,
  } = options;
  if (radii.length === 0 || radii.some((eps, i) => !(eps > (radii[i - 1] ?? 0)) || !Number.isFinite(eps))) {
    throw new RangeError(`radiusCurve: radii must be positive and ascend, not [${radii.join(', ')}]`);
  }
  const total = images.shape[0] ?? 0;
  const points: RadiusCurve['points'] = [];
  let naturalAccuracy = 0;
  let rows = Array.from({ length: total }, (_, i) => i);
  for (const eps of radii) {
    const robust = new Uint8Array(total);
    // The first radius is attacked in any case: it says what is classified correctly.
    if (rows.length > 0 || points.length === 0) {
      const [x, y] = rows.length === total ? [images, labels] : choose(images, labels, rows);
      try {
        const result = await robustAccuracy(model, x, y, {
          attack: attack(eps),
          seed,
          batchSize,
          onProgress: (progress) => onProgress?.({ eps, ...progress }),
          ...(shouldStop ? { shouldStop } : {}),
        });
        if (!result) return undefined;
        if (points.length === 0) naturalAccuracy = result.naturalAccuracy;
        for (const [i, row] of rows.entries()) robust[row] = result.robust[i]!;
      } finally {
        if (x !== images) for (const tensor of [x, y]) tensor.dispose();
      }
    }
    points.push({ eps, robustAccuracy: robust.reduce((a, b) => a + b, 0) / total, robust });
    if (monotone) rows = rows.filter((row) => robust[row] === 1);
  }
  const rises = points.slice(1).map((point, i) => point.robustAccuracy - points[i]!.robustAccuracy);
  return { total, naturalAccuracy, points, largestRise: Math.max(0, ...rises) };
}
