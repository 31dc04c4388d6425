// @twoview/torch: libtorch for TypeScript.
import './methods.js';
import { runScope } from './lifetime.js';
import { Tensor } from './tensor.js';

export { enableGrad, type GradOptions, grad, isGradEnabled, noGrad } from './autograd.js';
export {
  type CreationOptions,
  empty,
  fromTypedArray,
  full,
  ones,
  parameter,
  type RandomOptions,
  rand,
  randn,
  tensor,
  zeros,
} from './creation.js';
export {
  type DType,
  dtypes,
  elementSize,
  isFloatingPoint,
  type MemoryFormat,
  type Scalar,
  type TypedArray,
} from './dtype.js';
export { TorchError } from './error.js';
export * from './generated/operators.js';
export { keep } from './lifetime.js';
export { defaultGenerator, Generator, manualSeed } from './random.js';
export * from './system.js';
export { type NestedNumbers, Tensor } from './tensor.js';

/**
 * Runs `body` and frees every tensor that it made, but those reachable in what it returns (a tensor, or arrays, Maps
 * and plain objects of them). Scopes nest. Synchronous: a Promise is refused.
 *
 * A training step in a scope runs at PyTorch's speed; one that waits for the garbage collector at half of it.
 */
export function scope<T>(body: () => T): T {
  return runScope(body, Tensor);
}
