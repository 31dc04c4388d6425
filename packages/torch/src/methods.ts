// Attaches the operators to Tensor.prototype, from the same table that their types are generated from.
import type { AnyOperator } from './dispatch.js';
import * as operators from './generated/operators.js';
import { setConvert, Tensor } from './tensor.js';

const functions = operators as unknown as Record<string, AnyOperator>;

for (const name of operators.methodNames) {
  const operator = functions[name] as AnyOperator;
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]) {
      return operator(this, ...args);
    },
    writable: true,
    configurable: true,
  });
}

setConvert((self, options) => (operators.to as unknown as AnyOperator)(self, options) as Tensor);
