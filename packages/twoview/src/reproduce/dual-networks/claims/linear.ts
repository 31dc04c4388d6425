// T12: without ReLU, bias and normalisation the whole course of training is known.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { hltm } from '../../../theory/index.js';
import { above, atMost, below } from '../../checks.js';
import { exactClaim } from './exact-claim.js';
import { derived } from './hltm-claim.js';

const polarity = { low: 0.7, high: 1 };
const hidden = 4;

/** E r+ - E r- by counting all pairs of states with one root and with two, r half the squared distance of outputs. */
function enumeratedLoss(tree: hltm.LatentTree, network: hltm.LinearTree): number {
  const { levels, probabilities } = hltm.enumerateTree(tree);
  const outputs = network.forward(levels.at(-1)!.double()).t();
  const distances = torch.cdist(outputs, outputs).square().div(2);
  const up = levels[0]!.view([-1]).double();
  const pair = (weights: Tensor): number => weights.dot(distances.mv(weights)).item();
  const given = (indicator: Tensor): Tensor => probabilities.mul(indicator).mul(2);
  return (pair(given(up)) + pair(given(up.rsub(1)))) / 2 - pair(probabilities);
}

/** Trains until the output's selectivity is ten, and what happened on the way. */
function course(seed: number): { decreases: number; growth: number; thawed: number } {
  const stream = new torch.Generator({ seed });
  const tree = hltm.drawTree({ depth: 3, children: 2, polarity }, stream);
  const network = new hltm.LinearTree(tree, hidden, stream);
  try {
    const start = network.frozen();
    const norms = [Math.sqrt(-network.loss())];
    let decreases = 0;
    for (let step = 0; step < 5000 && norms.at(-1)! < 10; step++) {
      network.step(0.01);
      norms.push(Math.sqrt(-network.loss()));
      if (!(norms.at(-1)! > norms.at(-2)!)) decreases++;
    }
    const change = network
      .frozen()
      .sub(start)
      .square()
      .sum([2])
      .div(start.square().sum([2]))
      .sqrt();
    return { decreases, growth: norms.at(-1)! / norms[0]!, thawed: change.max().item() };
  } finally {
    network.dispose();
  }
}

export const linearTree = exactClaim({
  id: 'T12',
  statement:
    "A linear network's population loss is minus the squared selectivity of its output; training moves each row of weights along one direction and nothing across it.",
  source: `${derived} from the covariance operator of the tree, confirmed with an independent NumPy implementation`,
  expected:
    'depth 3, 4 units, first seed, gradient descent with lr .01 until ||v|| is 10: ||v|| grows in every step, and the parts of the lowest weights across a_mu change by less than 1e-10 of themselves; with depth 2 the loss is that of all pairs of states to 2e-10',
  measure(seed) {
    const { decreases, growth, thawed } = course(seed);
    const stream = new torch.Generator({ seed });
    const tree = hltm.drawTree({ depth: 2, children: 2, polarity }, stream);
    const network = new hltm.LinearTree(tree, hidden, stream);
    const difference = Math.abs(enumeratedLoss(tree, network) - network.loss());
    network.dispose();
    return [
      atMost('steps in which ||v|| did not grow', decreases, 0),
      above('growth of ||v||', growth, 1),
      below('change across a_mu, largest of rows', thawed, 1e-10),
      atMost('loss - loss of all pairs', difference, 2e-10),
    ];
  },
});
