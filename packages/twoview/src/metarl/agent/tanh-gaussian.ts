// Actions in (-1, 1): tanh of a Gaussian (Haarnoja et al. 2018, appendix C).
import type { Tensor } from '@twoview/torch';

/** Bounds of the logarithm of the standard deviation. */
export const logStdRange = { min: -20, max: 2 } as const;

/** Keeps log(1 - a^2) finite at the border. */
const margin = 1e-6;
const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

/** A policy's Gaussian before tanh: both `[N, A]`. */
export interface ActionGaussian {
  readonly mean: Tensor;
  readonly logStd: Tensor;
}

/** Mean and clamped log-std of a policy network's outputs `[N, 2 A]`. */
export function actionGaussian(outputs: Tensor): ActionGaussian {
  const size = outputs.size(-1) / 2;
  return { mean: outputs.narrow(-1, 0, size), logStd: outputs.narrow(-1, size, size).clamp(logStdRange) };
}

/**
 * An action a = tanh(mean + std xi) and its log-density
 *
 *     log pi = sum_dims [ log N(u; mean, std) - log(1 - a^2 + 1e-6) ],   u = mean + std xi
 *
 * (u - mean) / std is xi itself, so that no gradient passes through it.
 * @param xi standard normal `[N, A]`
 * @returns `action` `[N, A]`, `logDensity` `[N, 1]`
 */
export function tanhGaussian({ mean, logStd }: ActionGaussian, xi: Tensor): { action: Tensor; logDensity: Tensor } {
  const action = mean.addcmul(logStd.exp(), xi).tanh();
  const jacobian = action
    .square()
    .rsub(1 + margin)
    .log();
  const noise = xi.square().mul(-0.5).sub(halfLog2Pi);
  return { action, logDensity: noise.sub(logStd).sub(jacobian).sum([-1], true) };
}
