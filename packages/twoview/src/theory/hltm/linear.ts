// The tree's network without ReLU, bias and normalisation, where the contrastive loss of the whole population is known
// (derived).
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { childSelectivity } from './selectivity.js';
import { checkTree, type LatentTree } from './tree.js';

/** A linear network's weights by level from the root, [m^l, hidden, inputs], and the tree it is trained on. */
export class LinearTree {
  readonly weights: readonly Tensor[];

  /**
   * Weights are uniform within 1 / sqrt(inputs), in float64.
   * @throws RangeError where the root is biased: the loss below is that of an unbiased one
   */
  constructor(
    readonly tree: LatentTree,
    readonly hidden: number,
    generator: Generator,
  ) {
    checkTree('LinearTree', tree);
    if (tree.rootBias !== 0) throw new RangeError('LinearTree: the root must have no bias');
    if (!Number.isInteger(hidden) || hidden < 1)
      throw new RangeError(`LinearTree: hidden must be a whole number from 1, not ${hidden}`);
    const { depth, children } = tree;
    this.weights = Array.from({ length: depth }, (_, level) => {
      const inputs = level === depth - 1 ? children : children * hidden;
      const size = [children ** level, hidden, inputs];
      const bound = 1 / Math.sqrt(inputs);
      return torch.keep(
        torch.scope(() =>
          torch
            .rand(size, { generator, dtype: 'float64' })
            .mul(2 * bound)
            .sub(bound),
        ),
      );
    });
  }

  /** a_mu of each level from the root, [m^l, inputs, 1]. */
  private directions(): Tensor[] {
    const { depth, children } = this.tree;
    const directions: Tensor[] = [];
    let s = torch.full([children ** depth, 1], 0.5, { dtype: 'float64' });
    for (let level = depth - 1; level >= 0; level--) {
      const a = childSelectivity(this.tree, level + 1, s);
      directions.unshift(a);
      s = torch.bmm(this.weights[level]!, a).squeeze(2);
    }
    return directions;
  }

  /** v = (E[o | root = 1] - E[o | root = -1]) / 2, [hidden]: the output's selectivity. */
  response(): Tensor {
    return torch.scope(() => torch.bmm(this.weights[0]!, this.directions()[0]!).view([this.hidden]));
  }

  /** E[r+ - r-] over the whole population: -||v||^2. */
  loss(): number {
    return torch.scope(() => -this.response().square().sum().item());
  }

  /** -gradient of the loss, level by level: 2 rho_{0 mu} J_mu^T v a_mu^T, each row of a weight moving along a_mu alone. */
  descentDirections(): Tensor[] {
    const { tree, weights } = this;
    return torch.scope(() => {
      const a = this.directions();
      const v = torch.bmm(weights[0]!, a[0]!);
      // rho_{0 mu} J_mu^T v of every node, [m^l, hidden, 1], which starts as v at the root.
      let back = v;
      return weights.map((weight, level) => {
        const step = back.mul(2).bmm(a[level]!.transpose(1, 2));
        if (level + 1 < tree.depth) {
          const nodes = tree.children ** (level + 1);
          const rho = torch.fromTypedArray(tree.polarities[level]!, [nodes, 1, 1]);
          back = torch.bmm(weight.transpose(1, 2), back).view([nodes, this.hidden, 1]).mul(rho);
        }
        return step;
      });
    });
  }

  /** One step of gradient descent on the population's loss. */
  step(learningRate: number): void {
    torch.scope(() => {
      this.descentDirections().forEach((direction, level) => {
        this.weights[level]!.add_(direction, { alpha: learningRate });
      });
    });
  }

  /**
   * What of each row of the lowest weights is orthogonal to its a_mu = rho / 2, [m^(L-1), hidden, m]: gradient descent leaves
   * it alone.
   */
  frozen(): Tensor {
    return torch.scope(() => {
      const a = this.directions().at(-1)!;
      const weight = this.weights.at(-1)!;
      const along = torch.bmm(weight, a).div(a.square().sum([1], true));
      return weight.sub(torch.bmm(along, a.transpose(1, 2)));
    });
  }

  /** Outputs [hidden, S] of leaves [m^L, S] in 0 and 1. */
  forward(leaves: Tensor): Tensor {
    const { children, depth } = this.tree;
    const samples = leaves.size(1);
    let units = leaves;
    for (let level = depth - 1; level >= 0; level--)
      units = torch.bmm(this.weights[level]!, units.reshape([children ** level, -1, samples]));
    return units.view([this.hidden, samples]);
  }

  dispose(): void {
    for (const weight of this.weights) weight.dispose();
  }
}
