// Evaluation during training: the numbers are those of the parts, and the model is as it was before.
import * as torch from '@twoview/torch';
import { createDataset, generateEmbedded, limitDataset } from 'twoview/data';
import { createLiveKnn, extractModelFeatures, measureModel, runTransform } from 'twoview/evaluation';
import { correlationEigenvalues, effectiveRank, knnClassify, normalizedStd } from 'twoview/metrics';
import { createModel, DivergenceError } from 'twoview/training';
import { expect, test } from 'vitest';
import { runConfig } from './runs.js';

const config = runConfig();
const transform = runTransform(config, 32);
const sets = Promise.all([
  generateEmbedded({ split: 'train', limit: 60 }),
  generateEmbedded({ split: 'test', limit: 40 }),
]);

async function liveKnn(options: { maxTrain?: number; maxTest?: number } = {}) {
  const [train, test] = await sets;
  const observer = createLiveKnn({
    train,
    test,
    transform,
    device: 'cpu',
    k: 3,
    temperature: 0.1,
    maxTrain: 60,
    maxTest: 40,
    ...options,
  });
  return (model: ReturnType<typeof createModel>) => observer.onEvaluate!({ step: 4, epoch: 1, model });
}

test('knn, h and z are those of the parts, computed by hand', async () => {
  const [train, test] = await sets;
  const model = createModel(config);
  const measures = await (await liveKnn())(model);
  model.eval();
  const features = (images: Uint8Array, count: number) =>
    torch.noGrad(() => {
      const h = model.encoder.forward(transform(torch.tensor(images, { shape: [count, 3, 32, 32] })));
      return { h, z: model.online.projector.forward(h) };
    });
  const known = features(train.images, 60);
  const asked = features(test.images, 40);
  const { accuracy } = knnClassify({
    train: known.h,
    trainLabels: train.labels!,
    test: asked.h,
    testLabels: test.labels!,
    classes: 10,
    k: 3,
    temperature: 0.1,
  });
  expect(measures.knn).toBeCloseTo(accuracy!, 10);
  expect(measures['h.std']).toBeCloseTo(normalizedStd(asked.h), 5);
  expect(measures['z.std']).toBeCloseTo(normalizedStd(asked.z), 5);
  expect(measures['z.effectiveRank']).toBeCloseTo(effectiveRank(correlationEigenvalues(asked.z)), 4);
  expect(Object.keys(measures).sort()).toEqual([
    'h.effectiveRank',
    'h.participationRatio',
    'h.rankMe',
    'h.std',
    'knn',
    'z.effectiveRank',
    'z.participationRatio',
    'z.rankMe',
    'z.std',
  ]);
});

test('parameters, buffers, gradients and modes stay as they were', async () => {
  const model = createModel(config).train();
  model.encoder.eval();
  const before = Array.from(model.stateDict(), ([name, tensor]) => [name, tensor.detach().clone()] as const);
  const modes = Array.from(model.modules(), (module) => module.training);
  const generator = torch.defaultGenerator().getState();
  await (await liveKnn())(model);
  for (const [name, tensor] of before) expect(model.stateDict().get(name)!.data(), name).toEqual(tensor.data());
  expect(Array.from(model.modules(), (module) => module.training)).toEqual(modes);
  for (const parameter of model.parameters()) expect(parameter.grad).toBeNull();
  expect(torch.defaultGenerator().getState()).toEqual(generator);
});

test('the limits cut both sets', async () => {
  const [train, test] = await sets;
  const model = createModel(config);
  const cut = { train: limitDataset(train, 20), test: limitDataset(test, 10) };
  const by = async (dataset: typeof train) => ({
    dataset,
    features: await extractModelFeatures(model, dataset, { transform, device: 'cpu' }),
  });
  const expected = await measureModel(await by(cut.train), await by(cut.test), {
    k: 3,
    temperature: 0.1,
    probe: { kind: 'none' },
    seed: 0,
  });
  expect(await (await liveKnn({ maxTrain: 20, maxTest: 10 }))(model)).toEqual(expected);
  expect(await (await liveKnn())(model)).not.toEqual(expected);
});

test('images without labels are measured without kNN', async () => {
  const [train] = await sets;
  const plain = createDataset({ name: 'plain', images: train.images, height: 32, width: 32 });
  const observer = createLiveKnn({
    train: plain,
    test: plain,
    transform,
    device: 'cpu',
    k: 3,
    temperature: 0.1,
    maxTrain: 60,
    maxTest: 40,
  });
  const measures = await observer.onEvaluate!({ step: 4, epoch: 1, model: createModel(config) });
  expect(measures.knn).toBeUndefined();
  expect(measures['z.effectiveRank']).toBeGreaterThanOrEqual(1);
});

test('features that overflow are a divergence, with the step', async () => {
  const model = createModel(config);
  torch.noGrad(() => {
    for (const parameter of model.encoder.parameters()) if (parameter.ndim > 1) parameter.mul_(1e30);
    for (const buffer of model.encoder.buffers()) if (buffer.ndim > 0) buffer.fill_(1e-30);
  });
  const measuring = (await liveKnn())(model);
  await expect(measuring).rejects.toThrow(DivergenceError);
  await expect(measuring).rejects.toThrow(/features of held-out images are not finite after step 4/);
});
