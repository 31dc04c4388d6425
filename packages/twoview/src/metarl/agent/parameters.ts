// Parameters of several networks in one stretch of memory, with their gradients in another: an optimiser, an average
// or a reset of gradients is then a handful of operators on two vectors, however many layers there are.
import type { DType, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** One tensor of a network. */
export interface Parameter {
  /** What autograd differentiates by: a leaf whose gradient accumulates in the bank. */
  readonly trained: Tensor;
  /** The same elements without gradient. */
  readonly fixed: Tensor;
}

const shapeSize = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Hands out parameters one after the other, then knows them all as one vector. */
export class ParameterBank {
  /** All elements, `[n]`: what optimisers and averages change. Its `grad` is the gradients' vector. */
  readonly values: Tensor;
  readonly gradients: Tensor;
  readonly #trained: boolean;
  #used = 0;

  /**
   * @param size how many elements will be handed out
   * @param options `trained`: false for targets and keys, which have no gradient
   */
  constructor(size: number, options: { dtype: DType; trained: boolean }) {
    this.values = torch.keep(torch.zeros([size], { dtype: options.dtype }));
    this.gradients = torch.keep(torch.zeros([options.trained ? size : 0], { dtype: options.dtype }));
    this.#trained = options.trained;
    if (options.trained) this.values.grad = this.gradients;
  }

  /** The next parameter. Throws once more is asked for than the bank was made for. */
  take(shape: readonly number[]): Parameter {
    const [start, size] = [this.#used, shapeSize(shape)];
    const view = (of: Tensor) => torch.keep(torch.scope(() => of.narrow(0, start, size).view(shape).detach()));
    const fixed = view(this.values);
    this.#used += size;
    if (!this.#trained) return { trained: fixed, fixed };
    const trained = view(this.values).requiresGrad_();
    torch.scope(() => {
      trained.grad = this.gradients.narrow(0, start, size).view(shape);
    });
    return { trained, fixed };
  }

  /** How many elements were handed out. */
  get used(): number {
    return this.#used;
  }

  /** The elements from `start` up to `end`, sharing memory. */
  range(start: number, end: number): Tensor {
    return torch.keep(torch.scope(() => this.values.narrow(0, start, end - start)));
  }

  zeroGradients(): void {
    this.gradients.zero_();
  }
}
