// The collapse figures of every logged step, from the batch at hand: they cost a small eigendecomposition.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { correlationEigenvalues, effectiveRank, normalizedStd, predictorAlignment } from '../metrics/index.js';
import type { Measures, Observer, StepContext } from './observer.js';

/** Standard deviation, effective rank and spectrum of z; for a predictor that is a matrix, how it aligns with z's correlation. */
export const embeddingObserver: Observer = {
  onStep({ embeddings, model }: StepContext): Measures {
    return torch.noGrad(() =>
      torch.scope(() => {
        const z: Tensor = embeddings.to({ device: 'cpu', dtype: 'float32' });
        const eigenvalues = correlationEigenvalues(z);
        const largest = Math.max(eigenvalues[0] as number, Number.MIN_VALUE);
        const measures: Measures = {
          'z.std': normalizedStd(z),
          'z.effectiveRank': effectiveRank(eigenvalues),
          'z.spectrum': Array.from(eigenvalues, (value) => value / largest),
        };
        const matrix = model.predictor.matrix;
        if (matrix) {
          const correlation = z.transpose(0, 1).matmul(z).div(z.size(0));
          const { mean, asymmetry } = predictorAlignment(matrix.to({ device: 'cpu' }), correlation);
          Object.assign(measures, { 'predictor.alignment': mean, 'predictor.asymmetry': asymmetry });
        }
        return measures;
      }),
    );
  },
};
