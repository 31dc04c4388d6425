// Turns a policy into a function of images: sampling, then the kernel on a CPU or batched operators elsewhere.
import * as torch from '@twoview/torch';
import { augmentComposed } from './composed/index.js';
import { loadNativeKernels } from './native.js';
import { PARAM_COUNT } from './params.js';
import { type AugmentPolicy, blurKernelSize } from './policy.js';
import { type SampleKey, sampleParameters } from './sampling.js';

/** How and where views are made. */
export interface AugmentationOptions {
  /** Side of the views in pixels. */
  size: number;
  /** Memory layout of the views: channels last is what convolutions on a CPU want (default false). */
  channelsLast?: boolean;
  /**
   * `auto` (default): the kernel for images on the CPU if it has been built, batched operators otherwise. `native` insists
   * on the kernel, `composed` on the operators.
   */
  backend?: 'auto' | 'native' | 'composed';
}

/** A policy at a size, ready to run. Holds no state: the same images and key always give the same views. */
export interface Augmentation {
  readonly policy: AugmentPolicy;
  readonly size: number;
  /** One sentence if images on the CPU take the slow path because the kernel is missing, else null. */
  readonly notice: string | null;
  /** Draws the parameters of a batch; see {@link sampleParameters}. `height` and `width` are those of the images. */
  sample(batchSize: number, height: number, width: number, key: SampleKey): Float32Array;
  /**
   * Applies parameters from {@link sample}.
   *
   * @param images uint8 `[B, 3, H, W]`.
   * @returns float32 `[B, 3, size, size]` on the images' device.
   * @throws TypeError if the images are not such a batch, RangeError or the kernel's error if a parameter is out of range.
   */
  apply(images: torch.Tensor, params: Float32Array): torch.Tensor;
  /** Samples and applies. */
  augment(images: torch.Tensor, key: SampleKey): torch.Tensor;
}

/**
 * Makes the augmentation of a policy.
 *
 * @throws RangeError if the size is not a positive whole number or the policy's blur kernel is too wide for it.
 * @throws Error if `backend` is `native` and the kernel is missing.
 */
export function createAugmentation(policy: AugmentPolicy, options: AugmentationOptions): Augmentation {
  const { size, channelsLast = false, backend = 'auto' } = options;
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(`An augmentation's size must be a positive whole number of pixels, not ${size}`);
  }
  const blurKernel = blurKernelSize(policy, size);
  if (blurKernel > 2 * size - 1) {
    throw new RangeError(
      `A blur kernel of ${blurKernel} pixels is too wide for views of ${size}; use ${2 * size - 1} or less`,
    );
  }
  const kernels = backend === 'composed' ? null : loadNativeKernels();
  if (backend === 'native' && kernels?.available !== true) {
    throw new Error(kernels?.available === false ? kernels.reason : 'The image kernels are not available');
  }

  const sample: Augmentation['sample'] = (batchSize, height, width, key) =>
    sampleParameters(policy, batchSize, height, width, key);

  const apply: Augmentation['apply'] = (images, params) => {
    checkImages(images, params);
    return torch.noGrad(() =>
      torch.scope(() => {
        const source = pad(images, policy);
        if (kernels?.available === true && images.device === 'cpu') {
          return kernels.augment({
            images: source,
            params: torch.fromTypedArray(params, [images.shape[0]!, PARAM_COUNT]),
            size,
            ...policy.normalize,
            blurKernel,
            solarizeThreshold: policy.solarize.threshold,
            channelsLast,
          });
        }
        const views = augmentComposed(source, params, policy, size);
        return channelsLast ? views.to({ memoryFormat: 'channels_last' }) : views;
      }),
    );
  };

  return {
    policy,
    size,
    notice: kernels?.available === false ? kernels.reason : null,
    sample,
    apply,
    augment: (images, key) => {
      const [batch = 0, , height = 0, width = 0] = images.shape;
      return apply(images, sample(batch, height, width, key));
    },
  };
}

function pad(images: torch.Tensor, policy: AugmentPolicy): torch.Tensor {
  if (policy.crop.kind !== 'padded' || policy.crop.padding === 0) return images;
  const { padding } = policy.crop;
  return torch.constantPadNd(images, [padding, padding, padding, padding], 0);
}

function checkImages(images: torch.Tensor, params: Float32Array): void {
  if (images.dtype !== 'uint8' || images.ndim !== 4 || images.shape[1] !== 3) {
    throw new TypeError(
      `Images to augment must be uint8 [B, 3, H, W], not ${images.dtype} [${images.shape.join(', ')}]`,
    );
  }
  if (params.length !== images.shape[0]! * PARAM_COUNT) {
    throw new RangeError(
      `Augmenting ${images.shape[0]} images takes ${images.shape[0]! * PARAM_COUNT} parameters, not ${params.length}`,
    );
  }
}
