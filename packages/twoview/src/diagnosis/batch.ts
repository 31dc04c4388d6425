// The measures of one training batch: cheap enough for every logged step, and rough, since a batch bounds every rank.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { correlationEigenvalues, offDiagonalCorrelation } from '../metrics/index.js';
import { l2Normalize } from '../objectives/index.js';

/** Rows and dimensions beyond these are left out, evenly, so that the cost of a step has a bound. */
const [maxRows, maxColumns] = [256, 128];

/**
 * What `measureBatch` finds. A batch of N embeddings has at most N - 1 directions, so that ranks are to be compared with each other
 * and not with D; independent dimensions have an apparent correlation of about sqrt(2 / (pi N)).
 */
export interface BatchMeasures {
  /** As `varianceShare`: 0 at complete collapse. */
  varianceShare: number;
  /** As `participationRatio` of the covariance: 1 when one direction is left. 0 if nothing varies. */
  participationRatio: number;
  /** As `offDiagonalCorrelation`, of at most 128 dimensions spread evenly; NaN if fewer than two vary. */
  offDiagonalCorrelation: number;
  /** The middle eigenvalue of the covariance over the largest: how far the tail of the spectrum has decayed. */
  spectrumTail: number;
  /** Root mean square length of an embedding. */
  norm: number;
}

/** At most `count` of the indices 0 to `total` - 1, at equal distances. */
function spreadEvenly(total: number, count: number): Int32Array {
  const size = Math.min(total, count);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * total) / size));
}

/** The measures of a batch of embeddings z [N, D], N >= 2; without random numbers. The cost is bounded for any N and D. */
export function measureBatch(z: Tensor): BatchMeasures {
  return torch.noGrad(() =>
    torch.scope(() => {
      const rows = z.detach().narrow(0, 0, Math.min(z.shape[0]!, maxRows)).to({ device: 'cpu', dtype: 'float32' });
      const wide = rows.double();
      const directions = l2Normalize(wide);
      const values = correlationEigenvalues(wide.sub(wide.mean([0])));
      const sum = values.reduce((a, b) => a + b, 0);
      const squares = values.reduce((a, b) => a + b * b, 0);
      const middle = values[Math.floor(Math.min(rows.shape[0]! - 1, values.length) / 2)]!;
      const columns = spreadEvenly(rows.shape[1]!, maxColumns);
      const some = rows.indexSelect(1, torch.fromTypedArray(columns, [columns.length]));
      return {
        varianceShare:
          directions
            .sub(directions.mean([0]))
            .square()
            .sum()
            .item() / rows.shape[0]!,
        participationRatio: sum === 0 ? 0 : sum ** 2 / squares,
        offDiagonalCorrelation: offDiagonalCorrelation(some).mean,
        spectrumTail: sum === 0 ? 0 : middle / values[0]!,
        norm: Math.sqrt(rows.square().sum([1]).mean().item()),
      };
    }),
  );
}
