// The stream of batches of a run: which images a step sees is a pure function of seed and step, so that a resumed run
// sees the same ones.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { epochPermutation, gatherBatch, gatherLabels, type ImageDataset, isLabeled } from '../data/index.js';

/** Images in the memory of a device beyond this stay on the host and travel batch by batch. */
const residentBytes = 4e9;

/**
 * The random numbers of a step's slots (groups of axes, negatives): a generator that depends on seed and step alone. The
 * multiplier keeps the seeds of neighbouring runs apart.
 */
export function stepGenerator(seed: number, step: number): torch.Generator {
  return new torch.Generator({ seed: (seed * 2_000_003 + step) % Number.MAX_SAFE_INTEGER });
}

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

  /** @throws Error if an image has no label, naming the objective that needs it */
  checkLabels(objective: string): void {
    if (isLabeled(this.dataset)) return;
    throw new Error(
      `objective ${objective} needs the class of every image, and ${this.dataset.name} has ${this.dataset.labels ? 'images without one' : 'no labels'}: use a labelled data set (a folder with one folder per class), or another objective`,
    );
  }

  /** The images of a step, by index. */
  private indices(step: number): Int32Array {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.epoch) {
      this.order = epochPermutation(this.dataset.length, this.seed, epoch);
      this.epoch = epoch;
    }
    const first = (step % this.stepsPerEpoch) * this.batchSize;
    return this.order.subarray(first, first + this.batchSize);
  }

  /** Class of each image of a step's batch: int64 `[B]` on the device. */
  labelsAt(step: number): Tensor {
    const labels = gatherLabels(this.dataset, this.indices(step));
    return torch.fromTypedArray(BigInt64Array.from(labels, BigInt), [this.batchSize], { device: this.device });
  }

  /** The batch of a step, counted from 0 over the whole run: uint8 `[B, 3, H, W]` on the device. */
  at(step: number): Tensor {
    const indices = this.indices(step);
    if (this.resident)
      return this.resident.indexSelect(0, torch.fromTypedArray(indices, [indices.length], { device: this.device }));
    const { height, width } = this.dataset;
    const bytes = gatherBatch(this.dataset, indices, this.block);
    return torch.fromTypedArray(bytes, [this.batchSize, 3, height, width], { device: this.device });
  }
}
