// DirectPred's toy and the linear experiments, in small: data as defined, runs that repeat, interruption, memory.
import * as torch from '@twoview/torch';
import { alignmentExperiment, flowExperiment, toy } from 'twoview/reproduce/directpred';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const io = { folder: 'unused', onProgress: () => {}, shouldStop: () => false };
const data = (seed: number) => new toy.ToyData(new torch.Generator({ seed }));

describe('data', () => {
  test('views share a jittered content; 48 louder axes are each view’s own', () => {
    torch.scope(() => {
      const task = data(1);
      const contents = task.contents(20_000);
      const [first, second] = [task.view(contents), task.view(contents)].map((view) =>
        view.matmul(task.rotation.t()),
      ) as [torch.Tensor, torch.Tensor];
      expect(first.shape).toEqual([20_000, 64]);
      const jitter = first.narrow(1, 0, 16).sub(contents.values).std([0], false);
      expect(jitter.sub(0.3).abs().max().item()).toBeLessThan(0.01);
      const noise = first.narrow(1, 16, 48);
      expect(noise.std([0], false).sub(1.5).abs().max().item()).toBeLessThan(0.05);
      const shared = noise.mul(second.narrow(1, 16, 48)).mean([0]);
      expect(shared.abs().max().item()).toBeLessThan(0.1);
      const centred = contents.values.sub(task.means.indexSelect(0, contents.labels));
      expect(centred.std([0], false).sub(0.7).abs().max().item()).toBeLessThan(0.02);
      task.dispose();
    });
  });

  test('the mixing is orthogonal, and all of it comes from the generator', () => {
    torch.scope(() => {
      const [one, same, other] = [data(1), data(1), data(2)];
      const product = one.rotation.matmul(one.rotation.t()).sub(torch.eye(64));
      expect(product.abs().max().item()).toBeLessThan(1e-5);
      expect(one.view(one.contents(3)).equal(same.view(same.contents(3)))).toBe(true);
      expect(one.means.equal(other.means)).toBe(false);
      for (const task of [one, same, other]) task.dispose();
    });
  });
});

describe('a short training', () => {
  const short = (name: toy.VariantName) => ({ ...toy.variants[name], steps: name === 'untrained' ? 0 : 15 });

  test.each(toy.variantNames)('%s: measures everything there is', async (name) => {
    const first = await toy.toyExperiment(short(name), 0).run(io);
    expect(first.accuracy).toBeGreaterThan(0.4);
    expect(first.std).toBeGreaterThan(0);
    expect(first.effectiveRank).toBeGreaterThanOrEqual(1);
    expect(Number.isNaN(first.loss)).toBe(name === 'untrained');
    const hasMatrix = !['untrained', 'no-predictor', 'no-predictor-no-ema'].includes(name);
    expect(Number.isFinite(first.alignment)).toBe(hasMatrix);
  });

  test('is the same twice, and another with another seed', async () => {
    const run = (seed: number) => toy.toyExperiment(short('directcopy'), seed).run(io);
    const first = await run(0);
    expect(await run(0)).toEqual(first);
    expect((await run(1)).std).not.toBe(first.std);
  });

  test('sets the predictor, and keeps one symmetric, as the variant says', async () => {
    const run = (name: toy.VariantName) => toy.toyExperiment(short(name), 0).run(io);
    expect((await run('directpred')).alignment).toBeGreaterThan(0.99);
    expect((await run('directpred')).asymmetry).toBeLessThan(1e-5);
    expect((await run('sgd-symmetric')).asymmetry).toBeLessThan(1e-6);
    expect((await run('sgd-linear')).asymmetry).toBeGreaterThan(0.5);
  });

  test('stops when asked, and frees its tensors', async () => {
    const experiment = toy.toyExperiment(short('directpred'), 0);
    await experiment.run(io); // what is made once and kept
    const before = torch.memory().handles;
    await experiment.run(io);
    await expect(experiment.run({ ...io, shouldStop: () => true })).rejects.toThrow('asked to stop');
    expect(torch.memory().handles - before).toBeLessThanOrEqual(40);
  });
});

describe('linear experiments', () => {
  test('end where the theory says', async () => {
    const { s, cosine, asymmetry } = await flowExperiment(0.15, 0).run(io);
    const living = s.filter((value) => value > 1e-3);
    expect(living.length).toBeGreaterThan(0);
    for (const value of living) expect(value).toBeCloseTo(0.5178, 4);
    for (const value of cosine.slice(0, living.length)) expect(value).toBeGreaterThan(0.9999);
    expect(asymmetry).toBeLessThan(1e-3);
  });

  test('stop when asked', async () => {
    const experiment = alignmentExperiment({ eta: 0.04, alphaP: 1, beta: null }, 0);
    await expect(experiment.run({ ...io, shouldStop: () => true })).rejects.toThrow('asked to stop');
  });
});
