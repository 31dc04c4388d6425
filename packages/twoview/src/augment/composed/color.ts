// Colour jitter, grayscale and solarise of a batch with different parameters per sample, from batched tensor operators.
import * as torch from '@twoview/torch';
import { JITTER, JITTER_ORDERS, PARAM, PARAM_COUNT } from '../params.js';

const LUMA = [0.299, 0.587, 0.114] as const;

/** ITU-R 601 luma `[B, 1, H, W]` of `[B, 3, H, W]`. */
function luma(x: torch.Tensor): torch.Tensor {
  const [red, green, blue] = LUMA;
  return x
    .narrow(1, 0, 1)
    .mul(red)
    .add(x.narrow(1, 1, 1), { alpha: green })
    .add(x.narrow(1, 2, 1), { alpha: blue });
}

/** A host vector as `[B, 1, 1, 1]` on a device. */
function perSample(values: Float32Array, device: string): torch.Tensor {
  return torch.fromTypedArray(values, [values.length, 1, 1, 1]).to({ device });
}

function indices(values: readonly number[], device: string): torch.Tensor {
  return torch.fromTypedArray(BigInt64Array.from(values, BigInt), [values.length]).to({ device });
}

/** One of the four places in the order of the jitter: what each sample does there. */
interface JitterStep {
  /** Blend factor, 1 where the sample does not blend. */
  factor: Float32Array;
  /** 1 where the blend is towards the mean luma of the image (contrast). */
  towardsMean: Float32Array;
  /** 1 where it is towards the luma of each pixel (saturation). */
  towardsLuma: Float32Array;
  /** Samples whose hue turns here, and by how much. */
  hueSamples: number[];
  hueTurns: number[];
  blends: boolean;
}

function planStep(params: Float32Array, batch: number, place: number): JitterStep {
  const step: JitterStep = {
    factor: new Float32Array(batch).fill(1),
    towardsMean: new Float32Array(batch),
    towardsLuma: new Float32Array(batch),
    hueSamples: [],
    hueTurns: [],
    blends: false,
  };
  for (let i = 0; i < batch; i++) {
    const at = (column: number) => params[i * PARAM_COUNT + column]!;
    const order = JITTER_ORDERS[at(PARAM.order)];
    if (order === undefined) continue;
    const operation = order[place]!;
    if (operation === JITTER.hue) {
      if (at(PARAM.hue) === 0) continue;
      step.hueSamples.push(i);
      step.hueTurns.push(at(PARAM.hue));
      continue;
    }
    const factor = at([PARAM.brightness, PARAM.contrast, PARAM.saturation][operation]!);
    if (factor === 1) continue;
    step.blends = true;
    step.factor[i] = factor;
    if (operation === JITTER.contrast) step.towardsMean[i] = 1;
    if (operation === JITTER.saturation) step.towardsLuma[i] = 1;
  }
  return step;
}

/**
 * Jitters colours: brightness, contrast and saturation are all blends `factor * x + (1 - factor) * base` with black, the
 * mean luma or the luma as the base, so a place in the order is one blend for the whole batch and a hue turn of some.
 *
 * @param x `[B, 3, H, W]` in [0, 1].
 * @param params the rows on the host.
 */
export function jitterColors(x: torch.Tensor, params: Float32Array): torch.Tensor {
  const batch = x.shape[0]!;
  let result = x;
  for (let place = 0; place < 4; place++) {
    const step = planStep(params, batch, place);
    if (step.blends) {
      const factor = perSample(step.factor, x.device);
      const gray = luma(result);
      const base = gray
        .mean([1, 2, 3], { keepdim: true })
        .mul(perSample(step.towardsMean, x.device))
        .add(gray.mul(perSample(step.towardsLuma, x.device)));
      result = result
        .mul(factor)
        .add(base.mul(factor.neg().add(1)))
        .clamp(0, 1);
    }
    if (step.hueSamples.length > 0) {
      const index = indices(step.hueSamples, x.device);
      const turned = turnHue(result.indexSelect(0, index), perSample(Float32Array.from(step.hueTurns), x.device));
      result = result.indexCopy(0, index, turned);
    }
  }
  return result;
}

/** Turns the hue of `[B, 3, H, W]` by `turns` `[B, 1, 1, 1]` of a circle; chroma and value stay. */
function turnHue(x: torch.Tensor, turns: torch.Tensor): torch.Tensor {
  const [red, green, blue] = [0, 1, 2].map((channel) => x.narrow(1, channel, 1)) as [
    torch.Tensor,
    torch.Tensor,
    torch.Tensor,
  ];
  const high = x.amax([1], true);
  const low = x.amin([1], true);
  const chroma = high.sub(low);
  const divisor = chroma.add(chroma.eq(0));
  const hue = torch.where(
    high.eq(red),
    green.sub(blue).div(divisor),
    torch.where(high.eq(green), blue.sub(red).div(divisor).add(2), red.sub(green).div(divisor).add(4)),
  );
  const turned = hue.add(turns, { alpha: 6 }).remainder(6);
  const ramp = (center: number) => turned.sub(center).abs();
  const shares = torch.cat([ramp(3).sub(1), ramp(2).neg().add(2), ramp(4).neg().add(2)], 1).clamp(0, 1);
  return chroma.mul(shares).add(low);
}

/** Replaces the colours of the samples whose `grayscale` is 1 by their luma. */
export function dropColors(x: torch.Tensor, params: torch.Tensor): torch.Tensor {
  const gray = params.narrow(1, PARAM.grayscale, 1).gt(0).reshape([x.shape[0]!, 1, 1, 1]);
  return torch.where(gray, luma(x).expand(x.shape), x);
}

/** Inverts values at or above `threshold` in the samples whose `solarize` is 1. */
export function solarize(x: torch.Tensor, params: torch.Tensor, threshold: number): torch.Tensor {
  const chosen = params.narrow(1, PARAM.solarize, 1).gt(0).reshape([x.shape[0]!, 1, 1, 1]);
  return torch.where(x.ge(threshold).logicalAnd(chosen), x.neg().add(1), x);
}
