// The standard normal numbers of one gradient step, drawn at once.
import type { DType, Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { AgentConfig, AgentSizes } from './config.js';

/** Standard normal xi of each draw in a step. */
export interface StepNoise {
  /** For z, `[T, L]`. */
  readonly latent: Tensor;
  /** For the policy's actions, `[T B, A]`. */
  readonly action: Tensor;
  /** twinTarget: for actions at the next observations, `[T B, A]`. */
  readonly nextAction: Tensor;
  /** twinTarget: for z after the encoder's update, `[T, L]`. */
  readonly secondLatent: Tensor;
}

/** Draws into memory of its own, which the next draw overwrites. */
export class NoiseSource {
  readonly #all: Tensor;
  readonly #parts: StepNoise;

  constructor(
    sizes: AgentSizes,
    config: AgentConfig,
    readonly generator: Generator,
    dtype: DType,
  ) {
    const { metaBatch, batch, latent, variant } = config;
    const twice = variant === 'twinTarget' ? 1 : 0;
    const shapes = [
      [metaBatch, latent],
      [metaBatch * batch, sizes.action],
      [twice * metaBatch * batch, sizes.action],
      [twice * metaBatch, latent],
    ] as [number, number][];
    this.#all = torch.keep(torch.zeros([shapes.reduce((sum, [a, b]) => sum + a * b, 0)], { dtype }));
    let start = 0;
    const parts = shapes.map(([rows, columns]) => {
      const part = torch.scope(() => this.#all.narrow(0, start, rows * columns).view([rows, columns]));
      start += rows * columns;
      return torch.keep(part);
    }) as [Tensor, Tensor, Tensor, Tensor];
    this.#parts = { latent: parts[0], action: parts[1], nextAction: parts[2], secondLatent: parts[3] };
  }

  draw(): StepNoise {
    this.#all.normal_(0, 1, { generator: this.generator });
    return this.#parts;
  }
}
