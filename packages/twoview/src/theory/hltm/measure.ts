// What is measured of a network, level by level, on fresh samples.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { UnitMoments } from './moments.js';
import type { TreeNetwork } from './network.js';
import { signs, type TreeSampler } from './sample.js';

/** One level of internal latents; level 0 is the root. */
export interface LevelMeasures {
  /** The best |correlation| of a latent with its units' pre-activations, averaged over the latents of the level. */
  correlation: number;
  /**
   * The same of |selectivity|, half the difference of the pre-activation's means where the latent is 1 and where it is -1.
   */
  selectivity: number;
  /** Mean Frobenius norm of the latents' weights. */
  weightNorm: number;
}

/** Samples a chunk, so that a chunk's activations stay in cache. */
const chunk = 2048;

/** Moments of the pre-activations of every internal level, from the root. */
export function unitMoments(
  network: TreeNetwork,
  sampler: TreeSampler,
  samples: number,
  generator: Generator,
): UnitMoments[] {
  const moments = emptyMoments(network);
  for (let drawn = 0; drawn < samples; drawn += chunk) {
    torch.noGrad(() =>
      torch.scope(() => addMoments(moments, network, sampler.sample(Math.min(chunk, samples - drawn), generator))),
    );
  }
  return moments;
}

export function emptyMoments({ shape: { depth, children, hidden } }: TreeNetwork): UnitMoments[] {
  return Array.from({ length: depth }, (_, level) => new UnitMoments(children ** level, hidden));
}

/**
 * @param levels all latents of samples, bool [m^l, S], leaves included
 * @param probabilities of the samples, [S], where they are states of a tree
 */
export function addMoments(
  moments: readonly UnitMoments[],
  network: TreeNetwork,
  levels: readonly Tensor[],
  probabilities?: Tensor,
): void {
  const { dtype } = network.weights[0]!;
  network.preActivations(levels.at(-1)!.to({ dtype })).forEach((h, level) => {
    moments[level]!.add(signs(levels[level]!, 'float64'), h, probabilities);
  });
}

/** Means over the latents of each level, from the root. */
export function levelMeasures(network: TreeNetwork, moments: readonly UnitMoments[]): LevelMeasures[] {
  return moments.map((level, i) => ({
    correlation: level.bestOf(level.correlations()),
    selectivity: level.bestOf(level.selectivities()),
    weightNorm: torch.scope(() => network.weights[i]!.square().sum([1, 2]).sqrt().mean().item()),
  }));
}
