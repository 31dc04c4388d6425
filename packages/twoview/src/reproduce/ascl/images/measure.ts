// What is measured of a trained classifier: accuracies before and after attacks, and how far latents move with the radius.
import { robustAccuracy } from '../../../attacks/index.js';
import { type LabeledPixels, latentStudy } from '../../../evaluation/index.js';
import type { ImageClassifier } from '../../../methods/index.js';
import type { LatentDivergence } from '../../../metrics/index.js';
import { type ExperimentIo, InterruptedError } from '../../experiment.js';
import { type Divergence, inShort } from '../divergence.js';
import type { Evaluation } from './settings.js';

/** Divergences by both distances. */
export interface Divergences {
  cosine: Divergence;
  l2: Divergence;
}

/** Under PGD-20 at one radius. */
export interface RadiusMeasures extends Divergences {
  /** In 1/255. */
  radius: number;
  accuracy: number;
}

export interface Robustness {
  natural: number;
  /** Accuracy at the radius of the evaluation, by the number of PGD's steps. */
  pgd: Readonly<Record<string, number>>;
  byRadius: readonly RadiusMeasures[];
  /** Of test images without an attack. */
  benign: Divergences;
}

const both = ({ cosine, l2 }: { cosine: LatentDivergence; l2: LatentDivergence }): Divergences => ({
  cosine: inShort(cosine),
  l2: inShort(l2),
});

/** Steps of the attacks by radius, each a quarter of it. */
const radiusSteps = 20;

function finished<T>(result: T | undefined): T {
  if (result === undefined) throw new InterruptedError('asked to stop');
  return result;
}

/** @throws InterruptedError when asked to stop */
export async function measureRobustness(
  model: ImageClassifier,
  pixels: LabeledPixels,
  { eps, stepSize, steps: lengths, radii }: Evaluation,
  seed: number,
  { shouldStop }: Pick<ExperimentIo, 'shouldStop'>,
): Promise<Robustness> {
  const pgd: Record<string, number> = {};
  for (const steps of lengths) {
    const attack = { ball: { norm: 'linf', eps }, steps, stepSize } as const;
    const result = await robustAccuracy(model, pixels.images, pixels.labels, { attack, seed, shouldStop });
    pgd[steps] = finished(result).robustAccuracy;
  }
  const study = await latentStudy(model, pixels, {
    norm: 'linf',
    radii: radii.map((radius) => radius / 255),
    attackAt: (ball) => ({ ball, steps: radiusSteps, stepSize: ball.eps / 4 }),
    seed,
    shouldStop,
  });
  const [benign, ...rows] = finished(study);
  return {
    natural: benign!.accuracy,
    pgd,
    byRadius: rows.map(({ accuracy, divergence }, i) => ({ radius: radii[i]!, accuracy, ...both(divergence) })),
    benign: both(benign!.divergence),
  };
}
