// A step of gradient descent through the tree's network, written out: about two thirds of the time of autograd, whose records
// cost as much as these small products.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { normalizeOutput, type TreeNetwork } from './network.js';

/**
 * Moves weights and biases against the gradient of a loss of the normalised outputs.
 * @param leaves values in 0 and 1, [m^L, S]
 * @param lossOf of the outputs [hidden, S] a scalar
 * @returns the loss before the step; where it is not finite nothing moves
 */
export function descentStep(
  network: TreeNetwork,
  leaves: Tensor,
  lossOf: (outputs: Tensor) => Tensor,
  learningRate: number,
): number {
  const { children, depth, hidden } = network.shape;
  return torch.scope(() => {
    const { root, inputs } = torch.noGrad(() => network.pass(leaves));
    const output = root.view([hidden, -1]).detach();
    output.requiresGrad = true;
    const loss = lossOf(normalizeOutput(output));
    const value = loss.item();
    if (!Number.isFinite(value)) return value;
    const [top] = torch.grad([loss], [output]) as [Tensor];
    torch.noGrad(() => {
      let gradient = top.unsqueeze(0);
      for (let level = 0; level < depth; level++) {
        const [weight, bias, input] = [network.weights[level]!, network.biases[level]!, inputs[level]!];
        // Before the weight moves: what goes on to the level below, and through its ReLU.
        const below = level + 1 < depth ? torch.bmm(weight.transpose(1, 2), gradient) : undefined;
        weight.baddbmm_(gradient, input.transpose(1, 2), { alpha: -learningRate });
        bias.sub_(gradient.sum([2], true), { alpha: learningRate });
        if (below) gradient = below.mul_(input.sign_()).view([children ** (level + 1), hidden, -1]);
      }
    });
    return value;
  });
}
