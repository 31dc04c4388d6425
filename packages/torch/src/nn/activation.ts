// Modules without state: nonlinearities and changes of shape.
import { relu, type Tensor } from '../index.js';
import { Module } from './module.js';

/** max(x, 0); with `inplace` it overwrites its input, which saves memory where nothing else needs that. */
export class ReLU extends Module {
  constructor(private readonly options: { inplace?: boolean } = {}) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.options.inplace ? x.relu_() : relu(x);
  }
}

/** x. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** Makes dimensions `startDim` to `endDim` one: `[B, C, H, W]` to `[B, C * H * W]` by default. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }
}
