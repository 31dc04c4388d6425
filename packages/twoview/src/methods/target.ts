// The target slot's moving average: another network of the same shape that follows the online one.
import type { Tensor } from '@twoview/torch';
import { emaUpdate } from '@twoview/torch/optim';
import type { TargetConfig } from './config/index.js';

export type EmaConfig = Extract<TargetConfig, { name: 'ema' }>;

/** The momentum at a step of a run: constant, or BYOL's 1 - (1 - m)(cos(pi step / total) + 1) / 2. */
export function emaMomentum(
  config: Pick<EmaConfig, 'momentum' | 'schedule'>,
  step: number,
  totalSteps: number,
): number {
  if (config.schedule === 'constant') return config.momentum;
  const progress = Math.min(1, step / Math.max(1, totalSteps));
  return 1 - ((1 - config.momentum) * (Math.cos(Math.PI * progress) + 1)) / 2;
}

/** target becomes m target + (1 - m) online, parameter by parameter. BatchNorm's statistics are the target's own. */
export function follow(target: readonly Tensor[], online: readonly Tensor[], momentum: number): void {
  emaUpdate(target, online, momentum);
}
