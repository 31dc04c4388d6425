// What a toy run is judged by: accuracy of a probe, spread and rank of the embeddings, alignment of the predictor.
import * as torch from '@twoview/torch';
import { ridgeProbe } from '../../../evaluation/index.js';
import type { Siamese } from '../../../methods/index.js';
import { correlationMatrix, effectiveRank, normalizedStd, predictorAlignment } from '../../../metrics/index.js';
import { classes, type ToyData } from './data.js';
import type { ToyEncoder } from './network.js';
import { probeViews } from './settings.js';

/** The numbers of a run. */
export interface ToyMeasures {
  /** Of a ridge classifier on h: fitted on 2000 fresh views, tested on 2000 others. */
  accuracy: number;
  /** Standard deviation of z of length one, mean over axes, times sqrt(D): 0 after a collapse, 1 where all directions are even. */
  std: number;
  /** exp of the entropy of the eigenvalues of E[z z^T]. */
  effectiveRank: number;
  /** Of the last training step; NaN for an untrained network. In [-4, 4]. */
  loss: number;
  /** Mean of cos(u_j, Wp u_j) over the eight leading eigenvectors of E[z z^T]; NaN without a linear predictor. */
  alignment: number;
  /** ||Wp - Wp^T|| / ||Wp||; NaN without a linear predictor. */
  asymmetry: number;
}

/** Networks see fresh views in training mode: BatchNorm uses the statistics of these views. */
export function measureToy(model: Siamese, data: ToyData): Omit<ToyMeasures, 'loss'> {
  return torch.noGrad(() =>
    torch.scope(() => {
      const contents = data.contents(2 * probeViews);
      const h = (model.encoder as ToyEncoder).h(data.view(contents));
      const z = model.online.projector.forward(h.relu());
      const labels = contents.labels.to({ dtype: 'int32' }).data() as Int32Array;
      const { accuracy } = ridgeProbe({
        train: h.narrow(0, 0, probeViews),
        test: h.narrow(0, probeViews, probeViews),
        trainLabels: labels.slice(0, probeViews),
        testLabels: labels.slice(probeViews),
        classes,
      });
      const { matrix } = model.predictor;
      const aligned = matrix ? predictorAlignment(matrix, correlationMatrix(z), { top: 8 }) : undefined;
      return {
        accuracy,
        std: normalizedStd(z),
        effectiveRank: effectiveRank(z),
        alignment: aligned?.mean ?? Number.NaN,
        asymmetry: aligned?.asymmetry ?? Number.NaN,
      };
    }),
  );
}
