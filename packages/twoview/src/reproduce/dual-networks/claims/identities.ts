// T10 and T11: selectivity travels up exactly, and it is all that the covariance operator sees of the data.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { hltm } from '../../../theory/index.js';
import { atMost, type Check, within } from '../../checks.js';
import { largest } from '../../statistics.js';
import { exactClaim } from './exact-claim.js';
import { derived, numpy, paper } from './hltm-claim.js';

const settings = (seed: number): hltm.HltmSettings =>
  hltm.hltmSchema.parse({ depth: 3, samplesPerEpoch: 12800, polarity: { low: 0.8 }, seed });

const samples = 100_000;

/** Largest difference of the two sides of the identity over all units of all levels. */
function gap(levels: readonly hltm.SelectivityLevel[]): number {
  return largest(
    levels.flatMap(({ measured, predicted }) => Array.from(measured, (value, i) => Math.abs(value - predicted[i]!))),
  );
}

/** Mean of s(h)^2 over random first-layer weights, for two edges. */
function randomSelectivity(polarities: readonly number[], draws: number, generator: torch.Generator): number {
  const bound = 1 / Math.sqrt(polarities.length);
  const weights = torch
    .rand([draws, polarities.length], { generator, dtype: 'float64' })
    .mul(2 * bound)
    .sub(bound);
  return weights
    .mv(torch.tensor([...polarities], { dtype: 'float64' }))
    .mul(0.5)
    .square()
    .mean()
    .item();
}

export const selectivity = exactClaim({
  id: 'T10',
  statement:
    'The selectivity of a unit is the sum over its inputs of weight times polarity times their selectivity, whatever the network below, trained or not.',
  source: `${paper}, selectivity of hidden units; identity and initial size ${derived}, ${numpy}`,
  expected:
    'depth 3, 10 units, first seed: both sides agree within .01 for every unit with 1e5 samples, before training and after 500 steps; over random first weights with polarities .8 and -.9 the mean of s^2 is .0604, within 1 % with 2e5 draws',
  measure(seed) {
    const training = new hltm.HltmTraining(settings(seed));
    const stream = new torch.Generator({ seed });
    const { network, sampler } = training;
    const check = (name: string): Check =>
      atMost(name, gap(hltm.selectivityIdentity(network, sampler.tree, sampler.sample(samples, stream))), 0.01);
    try {
      const before = check('untrained: largest difference');
      for (let step = 0; step < 500; step++) training.step();
      const polarities = [0.8, -0.9];
      const expected = hltm.initialSelectivity(polarities);
      return [
        before,
        check('trained: largest difference'),
        within(
          'mean of s^2 over random weights',
          randomSelectivity(polarities, 200_000, stream),
          0.99 * expected,
          1.01 * expected,
        ),
      ];
    } finally {
      training.dispose();
    }
  },
});

/**
 * Largest entry of Cov(E[f_children | root]) - (1 - rho_0^2) rho_{0 mu}^2 a a^T over the latents of a tree of depth 3, all
 * states counted.
 */
function covarianceGap(rootBias: number, seed: number): number {
  const stream = new torch.Generator({ seed });
  const shape = { depth: 3, children: 2, hidden: 3 };
  const tree = hltm.drawTree({ ...shape, polarity: { low: 0.5, high: 1 }, rootBias }, stream);
  const network = new hltm.TreeNetwork(shape, stream);
  const { levels, probabilities } = hltm.enumerateTree(tree);
  const units = network.preActivations(levels.at(-1)!.double()).map((h) => h.relu());
  const root = levels[0]!.view([-1]).double();
  const up = probabilities.mul(root).mul(2 / (1 + rootBias));
  const down = probabilities.sub(probabilities.mul(root)).mul(2 / (1 - rootBias));
  const paths = hltm.pathPolarities(tree);
  return largest(
    [0, 1].map((level) => {
      const nodes = 2 ** level;
      const below = units[level + 1]!;
      const f = below.reshape([nodes, -1, probabilities.size(0)]);
      const covariance = outer(f.matmul(up).sub(f.matmul(down))).mul((1 - rootBias ** 2) / 4);
      const moments = new hltm.UnitMoments(2 * nodes, shape.hidden);
      moments.add(hltm.signs(levels[level + 1]!), below, probabilities);
      const s = torch.fromTypedArray(moments.selectivities(), [2 * nodes, shape.hidden]);
      const a = hltm.childSelectivity(tree, level + 1, s).squeeze(2);
      const scale = torch.fromTypedArray(
        paths[level]!.map((rho) => (1 - rootBias ** 2) * rho ** 2),
        [nodes, 1, 1],
      );
      return covariance.sub(outer(a).mul(scale)).abs().max().item();
    }),
  );
}

/** [N, K] to [N, K, K]. */
const outer = (a: Tensor): Tensor => a.unsqueeze(2).mul(a.unsqueeze(1));

export const activationCovariance = exactClaim({
  id: 'T11',
  statement:
    "Over data points, the augmentation-averaged activations of a latent's children vary along one direction: polarity times selectivity.",
  source: `${paper}, covariance operator of the latent tree; closed form ${derived}`,
  expected:
    'a ReLU network on a tree of depth 3, all 2^15 states counted: Cov(E[f | root]) equals (1 - rho_0^2) rho_{0mu}^2 a a^T to 1e-15, for an even root and one with rho_0 = .3',
  measure: (seed) => [
    atMost('rho_0 = 0: largest difference', covarianceGap(0, seed), 1e-15),
    atMost('rho_0 = .3: largest difference', covarianceGap(0.3, seed), 1e-15),
  ],
});
