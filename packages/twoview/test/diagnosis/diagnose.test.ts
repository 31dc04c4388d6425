// A whole diagnosis: of a run that collapsed, of a healthy model's bare weights, and of what a file holds.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { generateEmbedded } from 'twoview/data';
import { createCollapseWatch, diagnoseRun, diagnoseWeights, encoderOf } from 'twoview/diagnosis';
import { createEncoder } from 'twoview/models';
import { renderDiagnosis } from 'twoview/report';
import { resolveConfig, Trainer } from 'twoview/training';
import { expect, test } from 'vitest';
import { createFolder, temporaryFolder } from '../training/setup.js';

const config = resolveConfig({
  method: 'directpred',
  overrides: [
    'method.predictor=identity',
    'method.target=stopGradient',
    'method.projector={"hidden":[16],"size":16}',
    'encoder={"name":"convnet","channels":[8,16]}',
    'data.limit=512',
    'data.testLimit=96',
    'training.batchSize=32',
    'training.maxSteps=120',
    'training.epochs=8',
    'training.logEvery=4',
    'training.checkpointEvery=1000',
    'training.threads=1',
    'training.device=cpu',
  ],
});

test('a run without predictor: z collapsed, h not, since when, why, and the page of it', async () => {
  const folder = createFolder(path.join(temporaryFolder(), 'run'), config);
  const images = await generateEmbedded({ split: 'train', limit: 512 });
  await new Trainer(config, images, folder, { observers: [createCollapseWatch({ config })] }).run();
  folder.finish('done');

  const diagnosis = await diagnoseRun(folder.dir);
  expect(diagnosis.step).toBe(120);
  expect(diagnosis.z!.verdict.verdict).toBe('complete collapse');
  expect(diagnosis.h.verdict.verdict).not.toBe('complete collapse');
  expect(diagnosis.causes[0]).toMatchObject({ slot: 'predictor', change: 'method.predictor=mlp' });
  expect(diagnosis.course).toMatchObject({ watched: true, began: { kind: 'complete collapse' } });
  expect(diagnosis.course!.began!.step).toBeLessThan(80);
  expect(diagnosis.h.pairs).toMatchObject({ images: 96, views: 10, lidar: expect.any(Number) });
  expect(diagnosis.weightDecay!.critical).toBeLessThan(0.25);
  expect(diagnosis.predictor).toBeNull();
  expect(diagnosis.notes.join()).toMatch(/only 96 images/);

  const page = renderDiagnosis('run', diagnosis);
  for (const text of ['complete collapse', 'method.predictor=mlp', 'Correlation in z', 'Course of the run', '<svg'])
    expect(page).toContain(text);
  expect(page).not.toMatch(/undefined|NaN|https?:\/\/(?!www\.w3\.org)/);

  const quick = await diagnoseRun(folder.dir, {
    fast: true,
    images: await generateEmbedded({ split: 'test', limit: 40 }),
  });
  expect(quick.z!.pairs).toMatchObject({ images: 40, views: 2, lidar: null });
});

test('bare weights: h alone, by the encoder that the file holds', async () => {
  const encoder = createEncoder({ name: 'convnet', channels: [8, 16] }, new torch.Generator({ seed: 3 }));
  const file = path.join(temporaryFolder(), 'encoder.safetensors');
  safetensors.save(file, new Map([...encoder.stateDict()].map(([name, tensor]) => [`module.${name}`, tensor])));
  expect(existsSync(file)).toBe(true);
  const images = await generateEmbedded({ split: 'test', limit: 64 });
  const diagnosis = await diagnoseWeights(file, { config: resolveConfig({}), images, fast: true });
  expect(diagnosis).toMatchObject({ step: null, z: null, causes: [], course: null, predictor: null });
  expect(diagnosis.h.measures).toMatchObject({ images: 64, dimension: 16 });
  expect(diagnosis.notes[0]).toMatch(/encoder alone/);
  expect(renderDiagnosis('encoder', diagnosis)).toContain('Correlation in h');

  const other = path.join(temporaryFolder(), 'other.safetensors');
  safetensors.save(other, new Map([['fc.weight', torch.ones([2, 2])]]));
  await expect(diagnoseWeights(other, { config: resolveConfig({}), images })).rejects.toThrow(/none of the encoders/);
  writeFileSync(other, 'no weights');
  await expect(diagnoseWeights(other, { config: resolveConfig({}), images })).rejects.toThrow();
});

test('encoders are known by their names and shapes, under any prefix', () => {
  const generator = new torch.Generator({ seed: 1 });
  for (const encoder of [
    { name: 'convnet', channels: [4, 8, 16] },
    { name: 'resnet18', stem: 'cifar', width: 0.125, zeroInitResidual: false },
    { name: 'resnet34', stem: 'imagenet', width: 0.125, zeroInitResidual: false },
    { name: 'resnet50', stem: 'cifar', width: 0.125, zeroInitResidual: false },
    { name: 'preactresnet18', width: 0.125 },
    { name: 'wrn', depth: 16, width: 2 },
  ] as const) {
    const state = createEncoder(
      encoder.name === 'convnet' ? { ...encoder, channels: [...encoder.channels] } : encoder,
      generator,
    ).stateDict();
    for (const prefix of ['', 'encoder.', 'module.backbone.']) {
      expect(encoderOf(new Map([...state].map(([name, tensor]) => [prefix + name, tensor])))).toEqual(encoder);
    }
  }
  expect(encoderOf(new Map([['fc.weight', torch.ones([2, 2])]]))).toBeNull();
});
