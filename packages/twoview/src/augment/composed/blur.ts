// Gaussian blur with reflected borders and one sigma per sample, as two batched products with banded matrices: few, large
// operators instead of one convolution per sample.
import * as torch from '@twoview/torch';
import { PARAM, PARAM_COUNT } from '../params.js';

/**
 * Blur matrices `[B, size, size]`: row i holds the kernel centred on pixel i, with what falls outside reflected back (the
 * edge pixel is not repeated).
 *
 * @param sigma `[B, 1, 1]`, positive.
 */
function blurMatrices(sigma: torch.Tensor, size: number, radius: number): torch.Tensor {
  const options = { dtype: 'float32', device: sigma.device } as const;
  const density = (offsets: torch.Tensor) => {
    const inside = offsets.abs().le(radius);
    return offsets.div(sigma).square().mul(-0.5).exp().mul(inside);
  };
  const total = density(torch.arange(-radius, radius + 1, 1, options).reshape([1, 1, -1])).sum([2], { keepdim: true });
  const row = torch.arange(0, size, 1, options).reshape([1, size, 1]);
  const column = torch.arange(0, size, 1, options).reshape([1, 1, size]);
  const direct = density(column.sub(row));
  const overLow = density(column.neg().sub(row)).mul(column.gt(0));
  const overHigh = density(
    column
      .neg()
      .add(2 * (size - 1))
      .sub(row),
  ).mul(column.lt(size - 1));
  return direct.add(overLow).add(overHigh).div(total);
}

/**
 * Blurs the samples whose `sigma` is positive.
 *
 * @param x `[B, 3, S, S]`.
 * @param params the rows on the host.
 * @param kernelSize odd, at most `2 * S - 1`.
 */
export function gaussianBlur(x: torch.Tensor, params: Float32Array, kernelSize: number): torch.Tensor {
  const batch = x.shape[0]!;
  const size = x.shape[3]!;
  const samples: number[] = [];
  for (let i = 0; i < batch; i++) if (params[i * PARAM_COUNT + PARAM.sigma]! > 0) samples.push(i);
  if (samples.length === 0) return x;

  const sigmas = Float32Array.from(samples, (i) => params[i * PARAM_COUNT + PARAM.sigma]!);
  const sigma = torch.fromTypedArray(sigmas, [samples.length, 1, 1]).to({ device: x.device });
  const matrices = blurMatrices(sigma, size, (kernelSize - 1) / 2).unsqueeze(1);
  const blur = (images: torch.Tensor) => matrices.matmul(images).matmul(matrices.transpose(2, 3));
  if (samples.length === batch) return blur(x);
  const index = torch.fromTypedArray(BigInt64Array.from(samples, BigInt), [samples.length]).to({ device: x.device });
  return x.indexCopy(0, index, blur(x.indexSelect(0, index)));
}
