// The covariance operator of each level of the tree's network: what its contrastive gradient step multiplies its weights by.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { TreeNetwork } from './network.js';
import type { TreeSampler } from './sample.js';

/** Samples a chunk: the Jacobians of the lowest level are large. */
const chunk = 512;

/**
 * Frobenius norm of a latent's own block of the covariance operator V[E[K | root]], averaged over the latents of each level
 * from the root. The connection K of a latent is its Jacobian to the root's pre-activations, before normalisation, times its
 * input. V is over the root's two values, p(1) p(-1) D D^T with D the difference of the means of K.
 * @param samples drawn for the means
 */
export function covarianceNorms(
  network: TreeNetwork,
  sampler: TreeSampler,
  samples: number,
  generator: Generator,
): number[] {
  const { children, depth, hidden } = network.shape;
  return torch.noGrad(() =>
    torch.scope(() => {
      const root = sampler.root(samples, generator);
      const ups = root.sum().item();
      if (ups === 0 || ups === samples)
        throw new RangeError(`covarianceNorms: ${samples} samples are too few to see both values of the root`);
      // Weights whose sum over samples is the difference of the two conditional means.
      const weights = root
        .double()
        .mul(1 / ups + 1 / (samples - ups))
        .sub(1 / (samples - ups));
      const differences = Array.from({ length: depth }, () => [] as Tensor[]);
      for (let drawn = 0; drawn < samples; drawn += chunk) {
        const count = Math.min(chunk, samples - drawn);
        const connections = torch.scope(() => {
          const levels = sampler.descend(root.narrow(1, drawn, count), generator);
          return weightedConnections(network, levels.at(-1)!, weights.narrow(1, drawn, count));
        });
        connections.forEach((part, level) => {
          const sum = differences[level]!;
          if (sum[0]) sum[0].add_(part);
          else sum[0] = part;
        });
      }
      const p = (1 + sampler.tree.rootBias) / 2;
      return differences.map(([difference], level) => {
        // D as [hidden inputs, outputs]: ||D D^T|| = ||D^T D||.
        const d = difference!.view([children ** level, hidden, hidden, -1]).permute([0, 1, 3, 2]);
        const columns = d.reshape([children ** level, -1, hidden]);
        const gram = torch.bmm(columns.transpose(1, 2), columns);
        return p * (1 - p) * gram.square().sum([1, 2]).sqrt().mean().item();
      });
    }),
  );
}

/** Sum over samples of weight J^T (x) f for each level from the root: [m^l, hidden (unit) x hidden (output), inputs]. */
function weightedConnections(network: TreeNetwork, leaves: Tensor, weights: Tensor): Tensor[] {
  const { children, depth, hidden } = network.shape;
  const samples = leaves.size(1);
  const x = leaves.to({ dtype: network.weights[0]!.dtype });
  const activations = network.preActivations(x).map((h) => h.relu());
  const identity = torch.eye(hidden, { dtype: x.dtype }).view([1, hidden, hidden, 1]);
  // J as [nodes, unit, output, S], which starts as the identity at the root.
  let jacobian = identity.expand([1, hidden, hidden, samples]);
  return Array.from({ length: depth }, (_, level) => {
    const nodes = children ** level;
    const below = level + 1 < depth ? activations[level + 1]! : x;
    const inputs = below.reshape([nodes, -1, samples]).mul(weights.to({ dtype: x.dtype }));
    const flat = jacobian.reshape([nodes, hidden * hidden, samples]);
    const connection = torch.bmm(flat, inputs.transpose(1, 2)).double();
    if (level + 1 < depth) {
      const through = torch.bmm(
        network.weights[level]!.transpose(1, 2),
        jacobian.reshape([nodes, hidden, hidden * samples]),
      );
      const gates = below.sign().unsqueeze(2);
      jacobian = through.view([nodes * children, hidden, hidden, samples]).mul(gates);
    }
    return connection;
  });
}
