// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), as PyTorch defines them.
import {
  foreachAdd,
  foreachAdd_,
  foreachAddcdiv_,
  foreachAddcmul_,
  foreachDiv_,
  foreachMul_,
  foreachSqrt,
  type Tensor,
  zerosLike,
} from '../index.js';
import { type Batch, checkRange, type Group, type GroupInput, Optimizer, type Parameters } from './optimizer.js';

export interface AdamOptions {
  lr: number;
  /** Decay of the mean of gradients. */
  beta1: number;
  /** Decay of the mean of squared gradients. */
  beta2: number;
  /** Added to the root of the second. */
  eps: number;
  weightDecay: number;
}

abstract class AdamBase extends Optimizer<AdamOptions> {
  protected readonly slotNames = ['exp_avg', 'exp_avg_sq'];

  protected check(options: AdamOptions): void {
    checkRange(options, ['lr', 'eps', 'weightDecay']);
    checkRange(options, ['beta1', 'beta2'], 1);
  }

  protected descend(group: Group<AdamOptions>, params: readonly Tensor[], grads: readonly Tensor[]): void {
    const { lr, beta1, beta2, eps } = group;
    const zeros = (param: Tensor) => zerosLike(param);
    const mean = this.slots('exp_avg', params, zeros);
    const square = this.slots('exp_avg_sq', params, zeros);
    const steps = this.countSteps(params);
    foreachMul_(mean, beta1);
    foreachAdd_(mean, grads, { alpha: 1 - beta1 });
    foreachMul_(square, beta2);
    foreachAddcmul_(square, grads, grads, 1 - beta2);
    const root = foreachSqrt(square);
    foreachDiv_(
      root,
      steps.map((t) => Math.sqrt(1 - beta2 ** t)),
    );
    foreachAdd_(root, eps);
    foreachAddcdiv_(
      params,
      mean,
      root,
      steps.map((t) => -lr / (1 - beta1 ** t)),
    );
  }
}

/** Weight decay is an L2 penalty, added to the gradient. */
export class Adam extends AdamBase {
  /** Throws on a negative option and on a beta of 1 or more. */
  constructor(params: Parameters | readonly GroupInput<AdamOptions>[], options: Partial<AdamOptions> = {}) {
    super(params, { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, ...options });
  }

  protected update(group: Group<AdamOptions>, { params, grads }: Batch): void {
    this.descend(
      group,
      params,
      group.weightDecay === 0 ? grads : foreachAdd(grads, params, { alpha: group.weightDecay }),
    );
  }
}

/** Weight decay shrinks the parameters by lr * weightDecay, apart from the gradient. */
export class AdamW extends AdamBase {
  /** Throws on a negative option and on a beta of 1 or more. */
  constructor(params: Parameters | readonly GroupInput<AdamOptions>[], options: Partial<AdamOptions> = {}) {
    super(params, { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1e-2, ...options });
  }

  protected update(group: Group<AdamOptions>, { params, grads }: Batch): void {
    if (group.weightDecay !== 0) foreachMul_(params, 1 - group.lr * group.weightDecay);
    this.descend(group, params, grads);
  }
}
