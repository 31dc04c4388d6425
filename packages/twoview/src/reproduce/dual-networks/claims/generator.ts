// T8: the data are those of the tree: correlations are products of polarities along paths.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { hltm } from '../../../theory/index.js';
import { atMost, type Check, within } from '../../checks.js';
import { largest } from '../../statistics.js';
import { exactClaim } from './exact-claim.js';
import { derived, paper } from './hltm-claim.js';

const shape = { depth: 5, children: 2 };
const polarity = 0.85;
const samples = 100_000;

/** Latents of all levels in -1 and 1. */
function draw(tree: hltm.LatentTree, generator: torch.Generator): Tensor[] {
  const sampler = new hltm.TreeSampler(tree);
  try {
    return sampler.sample(samples, generator).map((level) => hltm.signs(level));
  } finally {
    sampler.dispose();
  }
}

/** Correlation of one variable [S] with each of several [K, S]. */
function correlations(z: Tensor, values: Tensor): number[] {
  const moments = new hltm.UnitMoments(1, values.size(0));
  moments.add(z.view([1, -1]), values.unsqueeze(0));
  return Array.from(moments.correlations());
}

/** `expected` give or take `tolerance`. */
const around = (name: string, measured: number, expected: number, tolerance: number): Check =>
  within(name, measured, expected - tolerance, expected + tolerance);

/** The first edge of the root cut. */
function cut(tree: hltm.LatentTree): hltm.LatentTree {
  const [first, ...rest] = tree.polarities as [Float64Array, ...Float64Array[]];
  return { ...tree, polarities: [Float64Array.of(0, first[1]!), ...rest] };
}

export const generator = exactClaim({
  id: 'T8',
  statement: 'Two variables of the tree correlate by the product of the polarities on the path between them.',
  source: `${paper}, the generative model; closed forms ${derived}`,
  expected:
    '1e5 samples from the first seed, depth 5, all polarities .85: root and a leaf .4437 ± .01, leaves of different subtrees of the root .1969 ± .01, root and sum of leaves .8099 ± .01; with random signs (|polarity| from .7), root and each leaf by the signed product ± .015; below an edge of polarity 0 no correlation with the root, ± .015',
  measure(seed) {
    const stream = new torch.Generator({ seed });
    const [root, leaves] = ends(draw(hltm.uniformTree(shape, polarity), stream));
    const half = leaves.size(0) / 2;
    const signed = hltm.drawTree({ ...shape, polarity: { low: 0.7, high: 1 } }, stream);
    const paths = hltm.pathPolarities(signed).at(-1)!;
    const measured = correlations(...ends(draw(signed, stream)));
    const [cutRoot, cutLeaves] = ends(draw(cut(hltm.uniformTree(shape, polarity)), stream));
    return [
      around('root and a leaf', correlations(root, leaves.narrow(0, 0, 1))[0]!, 0.4437, 0.01),
      around(
        'two leaves of different subtrees',
        correlations(leaves.select(0, 0), leaves.narrow(0, half, 1))[0]!,
        0.1969,
        0.01,
      ),
      around('root and sum of leaves', correlations(root, leaves.sum([0], true))[0]!, 0.8099, 0.01),
      atMost(
        'random signs: root and leaf - signed product, largest',
        largest(measured.map((value, i) => Math.abs(value - paths[i]!))),
        0.015,
      ),
      atMost(
        'below a cut edge: |correlation| with the root, largest',
        largest(correlations(cutRoot, cutLeaves.narrow(0, 0, half)).map(Math.abs)),
        0.015,
      ),
    ];
  },
});

const ends = (levels: readonly Tensor[]): [Tensor, Tensor] => [levels[0]!.view([-1]), levels.at(-1)!];
