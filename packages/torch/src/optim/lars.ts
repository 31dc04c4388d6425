// LARS (You et al. 2017), in the form that SimCLR, BYOL and Barlow Twins train with.
import {
  foreachAdd,
  foreachAdd_,
  foreachMul,
  foreachMul_,
  foreachNorm,
  onesLike,
  stack,
  type Tensor,
  unbind,
  where,
  zerosLike,
} from '../index.js';
import { type Batch, checkRange, type Group, type GroupInput, Optimizer, type Parameters } from './optimizer.js';

export interface LARSOptions {
  lr: number;
  momentum: number;
  weightDecay: number;
  /** eta, the trust coefficient. */
  trustCoefficient: number;
  /** Leaves the group's parameters without weight decay and without adaptation: for biases and batch normalisation. */
  excluded: boolean;
}

/**
 * g' = g + weightDecay p;  g' = g' * eta |p| / |g'| where both norms are above 0;  v = momentum v + g';  p = p - lr v.
 * Give biases and normalisation parameters (see `splitBiasAndNorm`) a group of their own with `excluded: true`.
 */
export class LARS extends Optimizer<LARSOptions> {
  protected readonly slotNames = ['momentum_buffer'];

  /** Throws on a negative option. */
  constructor(params: Parameters | readonly GroupInput<LARSOptions>[], options: Partial<LARSOptions> & { lr: number }) {
    super(params, { momentum: 0.9, weightDecay: 0, trustCoefficient: 0.001, excluded: false, ...options });
  }

  protected check(options: LARSOptions): void {
    checkRange(options, ['lr', 'momentum', 'weightDecay', 'trustCoefficient']);
  }

  protected update(group: Group<LARSOptions>, { params, grads }: Batch): void {
    const { lr, momentum, weightDecay, trustCoefficient, excluded } = group;
    let direction: Tensor[] = grads;
    if (!excluded) {
      if (weightDecay !== 0) direction = foreachAdd(grads, params, { alpha: weightDecay });
      direction = foreachMul(direction, trustRatios(params, direction, trustCoefficient));
    }
    const buffers = this.slots('momentum_buffer', params, (param) => zerosLike(param));
    foreachMul_(buffers, momentum);
    foreachAdd_(buffers, direction);
    foreachAdd_(params, buffers, { alpha: -lr });
  }
}

/** eta |p| / |g|, and 1 where a norm is 0; scalars that stay on the device. */
function trustRatios(params: readonly Tensor[], directions: readonly Tensor[], eta: number): Tensor[] {
  const weights = stack(foreachNorm(params));
  const updates = stack(foreachNorm(directions));
  const both = weights.gt(0).logicalAnd(updates.gt(0));
  return unbind(where(both, weights.div(updates).mul(eta), onesLike(weights)));
}
