// Watches a training whose predictor is a matrix as the linear theory sees it: a few modes for each logged step.

import type { MethodConfig } from '../../methods/index.js';
import type { Measures, Observer } from '../../training/index.js';
import { theoryLoss } from './loss.js';
import { type Modes, modesOf } from './modes.js';
import { RunningMoments } from './moments.js';

/** Modes that are written down. */
export const observedModes = 8;

/** Embeddings of more dimensions are not observed: their eigendecompositions would slow training down. */
export const largestDimension = 512;

/** Names of the measures in `metrics.jsonl`, by quantity. */
export const modeMeasures: Readonly<Record<keyof Modes, string>> = {
  s: 'theory.s',
  p: 'theory.p',
  total: 'theory.total',
  drive: 'theory.drive',
  drag: 'theory.drag',
  pull: 'theory.pull',
  alignment: 'theory.alignment',
};

/** Why the theory says nothing of a method; null if it does. */
export function whyNotObserved({ predictor, objective, projector }: MethodConfig): string | null {
  if (predictor.name === 'mlp') return 'the predictor is no matrix: the theory is of linear predictors';
  if (predictor.name === 'linear' && predictor.bias)
    return 'the predictor has a bias: the theory is of a matrix alone (method.predictor.bias)';
  if (objective.name !== 'cosine' && objective.name !== 'mse')
    return `the theory is of losses that compare a prediction with its target, cosine and mse, not of ${objective.name}`;
  if (projector.size > largestDimension)
    return `embeddings have ${projector.size} dimensions, and modes are observed for up to ${largestDimension}`;
  return null;
}

/**
 * Writes the leading modes of F and of the predictor, `theory.s`, `theory.p` and what the loss makes of them, `theory.drive`, `theory.drag`,
 * averaged over the batches since the last logged step. Draws no random numbers and leaves the model alone.
 *
 * @param device where the model trains
 * @returns null where the theory says nothing of the method (`whyNotObserved`)
 */
export function createTheoryObserver(method: MethodConfig, device: string): Observer | null {
  const loss = theoryLoss(method);
  if (loss === null || whyNotObserved(method) !== null) return null;
  const moments = new RunningMoments(loss, method.projector.size, device);
  const state = Object.fromEntries(Object.entries(moments.state).map(([name, sum]) => [`theory.${name}`, sum]));
  return {
    state,
    onBatch({ views }) {
      moments.add(views);
    },
    onStep({ model }): Measures {
      const means = moments.take();
      if (!means) return {};
      const modes = modesOf(means, model.predictor.matrix, observedModes);
      return Object.fromEntries(
        Object.entries(modes).map(([key, values]) => [modeMeasures[key as keyof Modes], values]),
      );
    },
  };
}
