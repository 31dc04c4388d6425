// E6: what an attack returns lies where it may, and an attack in mode `eval` raises the loss.
import * as torch from '@twoview/torch';
import { crossEntropy, pgd, trainingAttack } from '../../../attacks/index.js';
import { atMost } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { standard, toyGenerator, trainToy, variants } from '../toy/index.js';
import { paper } from './paper.js';

/** A network of a second's natural training: one whose loss is no longer nearly linear. */
const briefly = { ...standard, ...variants.natural, trainImages: 1024, testImages: 256, epochs: 3 };

/** Of a pixel; eps is not a float32. */
const rounding = 1e-6;

export const attackOutput = unitClaim({
  id: 'E6',
  statement: 'Attacked images lie in the ball and in [0, 1], and PGD in mode eval raises the loss of an image.',
  source: paper('the attack of the released program'),
  expected: 'outside ball and range by <= 1e-6, in both modes; loss(x + delta) < loss(x) for at most 5 % of images',
  async measure(seed) {
    const settings = { ...briefly, seed };
    const { network, test } = await trainToy(settings, { onProgress: () => {}, shouldStop: () => false });
    const { eps, stepSize, trainSteps: steps } = settings;
    const attack = {
      ball: { norm: 'linf', eps } as const,
      steps,
      stepSize,
      generator: toyGenerator(seed, 'evaluation'),
    };
    try {
      return torch.scope(() => {
        const evaluated = pgd(network, test.images, test.labels, { ...attack, mode: 'eval' });
        const trained = trainingAttack(network, test.images, test.labels, attack);
        network.eval();
        return torch.noGrad(() => {
          const outputs = [evaluated.images, trained];
          const farthest = outputs.map((x) => x.sub(test.images).abs().amax().item());
          const outside = outputs.map((x) => Math.max(-x.amin().item(), x.amax().item() - 1));
          const losses = (x: torch.Tensor) => crossEntropy(network.forward(x), test.labels);
          const lower = losses(evaluated.images).lt(losses(test.images)).float().mean().item();
          return { ball: Math.max(...farthest) - eps, range: Math.max(...outside), lower };
        });
      });
    } finally {
      network.dispose();
      test.images.dispose();
      test.labels.dispose();
    }
  },
  checks: (worst) => [
    atMost('farther than eps by', worst('ball'), rounding),
    atMost('outside [0, 1] by', worst('range'), rounding),
    atMost('share of images whose loss is lower', worst('lower'), 0.05),
  ],
});
