// Numbers of an image run by name, as claims compare them.
import type { Robustness } from '../images/measure.js';
import type { ImageMethodName, ImageRuns } from './image-claim.js';

type Measure = (robustness: Robustness) => number;

/** Accuracy under PGD of so many steps at the radius of the evaluation. */
export const pgd =
  (steps: number): Measure =>
  (robustness) =>
    robustness.pgd[steps] ?? Number.NaN;

const at = ({ byRadius }: Robustness, radius: number) => byRadius.find((one) => one.radius === radius);

/** DIV_rel by cosine distance on PGD-20 images of that radius in 1/255. */
export const relative =
  (radius: number): Measure =>
  (robustness) =>
    at(robustness, radius)?.cosine.relative ?? Number.NaN;

/** Accuracy under PGD-20 at that radius. */
export const robustAt =
  (radius: number): Measure =>
  (robustness) =>
    at(robustness, radius)?.accuracy ?? Number.NaN;

/** Shares of pairs, seed by seed. */
export const kept = (runs: ImageRuns, name: ImageMethodName, of: 'positives' | 'negatives'): number[] =>
  (runs[name] ?? []).map((run) => run.kept[of]);
