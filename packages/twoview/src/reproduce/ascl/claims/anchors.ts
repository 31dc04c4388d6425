// E3, E4: what Leaked-LS makes of anchors without mistakes, and of those whose prediction nobody shares.
import type { Tensor } from '@twoview/torch';
import { latentDistances, selectiveContrastive, selectPairs } from '../../../objectives/index.js';
import { atMost } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { count, differentiate, gaussian, largestOf, p, y } from './latents.js';
import { paper } from './paper.js';

/** Mean over anchors of the mean over the same class of minus log-softmax, over the same class alone; by loops. */
function withinClass(similarity: readonly (readonly number[])[]): number {
  const costs = similarity.map((row, i) => {
    const own = row.filter((_, j) => j !== i && y[j] === y[i]);
    const logSum = Math.log(own.reduce((sum, s) => sum + Math.exp(s), 0));
    return own.reduce((sum, s) => sum + logSum - s, 0) / own.length;
  });
  return costs.reduce((a, b) => a + b, 0) / costs.length;
}

export const noMistakes = unitClaim({
  id: 'E3',
  statement: 'Where every prediction is right, Leaked-LS has no negatives and pulls each class together.',
  source: paper('definition of Leaked-LS'),
  expected: 'no negatives, all positives of Global, loss = mean of -log softmax over positives alone within 1e-12',
  measure(seed) {
    const z = gaussian(seed);
    const pairs = selectPairs('leaked', y, y);
    const all = selectPairs('global', y, y).positives;
    const temperature = 0.2;
    const similarity = latentDistances(z, z, 'linf').div(-temperature).tolist() as number[][];
    return {
      negatives: count(pairs.negatives),
      missing: count(pairs.positives.ne(all)),
      difference: Math.abs(selectiveContrastive(z, pairs, { temperature }).item() - withinClass(similarity)),
    };
  },
  checks: (worst) => [
    atMost('negatives', worst('negatives'), 0),
    atMost('positives that differ from Global', worst('missing'), 0),
    atMost('loss - loss over positives alone', worst('difference'), 1e-12),
  ],
});

export const lonelyAnchors = unitClaim({
  id: 'E4',
  statement: 'An anchor whose prediction nobody shares costs exactly nothing, and gives no NaN.',
  source: paper('released program'),
  expected:
    'all anchors lonely: loss and gradient 0; one of them: its gradient 0, and the sum over anchors as without it (1e-12)',
  measure(seed) {
    const z = gaussian(seed);
    const leaked = (predictions: Int32Array) => (latents: Tensor) => {
      const n = latents.shape[0]!;
      const pairs = selectPairs('leaked', y.slice(0, n), predictions.slice(0, n));
      return selectiveContrastive(latents, pairs, { temperature: 0.2 });
    };
    const all = differentiate(z, leaked(Int32Array.from(y, (_, i) => i)));
    const last = y.length - 1;
    const predictions = Int32Array.from(p, (own, i) => (i === last ? 7 : own));
    const one = differentiate(z, leaked(predictions));
    const without = leaked(predictions)(z.narrow(0, 0, last)).item();
    return {
      loss: Math.abs(all.value),
      gradient: largestOf(all.gradient),
      sum: Math.abs(y.length * one.value - last * without),
      own: largestOf(one.gradient.slice(last * z.shape[1]!)),
    };
  },
  checks: (worst) => [
    atMost('all lonely: loss', worst('loss'), 0),
    atMost('all lonely: gradient', worst('gradient'), 0),
    atMost('one lonely: its gradient', worst('own'), 0),
    atMost('one lonely: sum over anchors - sum without it', worst('sum'), 1e-12),
  ],
});
