// The exponential moving average that makes a target network follow an online one (MoCo, BYOL).
import { foreachAdd_, foreachMul_, noGrad, type Tensor } from '../index.js';

/**
 * target = momentum * target + (1 - momentum) * online, tensor by tensor, in place and without grad.
 * Throws if the lists differ in length or shapes, or if momentum is outside [0, 1].
 */
export function emaUpdate(target: readonly Tensor[], online: readonly Tensor[], momentum: number): void {
  if (!(momentum >= 0 && momentum <= 1)) throw new RangeError(`an EMA momentum is from 0 to 1, not ${momentum}`);
  if (target.length !== online.length)
    throw new RangeError(`the target has ${target.length} tensors, the online network ${online.length}`);
  target.forEach((tensor, i) => {
    const source = online[i] as Tensor;
    if (tensor.shape.join() !== source.shape.join()) {
      throw new RangeError(
        `tensor ${i} of the target has shape [${tensor.shape.join(', ')}], of the online network [${source.shape.join(', ')}]`,
      );
    }
  });
  if (target.length === 0) return;
  noGrad(() => {
    foreachMul_(target, momentum);
    foreachAdd_(target, online, { alpha: 1 - momentum });
  });
}
