// E1, E2, E5: values of the contrastive loss and of the divergence of predictions.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { predictionDivergence, selectPairs, supervisedContrastive } from '../../../objectives/index.js';
import { atMost } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { golden, goldenDivergence, goldenTemperatures } from '../published.js';
import { count, distances, double, gaussian, goldenLatents, loss, p, selections, y } from './latents.js';
import { paper } from './paper.js';

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
