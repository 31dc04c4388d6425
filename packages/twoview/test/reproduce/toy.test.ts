// The toy: its data have the statistics they are defined by, and a short training works with every setting.
import * as torch from '@twoview/torch';
import { toy } from 'twoview/reproduce';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const generator = (seed: number) => new torch.Generator({ seed });
const io = { folder: 'unused', onProgress: () => {}, shouldStop: () => false };

describe('data', () => {
  const data = new toy.ToyData(generator(1));

  test('class means have length 1.5 sqrt(8), and the mixing is a rotation', () => {
    const norms = data.means.square().sum([1]).sqrt().tolist() as number[];
    expect(norms).toHaveLength(8);
    for (const norm of norms) expect(norm).toBeCloseTo(4.2426, 3);
    const product = data.rotation.matmul(data.rotation.t());
    expect(
      product
        .sub(torch.eye(32, { dtype: 'float64' }))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-12);
  });

  test('contents lie around their class mean with deviation 0.6, classes being equally likely', () => {
    const { values, labels } = data.contents(20000, generator(2));
    const counts = Array.from({ length: 8 }, (_, k) => labels.filter((label) => label === k).length);
    for (const count of counts) expect(Math.abs(count - 2500)).toBeLessThan(5 * Math.sqrt(2500));
    const noise = values.sub(data.means.indexSelect(0, torch.tensor(BigInt64Array.from(labels, BigInt))));
    const deviations = noise.std([0], false).tolist() as number[];
    for (const deviation of deviations) expect(Math.abs(deviation - 0.6)).toBeLessThan(0.02);
    expect(noise.mean([0]).abs().max().item()).toBeLessThan(0.03);
  });

  test('two views share their content, jittered by 0.1 to 0.8, and nothing else', () => {
    const contents = data.contents(20000, generator(3));
    const draws = generator(4);
    const [first, second] = [data.view(contents, draws), data.view(contents, draws)].map((view) =>
      view.matmul(data.rotation.t()),
    ) as [torch.Tensor, torch.Tensor];
    expect(first.shape).toEqual([20000, 32]);
    const jitter = first.narrow(1, 0, 8).sub(contents.values).std([0], false).tolist() as number[];
    jitter.forEach((deviation, i) => {
      expect(Math.abs(deviation - (0.1 + 0.1 * i))).toBeLessThan(0.02);
    });
    const nuisance = first.narrow(1, 8, 24);
    expect(Math.abs(nuisance.std([0], false).mean().item() - 1)).toBeLessThan(0.01);
    expect(
      nuisance
        .mul(second.narrow(1, 8, 24))
        .mean([0])
        .abs()
        .max()
        .item(),
    ).toBeLessThan(0.04);
  });

  test('come from the generator alone', () => {
    const again = new toy.ToyData(generator(1));
    expect(again.rotation.equal(data.rotation)).toBe(true);
    expect(again.means.equal(data.means)).toBe(true);
    const draw = (seed: number) => data.view(data.contents(5, generator(seed)), generator(seed + 1));
    expect(draw(7).equal(draw(7))).toBe(true);
    expect(draw(7).equal(draw(8))).toBe(false);
  });
});

const short = { steps: 30, warmupSteps: 5, trainViews: 300, testViews: 200 };

describe('a short training', () => {
  test.each(Object.entries(toy.variants))('%s: measures everything, twice the same', async (name, variant) => {
    const run = (seed: number) =>
      toy.toyExperiment(name, { ...variant, ...(name === 'untrained' ? { ...short, steps: 0 } : short) }, seed).run(io);
    const first = await run(0);
    expect(first.divergedAt).toBeNull();
    expect(first.spectrum).toHaveLength(16);
    expect(first.points).toEqual([]);
    for (const value of [first.loss, first.std, first.normalizedStd, first.rankMe, first.participationRatio])
      expect(value).toBeGreaterThan(0);
    for (const accuracy of [first.probeZ, first.probeH]) expect(accuracy).toBeGreaterThan(0.25);
    expect(await run(0)).toEqual(first);
    expect((await run(1)).loss).not.toBe(first.loss);
  });

  test('measures with groups in their order, on the batch that is normalised', async () => {
    const { spectrum, correlation, correlationWithin, std } = await toy
      .toyExperiment('shuffled', { ...toy.variants['Shuffled G=4'], ...short }, 0)
      .run(io);
    expect(correlationWithin).toBeLessThan(1e-10);
    expect(correlation).toBeGreaterThan(0.01);
    expect(std).toBeCloseTo(1, 6);
    expect(spectrum.reduce((a, b) => a + b, 0)).toBeCloseTo(16, 6);
  });

  test('shuffles in training: the same start gives other weights than fixed groups', async () => {
    const run = (normalizer: toy.ToyNormalizer) => toy.toyExperiment('x', { ...short, normalizer }, 0).run(io);
    const fixed = await run({ name: 'dbn', groups: 4 });
    const shuffled = await run({ name: 'shuffledDbn', groups: 4 });
    expect(shuffled.loss).not.toBeCloseTo(fixed.loss, 6);
  });

  test('of two axes keeps points with their classes', async () => {
    const variant = { ...toy.variants.BN, ...short, dimension: 2, hidden: 32 };
    const { points } = await toy.toyExperiment('plane', variant, 0).run(io);
    expect(points).toHaveLength(200);
    expect(new Set(points.map(({ label }) => label)).size).toBe(8);
  });

  test('lowers the loss', async () => {
    const run = (steps: number) =>
      toy.toyExperiment('x', { ...toy.variants.BN, ...short, warmupSteps: 2, steps }, 0).run(io);
    const [little, more] = [await run(4), await run(60)];
    expect(more.loss).toBeLessThan(0.8 * little.loss);
  });

  test('that diverges says at which step, and measures nothing', async () => {
    const variant = { ...toy.variants.none, ...short, learningRate: 1e200, weightDecay: 1 };
    const { divergedAt, loss, std } = await toy.toyExperiment('x', variant, 0).run(io);
    expect(divergedAt).toBeGreaterThan(1);
    expect(divergedAt).toBeLessThan(30);
    expect(loss).not.toSatisfy(Number.isFinite);
    expect(std).toBeNaN();
  });

  test('stops when asked, and frees its tensors', async () => {
    const experiment = toy.toyExperiment('x', { ...toy.variants.BN, ...short }, 0);
    await experiment.run(io); // what is made once and kept
    const before = torch.memory().handles;
    await experiment.run(io);
    await expect(experiment.run({ ...io, shouldStop: () => true })).rejects.toThrow('asked to stop');
    expect(torch.memory().handles - before).toBeLessThanOrEqual(40);
  });
});
