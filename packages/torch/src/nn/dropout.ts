// Dropout (Srivastava et al. 2014).
import type { Generator, Tensor } from '../index.js';
import { dropout } from './functional.js';
import { Module } from './module.js';

/** In training, zeroes each element with probability `p` and divides the others by 1 - p. */
export class Dropout extends Module {
  readonly #generator: Generator | undefined;

  /** @param options `generator` chooses the elements; on CUDA it must be one of that device. Throws unless 0 <= p <= 1. */
  constructor(
    readonly p = 0.5,
    options: { generator?: Generator } = {},
  ) {
    super();
    if (!(p >= 0 && p <= 1)) throw new RangeError(`a dropout probability is from 0 to 1, not ${p}`);
    this.#generator = options.generator;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training, generator: this.#generator });
  }
}
