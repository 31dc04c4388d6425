// E1 to E5, E7: what has to hold exactly of the contrastive loss and of the divergence of predictions.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  type LatentDistance,
  latentDistances,
  type PairSelection,
  predictionDivergence,
  selectiveContrastive,
  selectPairs,
  supervisedContrastive,
} from '../../../objectives/index.js';
import { atMost, below, type Check } from '../../checks.js';
import { largest } from '../../statistics.js';
import { golden, goldenDivergence, goldenInput, goldenTemperatures } from '../published.js';
import { paper } from './paper.js';
import { unitClaim } from './unit-claim.js';

const selections = Object.keys(golden) as PairSelection[];
const distances = Object.keys(goldenTemperatures) as (keyof typeof goldenTemperatures)[];
const { labels: y, predictions: p } = goldenInput;

const double = { dtype: 'float64' } as const;

function goldenLatents(): Tensor {
  const [rows, columns] = goldenInput.shape;
  const row = (i: number) => Array.from({ length: columns }, (_, k) => goldenInput.latent(i, k));
  return torch.tensor(
    Array.from({ length: rows }, (_, i) => row(i)),
    double,
  );
}

/** 12 latents of 5 dimensions. */
const gaussian = (seed: number): Tensor =>
  torch.randn([12, 5], { ...double, generator: new torch.Generator({ seed }) });

const count = (mask: Tensor): number => Number(mask.sum().item());

/** The loss of a selection with classes and predictions of the golden input. */
function loss(latents: Tensor, selection: PairSelection, distance: LatentDistance, temperature: number): Tensor {
  return selectiveContrastive(latents, selectPairs(selection, y, p), { distance, temperature });
}

export const goldenValues = unitClaim({
  id: 'E1',
  statement: 'The loss is that of the authors’ program for every selection and distance.',
  source: paper('released program'),
  expected: 'losses within 1e-5, kept pairs exactly, for five selections and five distances',
  seeded: false,
  measure() {
    const latents = goldenLatents();
    return Object.fromEntries(
      selections.flatMap((selection) => {
        const errors = distances.flatMap((distance) => {
          const value = loss(latents, selection, distance, goldenTemperatures[distance]).item();
          return Math.abs(value - golden[selection][distance]);
        });
        const product = loss(latents, selection, 'matmul', goldenTemperatures.cosine).item();
        const { positives, negatives } = selectPairs(selection, y, p);
        const expected = golden[selection];
        const miscounted =
          Math.abs(count(positives) - expected.positives) +
          (expected.negatives === null ? 0 : Math.abs(count(negatives) - expected.negatives));
        return [
          [`${selection}: loss`, Math.max(...errors, Math.abs(product - expected.cosine))],
          [`${selection}: pairs`, miscounted],
        ] as const;
      }),
    );
  },
  checks: (worst) =>
    selections.flatMap((selection) => [
      atMost(`${selection}: largest error of the loss`, worst(`${selection}: loss`), 1e-5),
      atMost(`${selection}: pairs too many or too few`, worst(`${selection}: pairs`), 0),
    ]),
});

export const supCon = unitClaim({
  id: 'E2',
  statement: 'With all pairs and cosine distances the loss is the supervised contrastive loss.',
  source: paper('released program'),
  expected: 'difference <= 1e-9, of the golden input and of random latents',
  measure(seed) {
    const difference = (z: Tensor): number =>
      Math.abs(loss(z, 'global', 'cosine', 0.1).item() - supervisedContrastive([z], y, { temperature: 0.1 }).item());
    return { golden: difference(goldenLatents()), random: difference(gaussian(seed)) };
  },
  checks: (worst) => [
    atMost('golden input: difference', worst('golden'), 1e-9),
    atMost('random latents: difference', worst('random'), 1e-9),
  ],
});

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

/** Loss and gradient, flat. */
function differentiate(z: Tensor, of: (z: Tensor) => Tensor): { value: number; gradient: Float64Array } {
  const leaf = z.clone().requiresGrad_();
  const value = of(leaf);
  const [gradient] = torch.grad(value, [leaf]);
  return { value: value.item(), gradient: Float64Array.from(gradient!.data() as Float64Array) };
}

/** The largest absolute value; NaN where there is one, so that it never passes. */
const largestOf = (values: ArrayLike<number>): number => largest(Array.from(values, Math.abs));

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

export const divergenceValues = unitClaim({
  id: 'E5',
  statement: 'The divergence of predictions is 0 for equal logits, and C times it is the mean KL of an image.',
  source: paper('released program'),
  expected: 'equal logits exactly 0; C L_VAT = mean KL within 1e-12; the program’s values within 1e-6',
  measure(seed) {
    const generator = new torch.Generator({ seed });
    const [a, b] = [torch.randn([7, 10], { ...double, generator }), torch.randn([7, 10], { ...double, generator })];
    const [logP, logQ] = [a.logSoftmax(1), b.logSoftmax(1)];
    const kl = logP.exp().mul(logP.sub(logQ)).sum([1]).mean().item();
    const [o, attacked] = [goldenDivergence.logits, goldenDivergence.adversarial].map((rows) =>
      torch.tensor(
        rows.map((row) => [...row]),
        double,
      ),
    ) as [Tensor, Tensor];
    return {
      equal: Math.abs(predictionDivergence(a, a).item()),
      scaled: Math.abs(10 * predictionDivergence(a, b).item() - kl),
      element: Math.abs(predictionDivergence(o, attacked).item() - goldenDivergence.perElement),
      image: Math.abs(predictionDivergence(o, attacked, { per: 'images' }).item() - goldenDivergence.perImage),
    };
  },
  checks: (worst) => [
    atMost('equal logits', worst('equal'), 0),
    atMost('C L_VAT - mean KL', worst('scaled'), 1e-12),
    atMost('program, per element: error', worst('element'), 1e-6),
    atMost('program, per image: error', worst('image'), 1e-6),
  ],
});

/** How far the gradient is from central differences, relative to its largest entry. */
function gradientError(z: Tensor, of: (z: Tensor) => Tensor): number {
  const { gradient } = differentiate(z, of);
  const step = 1e-6;
  const flat = Float64Array.from(z.data() as Float64Array);
  const at = (element: number, delta: number): number =>
    torch.scope(() => {
      const moved = Float64Array.from(flat);
      moved[element]! += delta;
      return of(torch.tensor(moved, { shape: z.shape })).item();
    });
  const numeric = Float64Array.from(flat, (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
  return largestOf(gradient.map((g, i) => g - numeric[i]!)) / largestOf(numeric);
}

export const gradients = unitClaim({
  id: 'E7',
  statement: 'The gradient of the loss is that of central differences.',
  source: paper('the loss'),
  expected: 'float64, 12 latents: relative error < 1e-5 for every selection, over all distances',
  measure(seed) {
    const z = gaussian(seed);
    return Object.fromEntries(
      selections.map((selection) => [
        selection,
        Math.max(
          ...distances.map((distance) =>
            gradientError(z, (latents) => loss(latents, selection, distance, goldenTemperatures[distance])),
          ),
        ),
      ]),
    );
  },
  checks: (worst): Check[] =>
    selections.map((selection) => below(`${selection}: relative error`, worst(selection), 1e-5)),
});
