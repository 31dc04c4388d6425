// W-MSE's whitening: all axes together, within random slices of the batch.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { atLeastFloat32, checkMatrix, checkSamples } from './embeddings.js';
import { type WhitenOptions, whitenBatched } from './whiten.js';

export interface SlicedWhitenOptions extends WhitenOptions {
  /** Samples of a slice, at least; a smaller batch is one slice. The whole batch if left out. */
  size?: number;
  /** Times that slices are drawn; 1 if left out. */
  rounds?: number;
}

/**
 * Whitens random slices of the batch, each by itself. One permutation of the samples serves all views, so that the views of an image are
 * whitened among those of the same other images (Ermolov et al. 2021, section 3). Covariances are divided by N - 1 and
 * shrunk to (1 - epsilon) S + epsilon I, as in the authors' program; the solver is `cholesky` if left out. A batch that
 * does not divide is cut into slices that differ by one sample.
 *
 * @param views [N, D] each, of the same N; half precision is computed in float32
 * @param generator draws the permutations, on the CPU
 * @returns [rounds N, D] each, round after round, every round in the order of the batch
 * @throws RangeError when views have different shapes, or a slice has as many axes as samples
 */
export function slicedWhiten(views: readonly Tensor[], options: SlicedWhitenOptions, generator: Generator): Tensor[] {
  for (const view of views) checkMatrix('slicedWhiten', view);
  const [first] = views;
  if (!first) return [];
  const [samples, axes] = [first.size(0), first.size(1)];
  if (views.some((view) => view.size(0) !== samples || view.size(1) !== axes)) {
    throw new RangeError(
      `slicedWhiten: views of one batch share their slices, but have shapes ${views.map((view) => `[${view.shape.join(', ')}]`).join(' and ')}`,
    );
  }
  const { size = samples, rounds = 1, solver = 'cholesky', ...rest } = options;
  const slices = Math.max(1, Math.floor(samples / size));
  checkSamples('slicedWhiten', Math.floor(samples / slices), axes);
  const wide = views.map(atLeastFloat32);
  const whitening = { ...rest, solver, shrink: true, unbiased: true };
  const drawn = Array.from({ length: rounds }, () => {
    const permutation = torch.randperm(samples, { generator }).to({ device: first.device });
    const inverse = permutation.argsort();
    return wide.map((view) =>
      whitenSlices(view.indexSelect(0, permutation), slices, whitening).indexSelect(0, inverse),
    );
  });
  return views.map((_, v) =>
    rounds === 1
      ? drawn[0]![v]!
      : torch.cat(
          drawn.map((round) => round[v]!),
          0,
        ),
  );
}

/** Whitens consecutive slices of [N, D]; the first N mod slices have one sample more. */
function whitenSlices(x: Tensor, slices: number, options: Parameters<typeof whitenBatched>[1]): Tensor {
  const [samples, axes] = [x.size(0), x.size(1)];
  const size = Math.floor(samples / slices);
  const longer = samples % slices;
  const whole = (from: number, count: number, length: number): Tensor =>
    whitenBatched(x.narrow(0, from, count * length).reshape([count, length, axes]), options).reshape([-1, axes]);
  if (longer === 0) return whole(0, slices, size);
  return torch.cat([whole(0, longer, size + 1), whole(longer * (size + 1), slices - longer, size)], 0);
}
