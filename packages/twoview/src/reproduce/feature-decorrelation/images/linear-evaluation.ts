// The paper's linear evaluation: a linear layer on the frozen encoder, trained on random crops by SGD of a large rate.
import { setImmediate } from 'node:timers/promises';
import * as torch from '@twoview/torch';
import { Linear } from '@twoview/torch/nn';
import { cosine, SGD, scheduleAt } from '@twoview/torch/optim';
import { createAugmentation, createEvaluationTransform, policies, resolvePolicy } from '../../../augment/index.js';
import { epochPermutation, gatherBatch, gatherLabels, type LabeledDataset } from '../../../data/index.js';
import { extractFeatures, featureTensor, inEvalMode } from '../../../evaluation/index.js';
import { accuracyOf, countClasses } from '../../../metrics/index.js';
import type { Encoder } from '../../../models/index.js';
import { InterruptedError } from '../../experiment.js';

export interface LinearEvaluationOptions {
  seed: number;
  device: string;
  /** 100, 256 and 30 if left out: the rate is for batches of 256 and scaled with the batch. */
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  shouldStop: () => boolean;
}

/**
 * Test accuracy, in [0, 1], after the last epoch: random resized crops (scale 0.08 to 1) and flips, SGD with momentum 0.9 and no
 * weight decay, the rate falling to 0 on a cosine; test images are resized by 8/7 and cropped at their centre. Bilinear
 * resampling, where the authors take bicubic.
 *
 * @throws InterruptedError when asked to stop; nothing of it is kept
 */
export async function linearEvaluation(
  encoder: Encoder,
  images: LabeledDataset,
  test: LabeledDataset,
  options: LinearEvaluationOptions,
): Promise<number> {
  const { seed, device, epochs = 100, batchSize = 256, learningRate = 30, shouldStop } = options;
  const { normalize } = policies['simsiam-cifar'];
  const size = images.viewSize;
  const augmentation = createAugmentation(resolvePolicy({ policy: 'crop-flip', ...(normalize && { normalize }) }), {
    size,
  });
  const generator = new torch.Generator({ seed });
  const classes = countClasses(images.labels);
  const head = new Linear(encoder.featureSize, classes, { generator }).to({ device });
  const lr = (learningRate * batchSize) / 256;
  const optimizer = new SGD(head.namedParameters(), { lr, momentum: 0.9 });
  const stepsPerEpoch = Math.floor(images.length / batchSize);
  const schedule = cosine(lr, epochs * stepsPerEpoch);
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = epochPermutation(images.length, seed, epoch);
      for (let i = 0; i < stepsPerEpoch; i++) {
        if (shouldStop()) throw new InterruptedError('asked to stop');
        const step = epoch * stepsPerEpoch + i;
        const indices = order.subarray(i * batchSize, (i + 1) * batchSize);
        torch.scope(() => {
          const shape = [batchSize, 3, images.height, images.width];
          const batch = torch.fromTypedArray(gatherBatch(images, indices), shape, { device });
          const labels = BigInt64Array.from(gatherLabels(images, indices), BigInt);
          const h = torch.noGrad(() =>
            inEvalMode([encoder], () => encoder.forward(augmentation.augment(batch, { seed, step, view: 0 }))),
          );
          optimizer.groups[0]!.lr = scheduleAt(schedule, step);
          optimizer.zeroGrad();
          head
            .forward(h)
            .crossEntropyLoss(torch.fromTypedArray(labels, [batchSize], { device }))
            .backward();
          optimizer.step();
        });
        await setImmediate();
      }
    }
    const resize = Math.trunc((size * 8) / 7);
    const transform = createEvaluationTransform({ size, resize, ...(normalize && { normalize }) });
    const features = await extractFeatures(encoder, test, { transform, device });
    return torch.noGrad(() =>
      torch.scope(() => {
        const logits = head.forward(featureTensor(features, device));
        const predictions = logits.argmax(1).to({ device: 'cpu', dtype: 'int32' }).data() as Int32Array;
        return accuracyOf(predictions, test.labels);
      }),
    );
  } finally {
    optimizer.dispose();
    head.dispose();
  }
}
