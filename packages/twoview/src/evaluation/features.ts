// Features of a frozen encoder: every image of a data set through the network once, without a gradient.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { AnyModule, Module } from '@twoview/torch/nn';
import { breathe, type OnProgress } from './progress.js';

/** Images in memory; a data set of `twoview/data` is one. */
export interface ImageSource {
  /** uint8 [N, 3, height, width]. */
  readonly images: Uint8Array;
  /** N. */
  readonly length: number;
  readonly height: number;
  readonly width: number;
}

export interface FeatureOptions {
  /** Images a forward pass: 256 if left out. */
  batchSize?: number;
  /**
   * Makes the network's input [B, 3, h, w] of uint8 images [B, 3, H, W] on the device: `createEvaluationTransform` of
   * `twoview/augment` makes one. If left out, pixels become float32 in [0, 1].
   */
  transform?: (images: Tensor) => Tensor;
  /** Where the encoder is: `cpu` if left out. */
  device?: string;
  /** When the encoder is a function: the modules it runs, to be put in evaluation mode. */
  modules?: readonly AnyModule[];
  onProgress?: OnProgress;
}

/** One row of float32 an image. */
export interface Features {
  /** [N, D] in row-major order. */
  readonly values: Float32Array;
  readonly shape: readonly [number, number];
}

/** A network from images [B, 3, h, w] to features [B, D], or a function that runs one. */
export type FeatureEncoder = Module<[Tensor], Tensor> | ((images: Tensor) => Tensor);

/**
 * Runs `body` with the modules, and all below them, in evaluation mode, and puts back each one's own mode; synchronous.
 * Batch normalisation then uses its running statistics and leaves them alone, whatever the training mode was.
 */
export function inEvalMode<T>(modules: Iterable<AnyModule>, body: () => T): T {
  const before = new Map<AnyModule, boolean>();
  for (const root of modules) for (const module of root.modules()) before.set(module, module.training);
  try {
    for (const module of before.keys()) module.training = false;
    return body();
  } finally {
    for (const [module, training] of before) module.training = training;
  }
}

/**
 * The encoder's features of every image, in order.
 *
 * Parameters, buffers and modes of the encoder are the same afterwards: each batch runs in evaluation mode and without
 * gradient, and the modes are put back before other code gets its turn, so training may go on in between.
 *
 * @throws RangeError when the pixels do not fit the sizes, the source is empty, or the encoder does not give [B, D]
 */
export async function extractFeatures(
  encoder: FeatureEncoder,
  source: ImageSource,
  options: FeatureOptions = {},
): Promise<Features> {
  const { batchSize = 256, transform = toUnitRange, device, onProgress } = options;
  const pixels = 3 * source.height * source.width;
  if (source.length < 1 || source.images.length !== source.length * pixels) {
    throw new RangeError(
      `extractFeatures: ${source.images.length} bytes are not ${source.length} images of 3x${source.height}x${source.width}, or there are none`,
    );
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`extractFeatures: batchSize must be a whole number from 1, not ${batchSize}`);
  }
  const isFunction = typeof encoder === 'function';
  const modules = [...(options.modules ?? []), ...(isFunction ? [] : [encoder])];
  const forward = isFunction ? encoder : (x: Tensor) => encoder.forward(x);

  let values = new Float32Array(0);
  let dimension = 0;
  for (let start = 0; start < source.length; start += batchSize) {
    const rows = Math.min(batchSize, source.length - start);
    const batch = frozen(modules, () => {
      const bytes = source.images.subarray(start * pixels, (start + rows) * pixels);
      const images = torch.tensor(bytes, { shape: [rows, 3, source.height, source.width], device });
      const output = forward(transform(images));
      const size = output.shape[1] ?? 0;
      if (output.ndim !== 2 || output.shape[0] !== rows || (start > 0 && size !== dimension)) {
        throw new RangeError(
          `extractFeatures: the encoder gave [${output.shape.join(', ')}] for ${rows} images; one row of features each is needed`,
        );
      }
      dimension = size;
      return output.float().data() as Float32Array;
    });
    if (start === 0) values = new Float32Array(source.length * dimension);
    values.set(batch, start * dimension);
    onProgress?.({ stage: 'features', done: start + rows, total: source.length });
    await breathe();
  }
  return { values, shape: [source.length, dimension] };
}

function frozen<T>(modules: Iterable<AnyModule>, body: () => T): T {
  return torch.noGrad(() => inEvalMode(modules, () => torch.scope(body)));
}

function toUnitRange(images: Tensor): Tensor {
  return images.float().div(255);
}

/** Features as a tensor [N, D]; a tensor stays as it is, but for the device. */
export function featureTensor(features: Features | Tensor, device = 'cpu'): Tensor {
  if (torch.Tensor.isTensor(features)) return features.to({ device });
  return torch.tensor(features.values, { shape: features.shape, device });
}
