// Selectivity travels up the tree exactly, whatever the network does below: s(h_j) = sum over children's units k of w_jk
// rho_k s_k.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { addMoments, emptyMoments } from './measure.js';
import { UnitMoments } from './moments.js';
import type { TreeNetwork } from './network.js';
import { signs } from './sample.js';
import type { LatentTree } from './tree.js';

/**
 * a_mu = (rho_{mu nu(k)} s_k)_k: how a latent selects its children's units, [m^(level-1), m k, 1] of selectivities [m^level,
 * k] to their own latents.
 * @param level of the children, from 1
 */
export function childSelectivity(tree: LatentTree, level: number, s: Tensor): Tensor {
  const rho = torch.fromTypedArray(tree.polarities[level - 1]!, [tree.children ** level, 1]);
  return s.mul(rho).reshape([tree.children ** (level - 1), -1, 1]);
}

/**
 * Selectivity of the pre-activations of a level, measured and predicted from that of the units below: arrays of one length.
 */
export interface SelectivityLevel {
  measured: Float64Array;
  predicted: Float64Array;
}

/**
 * Both sides of the identity for all internal levels from the root. Exact where the samples are all states with their
 * probabilities (derived); within sampling error elsewhere.
 * @param levels all latents of samples, bool [m^l, S]
 */
export function selectivityIdentity(
  network: TreeNetwork,
  tree: LatentTree,
  levels: readonly Tensor[],
  probabilities?: Tensor,
): SelectivityLevel[] {
  const { depth, children, hidden } = network.shape;
  return torch.noGrad(() =>
    torch.scope(() => {
      const h = emptyMoments(network);
      addMoments(h, network, levels, probabilities);
      const leaves = levels.at(-1)!.to({ dtype: network.weights[0]!.dtype });
      const units = [...network.preActivations(leaves).map((level) => level.relu()), leaves.unsqueeze(1)];
      return h.map((moments, level) => {
        const below = units[level + 1]!;
        const nodes = children ** (level + 1);
        const width = level + 1 === depth ? 1 : hidden;
        const activations = new UnitMoments(nodes, width);
        activations.add(signs(levels[level + 1]!, 'float64'), below, probabilities);
        const s = torch.fromTypedArray(activations.selectivities(), [nodes, width]);
        const predicted = torch.bmm(network.weights[level]!.double(), childSelectivity(tree, level + 1, s));
        return { measured: moments.selectivities(), predicted: predicted.reshape([-1]).data() as Float64Array };
      });
    }),
  );
}

/**
 * E[s(h)^2] over weights uniform within 1 / sqrt(inputs), sum of rho^2 s_k^2 / (3 inputs), for a latent above leaves, whose
 * selectivity is 1/2 (derived).
 */
export function initialSelectivity(polarities: readonly number[]): number {
  return polarities.reduce((sum, rho) => sum + rho ** 2 / 4, 0) / (3 * polarities.length);
}
