// Diagnosis of classifiers: causes that their losses have, runs of one view, and few classes that make few directions.
import path from 'node:path';
import * as torch from '@twoview/torch';
import { createDataset, type ImageDataset } from 'twoview/data';
import {
  type CauseInput,
  createCollapseWatch,
  diagnoseModel,
  encoderOf,
  judgeLayer,
  probableCauses,
  thresholds,
} from 'twoview/diagnosis';
import { SmallCnn } from 'twoview/models';
import { renderDiagnosis } from 'twoview/report';
import { type Config, resolveConfig, Trainer } from 'twoview/training';
import { beforeAll, describe, expect, test } from 'vitest';
import { createFolder, temporaryFolder } from '../training/setup.js';

beforeAll(() => torch.setNumThreads(1));

const methods = ['supervised', 'adv', 'trades', 'adr', 'ascl', 'ascl-trades'] as const;
const pairs = { images: 100, views: 2, alignment: 0.5, viewDistance: 0.5, augmentationVariance: 1, lidar: null };

/** Everything that might speak for a cause: views that are equal, then have nothing in common, short and correlated z. */
const evidence: Omit<CauseInput, 'config' | 'verdict'> = {
  pairs: { ...pairs, viewDistance: 0.99 },
  untrainedPairs: { ...pairs, viewDistance: 0 },
  measures: { participationRatio: 1.1, offDiagonalCorrelation: 0.99, norm: 5, varianceShare: 1e-4 },
  totalSteps: 100,
  classes: 200,
};
const verdicts = ['complete collapse', 'dimensional collapse', 'diverged', 'healthy', 'too early'] as const;

describe('causes', () => {
  test.each(methods)('%s is told nothing of predictors, targets, normalizers or views', (method) => {
    const decay = 'optimizer.weightDecay=0.3';
    const config = resolveConfig({ method, overrides: [decay] });
    for (const z of verdicts)
      for (const h of verdicts) {
        const slots = probableCauses({ ...evidence, config, verdict: { z, h } }).map(({ slot }) => slot);
        const meant = slots.filter((slot) => slot !== 'learningRate' && slot !== 'projector');
        const fell = [z, h].includes('complete collapse') && method !== 'supervised';
        expect(meant, `z ${z}, h ${h}`).toEqual(fell ? ['attack'] : []);
        // The projector is narrower than 200 classes, and that is of consequence where a contrast looks at z.
        if (!method.startsWith('ascl')) expect(slots, `z ${z}, h ${h}`).not.toContain('projector');
      }
    // The same evidence does name them where views are compared.
    const byol = probableCauses({
      ...evidence,
      config: resolveConfig({ method: 'byol' }),
      verdict: { z: verdicts[1] },
    });
    expect(byol.map(({ slot }) => slot)).toEqual(expect.arrayContaining(['augmentation', 'ema', 'projector']));
  });

  test('a projector that no loss looks at is no cause, whatever follows it', () => {
    const overrides = ['method.projector.size=2', 'method.normalizer={"name":"dbn","groups":1,"epsilon":0.1}'];
    const ofMethod = (method: string) =>
      probableCauses({
        ...evidence,
        config: resolveConfig({ method, overrides }),
        verdict: { z: verdicts[0], h: verdicts[1] },
      });
    for (const name of ['adv', 'adr']) expect(ofMethod(name).map(({ slot }) => slot)).toEqual(['attack']);
    expect(ofMethod('supervised')).toEqual([]);
    expect(ofMethod('ascl').map(({ slot }) => slot)).toEqual(expect.arrayContaining(['projector', 'normalizer']));
  });

  test('one prediction for all images under an attack: its change is a valid one', () => {
    const config = resolveConfig({ method: 'adv' });
    const [cause] = probableCauses({ config, verdict: { z: 'complete collapse', h: 'complete collapse' } });
    expect(cause).toMatchObject({ slot: 'attack', change: 'method.attack.eps=0.015 method.attack.stepSize=0.0035' });
    const changed = resolveConfig({ file: config, overrides: cause!.change.split(' ') });
    expect(changed.method.attack).toMatchObject({ eps: 0.015, stepSize: 0.0035, steps: 10 });
  });

  test('a learning rate that runs away is named, with a valid change', () => {
    for (const method of methods) {
      const config = resolveConfig({ method, overrides: ['optimizer.learningRate=5'] });
      const [first] = probableCauses({ config, verdict: { z: 'diverged', h: 'diverged' } });
      expect(first).toMatchObject({ slot: 'learningRate', change: 'optimizer.learningRate=0.5' });
      expect(() => resolveConfig({ file: config, overrides: first!.change.split(' ') })).not.toThrow();
    }
  });
});

/** Classes are broad patterns of 16 pixels with noise. */
function toy(seed: number, count: number, classes: number): ImageDataset {
  const seeded = (s: number) => ({ generator: new torch.Generator({ seed: s }) });
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const images = torch.scope(() => {
    const blocks = torch.randn([classes, 3, 4, 4], seeded(1)).clamp(-1, 1);
    const broad = blocks.repeatInterleave(4, 2).repeatInterleave(4, 3);
    const x = broad.mul(0.1).indexSelect(0, torch.tensor(BigInt64Array.from(labels, BigInt)));
    const noisy = x.add(torch.randn([count, 3, 16, 16], seeded(seed)).mul(0.15)).add(0.5);
    return noisy.clamp(0, 1).mul(255).round().to({ dtype: 'uint8' }).data() as Uint8Array;
  });
  const names = Array.from({ length: classes }, (_, i) => `class ${i}`);
  return createDataset({ name: 'toy', images, labels, classes: names, height: 16, width: 16 });
}

async function diagnosed(method: string, classes: number, policy: string, fast = false) {
  const views = Array(method === 'ascl' ? 2 : 1).fill({ policy });
  const config: Config = resolveConfig({
    method,
    overrides: [
      'encoder={"name":"smallcnn","channels":[8,16],"strides":[2,2],"features":64,"grid":4}',
      `method.classifier={"classes":${classes}}`,
      'augment.size=16',
      `augment.views=${JSON.stringify(views)}`,
      ...(method === 'supervised' ? [] : ['method.attack={"eps":0.01,"steps":1,"stepSize":0.01}']),
      ...['training.epochs=10', 'training.batchSize=32', 'training.threads=1', 'training.device=cpu'],
      'training.logEvery=5',
    ],
  });
  const warned: string[] = [];
  const watch = createCollapseWatch({ config, onWarning: ({ verdict }) => warned.push(verdict) });
  const folder = createFolder(path.join(temporaryFolder(), 'run'), config);
  const trainer = new Trainer(config, toy(3, 352, classes), folder, { observers: [watch] });
  await trainer.run();
  const { model, totalSteps } = trainer;
  const { rows } = folder.metrics();
  const images = toy(4, 60, classes);
  const input = { encoder: model.encoder, model, config, images, step: totalSteps, totalSteps, rows, fast };
  return { diagnosis: await diagnoseModel(input), warned, model };
}

describe('a run of one view', () => {
  test.each([
    ['supervised', 'crop-flip', false],
    ['adv', 'crop-flip', true],
    ['adv', 'none', false],
  ] as const)('%s, policy %s: is diagnosed by several draws of it', async (method, policy, fast) => {
    const { diagnosis, model } = await diagnosed(method, 4, policy, fast);
    const views = fast ? 2 : 10;
    for (const layer of [diagnosis.h, diagnosis.z!]) {
      expect(layer.verdict.verdict).toBe('healthy');
      expect(layer.pairs).toMatchObject({ images: 60, views });
      // Draws of a random view differ; where nothing is random they are one and the same.
      if (policy === 'none') expect(layer.pairs.viewDistance).toBeCloseTo(0, 6);
      else expect(layer.pairs.viewDistance).toBeGreaterThan(0.01);
      expect(layer.pairs.viewDistance).toBeLessThan(1);
    }
    expect(diagnosis.causes).toEqual([]);
    expect(diagnosis.weightDecay).toBeNull();
    expect(diagnosis.notes.join('\n')).toMatch(/does not look at z: it is a random projection of h/);
    expect(renderDiagnosis('run', diagnosis)).not.toMatch(/undefined|NaN/);
    // Its encoder is known again by its weights.
    expect(encoderOf(model.stateDict())).toEqual({
      name: 'smallcnn',
      channels: [8, 16],
      strides: [2, 1],
      grid: 4,
      features: 64,
    });
  });
});

describe('few classes', () => {
  test('two of them make one direction, in h and in z: that is no collapse, and nobody is warned', async () => {
    const { diagnosis, warned } = await diagnosed('ascl', 2, 'none', true);
    for (const layer of [diagnosis.h, diagnosis.z!]) {
      expect(layer.measures.participationRatio).toBeLessThan(2);
      expect(layer.verdict.verdict).toBe('healthy');
    }
    expect(diagnosis.z!.verdict.summary).toMatch(/as many as its classes need/);
    expect(diagnosis.causes).toEqual([]);
    expect(warned).not.toContain('dimensional collapse');
    expect(diagnosis.notes.join('\n')).not.toMatch(/random projection/);
  });

  test('ten classes on one direction are a collapse; so is one point, of however few', () => {
    const narrow = {
      images: 100,
      dimension: 64,
      normalizedStd: 0.5,
      varianceShare: 0.3,
      effectiveRank: 1.5,
      rankMe: 2,
      participationRatio: 1.2,
      offDiagonalCorrelation: 0.9,
      dimensions90: 1,
      dimensions99: 2,
      dead: { share: 0, alwaysZero: 0 },
    } satisfies Parameters<typeof judgeLayer>[0];
    const judge = (sufficient: number | undefined, measures = narrow) =>
      judgeLayer(measures, { layer: 'z', step: 10 * thresholds.steps, sufficient }).verdict;
    expect(judge(undefined)).toBe('dimensional collapse');
    expect(judge(4.5)).toBe('dimensional collapse');
    expect(judge(0.5)).toBe('healthy');
    const centred = { ...narrow, normalizedStd: 0.06, varianceShare: 0.004, participationRatio: 5, rankMe: 9 };
    expect(judge(4.5, centred)).toBe('complete collapse');
    const options = { layer: 'z', step: 10 * thresholds.steps, sufficient: 4.5, compared: false } as const;
    expect(judgeLayer(centred, options).verdict).toBe('healthy');
    expect(judge(0.5, { ...narrow, normalizedStd: 0.001, varianceShare: 1e-5 })).toBe('complete collapse');
  });

  test('the watch warns of ten classes, and of a complete collapse of two', () => {
    const warnings = (classes: number, spread: number, method = 'ascl') => {
      const config = resolveConfig({ method, overrides: [`method.classifier.classes=${classes}`] });
      const seen = new Set<string>();
      const watch = createCollapseWatch({ config, onWarning: ({ verdict }) => seen.add(verdict) });
      const g = new torch.Generator({ seed: 1 });
      const signs = torch.tensor([1, -1, 1, -1, 1, -1, 1, -1], { shape: [1, 8] });
      for (let step = 1; step <= 12; step++)
        torch.scope(() => {
          const line = torch.randn([64, 1], { generator: g }).mul(spread).matmul(signs);
          const embeddings = line.add(torch.randn([64, 8], { generator: g }).mul(0.01 * spread)).add(1);
          watch.onStep!({ step: 20 * step, epoch: 1, model: null as never, loss: 1, embeddings });
        });
      return [...seen];
    };
    expect(warnings(10, 3)).toEqual(['dimensional collapse']);
    expect(warnings(2, 3)).toEqual([]);
    expect(warnings(2, 0.001)).toContain('complete collapse');
    // A projection that no loss looks at has a large mean as its features have: it collapses with them.
    expect(warnings(2, 0.03)).toContain('complete collapse');
    expect(warnings(2, 0.03, 'adv')).toEqual([]);
    expect(warnings(2, 0.001, 'adv')).toContain('complete collapse');
  });
});

test('the weights of a SmallCnn tell what it is, under a prefix or not', () => {
  const net = new SmallCnn({ generator: new torch.Generator({ seed: 0 }) });
  const expected = {
    name: 'smallcnn',
    channels: [32, 32, 64, 64],
    strides: [2, 1, 2, 1],
    grid: 8,
    features: 128,
  };
  expect(encoderOf(net.stateDict())).toEqual(expected);
  const prefixed = new Map(Array.from(net.stateDict(), ([name, tensor]) => [`encoder.${name}`, tensor]));
  expect(encoderOf(prefixed)).toEqual(expected);
});
