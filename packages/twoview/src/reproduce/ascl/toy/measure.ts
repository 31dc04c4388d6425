// What is measured of a trained toy on its test images, before and after an attack: accuracies, and how far latents move.
import * as torch from '@twoview/torch';
import { pgd } from '../../../attacks/index.js';
import { latentDivergence } from '../../../metrics/index.js';
import { type Divergence, inShort } from '../divergence.js';
import type { ToySettings } from './settings.js';
import { type Kept, type TrainedToy, toyGenerator } from './train.js';

/** The numbers of one run. */
export interface ToyMeasures {
  /** Accuracies from 0 to 1, before and after PGD. */
  natural: number;
  robust: number;
  /** Cosine distances of latents from those of test images: of the attacked images, and of the images themselves. */
  attacked: Divergence;
  benign: Divergence;
  kept: Kept | null;
}

export function measureToy({ network, test, kept }: TrainedToy, settings: ToySettings): ToyMeasures {
  const { eps, stepSize, testSteps: steps, seed } = settings;
  network.eval();
  return torch.scope(() => {
    const ball = { norm: 'linf', eps } as const;
    const generator = toyGenerator(seed, 'evaluation');
    const { images, fooled } = pgd(network, test.images, test.labels, {
      ball,
      steps,
      stepSize,
      mode: 'eval',
      generator,
    });
    return torch.noGrad(() => {
      const latents = network.encoder.forward(test.images);
      const right = network.classifier.forward(latents).argmax(1).eq(test.labels);
      const classes = test.labels.to({ dtype: 'int32' }).data() as Int32Array;
      const divergence = (other: torch.Tensor): Divergence =>
        inShort(latentDivergence(latents, other, classes, { distance: 'cosine' }));
      const total = test.labels.numel;
      return {
        natural: Number(right.sum().item()) / total,
        robust: 1 - Number(fooled.sum().item()) / total,
        attacked: divergence(network.encoder.forward(images)),
        benign: divergence(latents),
        kept,
      };
    });
  });
}
