// A ReLU network in the shape of the tree: each latent has units of its own, which see the units of its children alone.
import type { DType, Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkShape, type TreeShape } from './tree.js';

export interface NetworkShape extends TreeShape {
  /** Units a latent; more than one is over-parameterisation. */
  hidden: number;
}

/** Added to the norm of the output, not a floor under it. */
const outputEpsilon = 1e-4;

/**
 * All nodes of a level in one product. Activations are [nodes, units, S], so that the units of a node's children are its
 * input by a reshape without a copy.
 */
export class TreeNetwork {
  /** By level from the root: [m^l, hidden, inputs], inputs being m at the level above the leaves and m hidden elsewhere. */
  readonly weights: readonly Tensor[];
  /** By level from the root: [m^l, hidden, 1]. */
  readonly biases: readonly Tensor[];

  /**
   * Weights and biases are uniform within 1 / sqrt(inputs).
   * @throws RangeError when there is no such shape
   */
  constructor(
    readonly shape: NetworkShape,
    generator: Generator,
    dtype: DType = 'float64',
  ) {
    checkShape('TreeNetwork', shape);
    const { depth, children, hidden } = shape;
    if (!Number.isInteger(hidden) || hidden < 1)
      throw new RangeError(`TreeNetwork: hidden must be a whole number from 1, not ${hidden}`);
    const uniform = (size: readonly number[], bound: number): Tensor => {
      const values = torch.scope(() =>
        torch
          .rand(size, { generator, dtype })
          .mul(2 * bound)
          .sub(bound),
      );
      return torch.keep(values);
    };
    const levels = Array.from({ length: depth }, (_, level) => {
      const nodes = children ** level;
      const inputs = level === depth - 1 ? children : children * hidden;
      const bound = 1 / Math.sqrt(inputs);
      return [uniform([nodes, hidden, inputs], bound), uniform([nodes, hidden, 1], bound)] as const;
    });
    this.weights = levels.map(([weight]) => weight);
    this.biases = levels.map(([, bias]) => bias);
  }

  get parameters(): Tensor[] {
    return [...this.weights, ...this.biases];
  }

  /**
   * Pre-activations of all levels from the root: [m^l, hidden, S].
   * @param leaves values in 0 and 1, [m^L, S]
   */
  preActivations(leaves: Tensor): Tensor[] {
    const levels: Tensor[] = [];
    this.upward(leaves, (h) => {
      levels.unshift(h);
      return h.relu();
    });
    return levels;
  }

  /**
   * The root's pre-activations [1, hidden, S], and the inputs of all levels from the root, [m^l, inputs, S].
   * @param leaves values in 0 and 1, [m^L, S]
   */
  pass(leaves: Tensor): { root: Tensor; inputs: Tensor[] } {
    const inputs: Tensor[] = [];
    const root = this.upward(leaves, (h, input, level) => {
      inputs.unshift(input);
      return level === 0 ? h : h.relu_();
    });
    return { root, inputs };
  }

  /** From the leaves to the root, level by level; `activate` turns pre-activations into units. Returns the root's. */
  private upward(leaves: Tensor, activate: (h: Tensor, input: Tensor, level: number) => Tensor): Tensor {
    const { depth, children } = this.shape;
    if (leaves.ndim !== 2 || leaves.shape[0] !== children ** depth)
      throw new RangeError(`TreeNetwork: leaves must be [${children ** depth}, S], not [${leaves.shape.join(', ')}]`);
    const samples = leaves.size(1);
    let units = leaves;
    for (let level = depth - 1; level >= 0; level--) {
      const input = units.reshape([children ** level, -1, samples]);
      units = activate(torch.baddbmm(this.biases[level]!, this.weights[level]!, input), input, level);
    }
    return units;
  }

  /** The normalised outputs of samples, [hidden, S]: o / (||o|| + 1e-4) of the root's pre-activations o. */
  forward(leaves: Tensor): Tensor {
    const [root] = this.preActivations(leaves) as [Tensor];
    return normalizeOutput(root.view([this.shape.hidden, -1]));
  }

  dispose(): void {
    for (const parameter of this.parameters) parameter.dispose();
  }
}

/** o / (||o|| + 1e-4), sample by sample of [hidden, S]. */
export function normalizeOutput(o: Tensor): Tensor {
  return o.div(o.square().sum([0], true).sqrt().add(outputEpsilon));
}
