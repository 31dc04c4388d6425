// The stream of batches of a run: which images a step sees is a pure function of seed and step, so that a resumed run
// sees the same ones.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { epochPermutation, gatherBatch, type ImageDataset } from '../data/index.js';

/** Images in the memory of a device beyond this stay on the host and travel batch by batch. */
const residentBytes = 4e9;

export class BatchStream {
  private epoch = -1;
  private order: Int32Array = new Int32Array();
  private readonly resident: Tensor | null;
  private readonly block: Uint8Array;

  /** @throws Error if there are fewer images than one batch takes */
  constructor(
    private readonly dataset: ImageDataset,
    private readonly batchSize: number,
    private readonly seed: number,
    private readonly device: string,
  ) {
    if (dataset.length < batchSize) {
      throw new Error(
        `${dataset.name} has ${dataset.length} images, fewer than one batch of ${batchSize}: lower training.batchSize, or use more images`,
      );
    }
    const { images, length, height, width } = dataset;
    const fits = device !== 'cpu' && images.length <= residentBytes;
    this.resident = fits ? torch.keep(torch.fromTypedArray(images, [length, 3, height, width], { device })) : null;
    this.block = new Uint8Array(batchSize * 3 * height * width);
  }

  /** Steps of one epoch; a last, smaller batch is left out, for its statistics would differ. */
  get stepsPerEpoch(): number {
    return Math.floor(this.dataset.length / this.batchSize);
  }

  /** The batch of a step, counted from 0 over the whole run: uint8 `[B, 3, H, W]` on the device. */
  at(step: number): Tensor {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.epoch) {
      this.order = epochPermutation(this.dataset.length, this.seed, epoch);
      this.epoch = epoch;
    }
    const first = (step % this.stepsPerEpoch) * this.batchSize;
    const indices = this.order.subarray(first, first + this.batchSize);
    if (this.resident)
      return this.resident.indexSelect(0, torch.fromTypedArray(indices, [indices.length], { device: this.device }));
    const { height, width } = this.dataset;
    const bytes = gatherBatch(this.dataset, indices, this.block);
    return torch.fromTypedArray(bytes, [this.batchSize, 3, height, width], { device: this.device });
  }
}
