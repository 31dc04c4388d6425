// Normalisation of finished views by a mean and a standard deviation per channel.
import * as torch from '@twoview/torch';
import type { AugmentPolicy } from '../policy.js';

/** `(x - mean) / std` per channel of `[B, 3, H, W]`. */
export function normalize(x: torch.Tensor, { mean, std }: AugmentPolicy['normalize']): torch.Tensor {
  if (mean.every((value) => value === 0) && std.every((value) => value === 1)) return x;
  const channels = (values: readonly number[]) =>
    torch.fromTypedArray(Float32Array.from(values), [1, 3, 1, 1]).to({ device: x.device });
  return x.sub(channels(mean)).div(channels(std));
}
