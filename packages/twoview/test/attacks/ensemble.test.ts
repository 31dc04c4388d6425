// Ensembles of attacks: who fell to what, and what an attack may not do.
import * as torch from '@twoview/torch';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import { images, labelsOf, linear, patterns, stateOf, trained, values } from './networks.js';

const model = trained(1);
const { x, y } = patterns(2, 150);
const ball = { norm: 'linf', eps: 0.024 } as const;
const ones = (flags: Uint8Array) => flags.reduce((a, b) => a + b, 0);
const logits = (images: torch.Tensor) => attacks.withMode(model, 'eval', () => model.forward(images));

/** All four attacks with little work, for the ball. */
const quick = (of: attacks.Ball = ball): attacks.EnsembleAttack[] => [
  attacks.apgdCe(of, { steps: 2 }),
  attacks.apgdT(of, { steps: 8, targets: 3 }),
  attacks.fabT(of, { steps: 8, targets: 3 }),
  attacks.squareSearch(of, { queries: 30 }),
];

const evaluate = async (options: Partial<attacks.EnsembleOptions> = {}) =>
  (await attacks.standardEnsemble(model, x, y, { ball, attacks: quick(), seed: 1, batchSize: 64, ...options }))!;

/** PGD from the image under a name: it draws nothing. Keeps the first pixel of every image it sees. */
function watched(name: string, steps: number, of: attacks.Ball = ball): attacks.EnsembleAttack & { seen: number[] } {
  const seen: number[] = [];
  return {
    name,
    seen,
    start(net, images, labels) {
      seen.push(...values(images.select(1, 0).select(1, 0).select(1, 0)));
      const settings = { ball: of, steps, stepSize: of.eps / 2, start: 'image', mode: 'eval', keep: 'best' } as const;
      return attacks.pgdSteps(net, images, labels, settings);
    },
  };
}

/** Says that all have fallen to `images`, whatever is true. */
const liar = (change: (images: torch.Tensor) => torch.Tensor): attacks.EnsembleAttack => ({
  name: 'liar',
  *start(_, images) {
    yield { restart: 0, step: 1, active: images.shape[0]! };
    const size = images.shape[0]!;
    return { images: torch.scope(() => change(images)), losses: torch.zeros([size]), fooled: torch.full([size], true) };
  },
});

describe.each([ball, { norm: 'l2', eps: 0.25 } as const])('four attacks in $norm', (of) => {
  test('each image falls once, and every number is that of the images returned', async () => {
    const state = stateOf(model);
    const staged: string[] = [];
    const { record, images } = await evaluate({
      ball: of,
      attacks: [watched('weak', 1, of), ...quick(of)],
      onStage: ({ name }) => staged.push(name),
    });
    expect(staged).toEqual(['weak', 'APGD-CE', 'APGD-T', 'FAB-T', 'Square']);
    expect(record.stages.map(({ name }) => name)).toEqual(staged);
    const correct = values(logits(x).argmax(1).eq(y)).map(Number);
    expect([...record.correct]).toEqual(correct);
    expect(record.naturalAccuracy).toBeCloseTo(ones(record.correct) / 150, 12);
    let left = ones(record.correct);
    for (const stage of record.stages) {
      expect(stage.attacked).toBe(left);
      expect(stage.fell).toBe(record.fellTo.filter((name) => name === stage.name).length);
      left -= stage.fell;
      expect(stage.robust).toBe(left);
      expect(stage.robustAccuracy).toBeCloseTo(left / 150, 12);
      expect(stage.forwards).toBeGreaterThan(0);
      expect(stage.seconds).toBeGreaterThan(0);
    }
    expect(record.stages[0]!.fell).toBeGreaterThan(5);
    expect(record.stages[1]!.fell).toBeGreaterThan(5);
    expect(left).toBeGreaterThan(5);
    expect(ones(record.robust)).toBe(left);
    expect(record.robustAccuracy).toBe(record.stages.at(-1)!.robustAccuracy);
    attacks.checkInside('test', images, x, of);
    expect(values(logits(images).argmax(1).eq(y)).map(Number)).toEqual([...record.robust]);
    const moved = values(images.ne(x).flatten(1).any(1)).map(Number);
    expect(moved).toEqual(record.fellTo.map((name) => Number(name !== null)));
    expect(record.fellTo.every((name, i) => name === null || (correct[i] === 1 && record.robust[i] === 0))).toBe(true);
    expect(stateOf(model)).toEqual(state);
  });
});

describe.each(['linf', 'l2'] as const)('a linear network in %s', (norm) => {
  test('what is left is what the closed form says, image by image', async () => {
    const { model: flat, weight } = linear(3, 48, 5);
    // In L-infinity the closed form knows the edges of [0, 1] too, so some pixels lie on them.
    const pixels = torch.scope(() =>
      norm === 'linf' ? images(4, [60, 3, 4, 4]).mul(1.4).sub(0.2).clamp(0, 1) : images(4, [60, 3, 4, 4], 0.3),
    );
    const shown = pixels.flatten(1).tolist() as number[][];
    const outputs = flat.forward(pixels).tolist() as number[][];
    const labels = outputs.map((row) => row.indexOf(Math.max(...row)));

    /** The most by which a change in the ball lowers o_y - o_k, for weights w = w_y - w_k. */
    const lowers = (w: readonly number[], pixel: readonly number[], eps: number): number => {
      if (norm === 'l2') return eps * Math.hypot(...w);
      const room = w.map((v, i) => Math.min(eps, v > 0 ? pixel[i]! : 1 - pixel[i]!));
      return w.reduce((sum, v, i) => sum + Math.abs(v) * room[i]!, 0);
    };
    const survives = (row: number, eps: number): boolean =>
      weight.every((other, k) => {
        const w = weight[labels[row]!]!.map((v, i) => v - other[i]!);
        const gap = outputs[row]![labels[row]!]! - outputs[row]![k]!;
        return k === labels[row] || gap > lowers(w, shown[row]!, eps);
      });
    /** The radius at which an image falls, by halving. */
    const radius = (row: number): number => {
      let [low, high] = [0, 1];
      for (let i = 0; i < 50; i++) {
        const middle = (low + high) / 2;
        if (survives(row, middle)) low = middle;
        else high = middle;
      }
      return low;
    };
    // Between two radii, so that no image is on the boundary itself.
    const radii = labels.map((_, row) => radius(row)).sort((a, b) => a - b);
    const eps = (radii[29]! + radii[30]!) / 2;

    const of = { norm, eps };
    const list = [...attacks.ensembleAttacks('standard', of).slice(0, 3), attacks.squareSearch(of, { queries: 50 })];
    const options = { ball: of, attacks: list, seed: 1 };
    const { record } = (await attacks.standardEnsemble(flat, pixels, labelsOf(labels), options))!;
    expect(record.naturalAccuracy).toBe(1);
    expect([...record.robust]).toEqual(labels.map((_, row) => Number(survives(row, eps))));
    expect(record.robustAccuracy).toBe(0.5);
  });
});

test('an attack sees only images that are correct and have survived those before', async () => {
  const [first, second] = [watched('one step', 1), watched('ten steps', 10)];
  const { record } = await evaluate({ attacks: [first, second] });
  const pixel = values(x.select(1, 0).select(1, 0).select(1, 0));
  const of = (keep: (row: number) => boolean) => pixel.filter((_, row) => keep(row));
  expect(first.seen).toEqual(of((row) => record.correct[row] === 1));
  expect(second.seen).toEqual(of((row) => record.correct[row] === 1 && record.fellTo[row] !== 'one step'));
  expect(record.stages.every(({ fell }) => fell > 0)).toBe(true);
});

test('where nothing is drawn, the batches do not matter', async () => {
  const run = async (batchSize: number) => {
    const { record, images } = await evaluate({ attacks: [watched('a', 2), watched('b', 10)], batchSize });
    return { ...record, stages: record.stages.map(({ seconds, ...rest }) => rest), sum: images.double().sum().item() };
  };
  const whole = await run(150);
  for (const batchSize of [7, 64]) {
    const parts = await run(batchSize);
    expect(parts).toEqual({ ...whole, sum: expect.closeTo(whole.sum, 2) });
  }
});

test('one seed gives one result; an attack draws alike whatever runs after it', async () => {
  const of = async (options: Partial<attacks.EnsembleOptions>) => {
    const { record, images } = await evaluate(options);
    return { fellTo: record.fellTo, forwards: record.stages.map((stage) => stage.forwards), pixels: values(images) };
  };
  const all = await of({});
  expect(await of({})).toEqual(all);
  expect((await of({ seed: 2 })).pixels).not.toEqual(all.pixels);
  const two = await of({ attacks: quick().slice(0, 2) });
  expect(two.forwards).toEqual(all.forwards.slice(0, 2));
  const early = all.fellTo.map((name) => (name?.startsWith('APGD') ? name : null));
  expect(two.fellTo).toEqual(early);
});

test('what an attack claims is looked at again', async () => {
  const { record, images } = await evaluate({ attacks: [liar((image) => image.clone())] });
  expect(record.stages[0]).toMatchObject({ attacked: ones(record.correct), fell: 0 });
  expect(record.fellTo.every((name) => name === null)).toBe(true);
  expect(images.sub(x).abs().amax().item()).toBe(0);
  const outside = evaluate({ attacks: [liar((image) => image.add(0.1).clamp(0, 1))] });
  await expect(outside).rejects.toThrow('standardEnsemble: liar: an image is');
  await expect(evaluate({ attacks: [liar((image) => image.add(Number.NaN))] })).rejects.toThrow(RangeError);
});

test('an ensemble whose first attack leaves nothing ends there', async () => {
  const wide = { norm: 'linf', eps: 0.5 } as const;
  const { record } = await evaluate({ ball: wide, attacks: [attacks.apgdCe(wide), attacks.squareSearch(wide)] });
  expect(record.stages[0]!.robust).toBe(0);
  expect(record.stages[1]).toMatchObject({ attacked: 0, fell: 0, robustAccuracy: 0, forwards: 0 });
});

test('published settings: steps, targets and queries of attacks that find nothing', async () => {
  const tiny = { norm: 'linf', eps: 1e-7 } as const;
  const row = values(logits(x).argmax(1).eq(y)).findIndex(Boolean);
  const [one, label] = [x.slice(0, row, row + 1), y.slice(0, row, row + 1)];
  const last: Record<string, attacks.EnsembleProgress> = {};
  const { record } = (await attacks.standardEnsemble(model, one, label, {
    ball: tiny,
    seed: 0,
    onProgress: (progress) => {
      last[progress.attack] = progress;
    },
  }))!;
  expect(record).toMatchObject({ total: 1, naturalAccuracy: 1, robustAccuracy: 1, fellTo: [null] });
  expect(Object.keys(last)).toEqual(['APGD-CE', 'APGD-T', 'FAB-T', 'Square']);
  // Four classes leave three targets.
  expect(Object.values(last).map(({ step }) => [step.restart, step.step])).toEqual([
    [0, 100],
    [2, 100],
    [2, 100],
    [0, 5000],
  ]);
  const forwards = record.stages.map((stage) => stage.forwards);
  expect(forwards.slice(0, 2)).toEqual([101, 1 + 3 * 101]);
  expect(forwards[3]).toBe(5001);
  expect(attacks.ensembleAttacks('apgd', tiny).map(({ name }) => name)).toEqual(['APGD-CE', 'APGD-T']);
});

test('it tells how far it is, stops when asked, and leaves no tensor behind', async () => {
  const before = torch.memory().handles;
  const correct = values(logits(x).argmax(1).eq(y)).filter(Boolean).length;
  const held = torch.memory().handles - before;
  const seen: attacks.EnsembleProgress[] = [];
  const options = { ball, attacks: quick(), seed: 1, batchSize: 64 };
  const stopped = await attacks.standardEnsemble(model, x, y, {
    ...options,
    onProgress: (progress) => seen.push(progress),
    shouldStop: () => seen.length >= 9,
  });
  expect(stopped).toBeUndefined();
  expect(torch.memory().handles).toBe(before + held);
  expect(seen.length).toBe(9);
  expect(seen[0]).toMatchObject({ attack: 'APGD-CE', index: 0, attacks: 4, done: 0, total: correct, robust: correct });
  expect(seen[2]).toMatchObject({ attack: 'APGD-CE', done: 64 });
  expect(seen.at(-1)).toMatchObject({ attack: 'APGD-T', index: 1, done: 0 });
  const early = await attacks.standardEnsemble(model, x, y, { ...options, shouldStop: () => true });
  expect(early).toBeUndefined();
  const result = (await attacks.standardEnsemble(model, x, y, options))!;
  expect(torch.memory().handles).toBe(before + held + 1);
  result.images.dispose();
  await expect(evaluate({ attacks: [liar((image) => image.add(0.1).clamp(0, 1))] })).rejects.toThrow();
  expect(torch.memory().handles).toBe(before + held);
});

describe('refusals', () => {
  test.each<[string, object, string]>([
    ['an unknown ensemble', { attacks: 'rand' }, 'the ensemble must be one of standard, apgd, not rand'],
    ['no attacks', { attacks: [] }, 'attacks must name at least one'],
    ['one name twice', { attacks: [...quick(), attacks.apgdCe(ball)] }, 'two attacks have the name APGD-CE'],
    ['no images at a time', { batchSize: 0 }, 'standardEnsemble: batchSize must be a whole number'],
    ['a radius below 0', { ball: { norm: 'linf', eps: -1 } }, 'standardEnsemble: eps must be'],
    ['attacks of another ball', { ball: { ...ball, eps: 0.001 } }, 'outside the ball of radius 0.001'],
  ])('%s', async (_, change, message) => {
    await expect(evaluate(change)).rejects.toThrow(RangeError);
    await expect(evaluate(change)).rejects.toThrow(message);
  });

  test('bad images, and too few classes before any attack begins', async () => {
    const options = { ball, seed: 1, attacks: quick() };
    await expect(attacks.standardEnsemble(model, x.mul(255), y, options)).rejects.toThrow(
      'attack before normalisation',
    );
    await expect(attacks.standardEnsemble(model, x, y.add(9), options)).rejects.toThrow('label 12 is none of the 4');
    const three = linear(1, 192, 3).model;
    let steps = 0;
    const run = attacks.standardEnsemble(three, x.double(), y.clampMax(2), {
      ...options,
      onProgress: () => {
        steps++;
      },
    });
    await expect(run).rejects.toThrow('APGD-T needs 4 classes and the model has 3');
    expect(steps).toBe(0);
  });
});
