// The optimiser of a configuration: its groups, what they leave out, and the learning rate over a run.
import * as torch from '@twoview/torch';
import { methodSchema, Siamese } from 'twoview/methods';
import { ConvNet } from 'twoview/models';
import { createOptimizer, learningRateFactor, resolveConfig } from 'twoview/training';
import { describe, expect, test } from 'vitest';

const config = (...overrides: string[]) => resolveConfig({ overrides }).optimizer;

function model(predictor: string): Siamese {
  const method = methodSchema.parse({
    name: 'test',
    objective: { name: 'cosine' },
    projector: { hidden: [5], size: 4 },
    predictor: { name: predictor },
    target: { name: 'ema' },
  });
  const generator = new torch.Generator({ seed: 1 });
  return new Siamese(method, (g) => new ConvNet({ channels: [4], generator: g }), generator);
}

const plain = { learningRateFactor: 1, weightDecay: null };
const groups = (predictor: string, overrides: string[], training: Parameters<typeof createOptimizer>[1] = plain) =>
  createOptimizer(config(...overrides), training, model(predictor).parameterGroups()).groups;

describe('the groups', () => {
  test('the predictor is one of its own; the target is in none', () => {
    const [online, predictor, ...rest] = groups('mlp', []);
    expect(rest).toEqual([]);
    expect(online!.names).toEqual([
      'encoder.body.0.weight',
      'encoder.body.1.weight',
      'encoder.body.1.bias',
      'projector.0.weight',
      'projector.0.bias',
      'projector.3.weight',
      'projector.3.bias',
    ]);
    expect(predictor!.names).toEqual([
      'predictor.0.weight',
      'predictor.0.bias',
      'predictor.3.weight',
      'predictor.3.bias',
    ]);
    expect(groups('identity', []).length).toBe(1);
    expect(groups('directPred', [])[1]!.names).toEqual(['predictor.weight']);
  });

  test('the predictor has its own learning rate and decay', () => {
    const [online, predictor] = groups('linear', ['optimizer.learningRate=0.1', 'optimizer.weightDecay=0.01'], {
      learningRateFactor: 5,
      weightDecay: 0,
    });
    expect(online).toMatchObject({ lr: 0.1, weightDecay: 0.01 });
    expect(predictor).toMatchObject({ lr: 0.5, weightDecay: 0 });
    expect(groups('linear', ['optimizer.weightDecay=0.01'])[1]).toMatchObject({ lr: 0.03, weightDecay: 0.01 });
  });

  test('biasAndNorm: vectors are neither decayed nor adapted by LARS', () => {
    const all = groups('mlp', ['optimizer=lars', 'optimizer.exclude=biasAndNorm', 'optimizer.weightDecay=0.01']);
    expect(all.length).toBe(4);
    for (const group of all) {
      const vectors = group.params.every((parameter) => parameter.ndim === 1);
      expect(group.params.every((parameter) => parameter.ndim > 1)).toBe(!vectors);
      expect(group).toMatchObject({ weightDecay: vectors ? 0 : 0.01, excluded: vectors });
    }
    const count = all.reduce((sum, group) => sum + group.params.length, 0);
    expect(count).toBe([...model('mlp').parameterGroups()].reduce((sum, { parameters }) => sum + parameters.length, 0));
  });

  test.each(['sgd', 'adam', 'adamw', 'lars'])('%s moves every parameter of both groups', (name) => {
    const net = model('linear');
    const optimizer = createOptimizer(config(`optimizer=${name}`), plain, net.parameterGroups());
    const before = net.parameters().map((parameter) => parameter.detach().clone());
    for (const group of optimizer.groups)
      for (const parameter of group.params) parameter.grad = torch.ones(parameter.shape);
    optimizer.step();
    for (const [i, [key, parameter]] of [...net.namedParameters()].entries()) {
      const moved = parameter.sub(before[i]!).abs().max().item();
      if (key.startsWith('target.')) expect(moved, key).toBe(0);
      else expect(moved, key).toBeGreaterThan(0);
    }
  });
});

describe('the learning rate as a factor', () => {
  // 10 epochs of 5 steps.
  const factor = (step: number, ...overrides: string[]): number =>
    learningRateFactor(config(...overrides), step, 50, 5);

  test('constant, with and without warm-up', () => {
    expect([0, 17, 49].map((step) => factor(step))).toEqual([1, 1, 1]);
    const warm = [0, 5, 10, 30].map((step) => factor(step, 'optimizer.schedule.warmupEpochs=2'));
    expect(warm).toEqual([0, 0.5, 1, 1]);
  });

  test('cosine falls to minFactor at the last step, after the warm-up', () => {
    const cosine = ['optimizer.schedule=cosine'];
    expect(factor(0, ...cosine)).toBe(1);
    expect(factor(25, ...cosine)).toBeCloseTo(0.5, 12);
    expect(factor(50, ...cosine)).toBeCloseTo(0, 12);
    const long = [...cosine, 'optimizer.schedule.warmupEpochs=2', 'optimizer.schedule.minFactor=0.2'];
    expect(factor(4, ...long)).toBeCloseTo(0.4, 12);
    expect(factor(10, ...long)).toBe(1);
    expect(factor(30, ...long)).toBeCloseTo(0.6, 12);
    expect(factor(50, ...long)).toBeCloseTo(0.2, 12);
  });

  test('steps drop at their epochs, counted from the start of the run', () => {
    const steps = ['optimizer.schedule={"name":"steps","milestones":[4,8],"warmupEpochs":2}'];
    expect([10, 19, 20, 39, 40].map((step) => factor(step, ...steps))).toEqual([
      1,
      1,
      0.1,
      0.1,
      expect.closeTo(0.01, 12),
    ]);
    expect(factor(5, ...steps)).toBe(0.5);
  });
});
