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

const PLACES = 4;

/**
 * What every sample does at the four places in its order of jitter operations. Brightness, contrast and saturation are all
 * blends `factor * x + (1 - factor) * base`, with black, the mean luma or the luma as the base.
 */
interface JitterPlan {
  /** `[PLACES, 3, B]`: blend factor (1 where the sample does not blend), share of the mean luma and of the luma in its base. */
  blends: Float32Array;
  /** Whether any sample blends, by place. */
  anyBlend: boolean[];
  /** Samples whose hue turns, by place. */
  hueSamples: number[][];
}

function planJitter(params: Float32Array, batch: number): JitterPlan {
  const plan: JitterPlan = {
    blends: new Float32Array(PLACES * 3 * batch),
    anyBlend: new Array<boolean>(PLACES).fill(false),
    hueSamples: Array.from({ length: PLACES }, () => []),
  };
  for (let place = 0; place < PLACES; place++) {
    const [factors, towardsMean, towardsLuma] = [0, 1, 2].map((part) =>
      plan.blends.subarray((place * 3 + part) * batch, (place * 3 + part + 1) * batch),
    ) as [Float32Array, Float32Array, Float32Array];
    factors.fill(1);
    for (let i = 0; i < batch; i++) {
      const at = (column: number) => params[i * PARAM_COUNT + column]!;
      const operation = JITTER_ORDERS[at(PARAM.order)]?.[place];
      if (operation === undefined) continue;
      if (operation === JITTER.hue) {
        if (at(PARAM.hue) !== 0) plan.hueSamples[place]!.push(i);
        continue;
      }
      const factor = at([PARAM.brightness, PARAM.contrast, PARAM.saturation][operation]!);
      if (factor === 1) continue;
      plan.anyBlend[place] = true;
      factors[i] = factor;
      if (operation === JITTER.contrast) towardsMean[i] = 1;
      if (operation === JITTER.saturation) towardsLuma[i] = 1;
    }
  }
  return plan;
}

/**
 * Jitters colours: a place in the order is one blend for the whole batch, and a turn of the hue for some samples.
 *
 * @param x `[B, 3, H, W]` in [0, 1].
 * @param params the rows on the host, which decide what is done.
 * @param rows the same on the device of `x`, `[B, PARAM_COUNT]`.
 */
export function jitterColors(x: torch.Tensor, params: Float32Array, rows: torch.Tensor): torch.Tensor {
  const batch = x.shape[0]!;
  const { device } = x;
  const plan = planJitter(params, batch);
  // One upload each: on a GPU a copy from the host costs as much as several operators.
  const blends = torch.fromTypedArray(plan.blends, [PLACES, 3, batch, 1, 1, 1]).to({ device });
  const hueSamples = torch.fromTypedArray(BigInt64Array.from(plan.hueSamples.flat(), BigInt)).to({ device });

  let result = x;
  let hueStart = 0;
  for (let place = 0; place < PLACES; place++) {
    if (plan.anyBlend[place]) {
      const [factor, towardsMean, towardsLuma] = blends.select(0, place).unbind() as [
        torch.Tensor,
        torch.Tensor,
        torch.Tensor,
      ];
      const gray = luma(result);
      const mean = gray.mean([1, 2, 3], { keepdim: true });
      const base = mean.mul(towardsMean).add(gray.mul(towardsLuma));
      result = result
        .mul(factor)
        .add(base.mul(factor.neg().add(1)))
        .clamp(0, 1);
    }
    const count = plan.hueSamples[place]!.length;
    if (count > 0) {
      const index = hueSamples.narrow(0, hueStart, count);
      const turns = rows.narrow(1, PARAM.hue, 1).indexSelect(0, index).reshape([count, 1, 1, 1]);
      result = result.indexCopy(0, index, turnHue(result.indexSelect(0, index), turns));
      hueStart += count;
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
