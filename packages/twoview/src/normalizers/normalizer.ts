// The slot between projector and objective: what standardises embeddings by the statistics of their batch.
import type { Generator, Tensor } from '@twoview/torch';
import { Module } from '@twoview/torch/nn';

/**
 * Standardises the views of a batch. Training mode uses each view's own statistics and moves running averages, once a
 * call and without gradient; evaluation mode uses the averages, so that a sample's result does not depend on its batch.
 * Running averages are buffers of the module.
 */
export abstract class Normalizer extends Module<[readonly Tensor[], Generator?], Tensor[]> {
  /** @param size D, the axes of an embedding */
  constructor(readonly size: number) {
    super();
  }

  /**
   * @param views [N, D] each; half precision comes back as float32
   * @param generator of the CPU; for what draws in training mode
   * @returns as many, [N, D] each (`slicedWhitening` of several rounds: [rounds N, D])
   * @throws RangeError on other shapes and on too few samples; Error where random numbers are needed and not given
   */
  normalize(views: readonly Tensor[], generator?: Generator): Tensor[] {
    for (const view of views) {
      if (view.ndim !== 2 || view.size(0) === 0 || view.size(1) !== this.size) {
        throw new RangeError(
          `${this.constructor.name}: a view must be a matrix [N, ${this.size}], not of shape [${view.shape.join(', ')}]`,
        );
      }
    }
    return this.training ? this.byBatch(views, generator) : views.map((view) => this.byAverages(view));
  }

  override forward(views: readonly Tensor[], generator?: Generator): Tensor[] {
    return this.normalize(views, generator);
  }

  /** Training mode. */
  protected abstract byBatch(views: readonly Tensor[], generator?: Generator): Tensor[];

  /** Evaluation mode. */
  protected abstract byAverages(view: Tensor): Tensor;

  protected needGenerator(generator: Generator | undefined): Generator {
    if (generator) return generator;
    throw new Error(`${this.constructor.name} draws in training mode: pass a generator, or call eval()`);
  }
}
