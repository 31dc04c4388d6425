// Stochastic gradient descent with momentum, as PyTorch defines it.
import { foreachAdd, foreachAdd_, foreachMul_, type Tensor } from '../index.js';
import { type Batch, checkRange, type Group, type GroupInput, Optimizer, type Parameters } from './optimizer.js';

export interface SGDOptions {
  lr: number;
  momentum: number;
  /** The share of a new gradient that momentum leaves out. */
  dampening: number;
  /** L2 penalty, added to the gradient. */
  weightDecay: number;
  nesterov: boolean;
}

/** v = momentum v + (1 - dampening) g, p = p - lr v; the first v is g. */
export class SGD extends Optimizer<SGDOptions> {
  protected readonly slotNames = ['momentum_buffer'];

  /** Throws on a negative option, and on nesterov without momentum or with dampening. */
  constructor(params: Parameters | readonly GroupInput<SGDOptions>[], options: Partial<SGDOptions> & { lr: number }) {
    super(params, { momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, ...options });
  }

  protected check(options: SGDOptions): void {
    checkRange(options, ['lr', 'momentum', 'weightDecay']);
    if (options.nesterov && (options.momentum <= 0 || options.dampening !== 0)) {
      throw new RangeError('nesterov needs momentum above 0 and dampening 0');
    }
  }

  protected update(group: Group<SGDOptions>, { params, grads }: Batch): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = group;
    let direction: Tensor[] = weightDecay === 0 ? grads : foreachAdd(grads, params, { alpha: weightDecay });
    if (momentum !== 0) {
      const seasoned = params.map((param) => this.hasSlot('momentum_buffer', param));
      const buffers = this.slots('momentum_buffer', params, (_, i) => (direction[i] as Tensor).clone());
      const old = seasoned.every(Boolean) ? buffers : buffers.filter((_, i) => seasoned[i]);
      if (old.length > 0) {
        foreachMul_(old, momentum);
        foreachAdd_(old, old === buffers ? direction : direction.filter((_, i) => seasoned[i]), {
          alpha: 1 - dampening,
        });
      }
      direction = nesterov ? foreachAdd(direction, buffers, { alpha: momentum }) : buffers;
    }
    foreachAdd_(params as Tensor[], direction, { alpha: -lr });
  }
}
