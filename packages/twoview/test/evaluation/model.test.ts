// Features h and embeddings z of a model, and the names they are measured under.
import * as torch from '@twoview/torch';
import { generateEmbedded } from 'twoview/data';
import { embeddingMeasures, extractModelFeatures, featureTensor, measureModel, runTransform } from 'twoview/evaluation';
import { createModel } from 'twoview/training';
import { expect, test } from 'vitest';
import { runConfig } from './runs.js';

const config = runConfig();
const options = { transform: runTransform(config, 32), device: 'cpu' };

test('h is the encoder, z the projector on it, both in evaluation mode', async () => {
  const model = createModel(config).train();
  const images = await generateEmbedded({ split: 'test', limit: 6 });
  const { h, z } = await extractModelFeatures(model, images, options);
  expect([h.shape, z.shape]).toEqual([
    [6, 8],
    [6, 6],
  ]);
  for (const module of model.modules()) expect(module.training).toBe(true);
  model.eval();
  torch.noGrad(() => {
    const features = model.encoder.forward(options.transform(torch.tensor(images.images, { shape: [6, 3, 32, 32] })));
    expect(features.sub(featureTensor(h)).abs().max().item()).toBeLessThan(1e-6);
    expect(model.online.projector.forward(features).sub(featureTensor(z)).abs().max().item()).toBeLessThan(1e-5);
  });
});

test('spread and ranks carry the prefix; a constant embedding has rank 1 and no spread', () => {
  const values = Float32Array.from({ length: 20 }, (_, i) => (i % 4) + 1);
  const measures = embeddingMeasures({ values, shape: [5, 4] }, 'z');
  expect(Object.keys(measures)).toEqual(['z.std', 'z.effectiveRank', 'z.rankMe', 'z.participationRatio']);
  expect(measures['z.std']).toBeCloseTo(0, 5);
  expect(measures['z.effectiveRank']).toBeCloseTo(1, 4);
  const orthogonal = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 3 : 0));
  expect(embeddingMeasures({ values: orthogonal, shape: [4, 4] }, 'h')['h.effectiveRank']).toBeCloseTo(4, 4);
});

test('a probe adds linear accuracy, and its best epoch where it has epochs', async () => {
  const model = createModel(config);
  const [train, held] = await Promise.all([
    generateEmbedded({ split: 'train', limit: 40 }),
    generateEmbedded({ split: 'test', limit: 20 }),
  ]);
  const by = async (dataset: typeof train) => ({
    dataset,
    features: await extractModelFeatures(model, dataset, options),
  });
  const measure = async (kind: 'none' | 'ridge' | 'adam') =>
    measureModel(await by(train), await by(held), {
      k: 3,
      temperature: 0.1,
      probe: kind === 'adam' ? { kind, epochs: 2 } : { kind },
      seed: 0,
    });
  const names = async (kind: 'none' | 'ridge' | 'adam') =>
    Object.keys(await measure(kind)).filter((name) => /^(knn|linear)/.test(name));
  expect(await names('none')).toEqual(['knn']);
  expect(await names('ridge')).toEqual(['knn', 'linear']);
  expect(await names('adam')).toEqual(['knn', 'linear', 'linearBest']);
});
