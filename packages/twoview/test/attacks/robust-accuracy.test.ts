import * as torch from '@twoview/torch';
import { attacks } from 'twoview';
import { expect, test } from 'vitest';
import { patterns, stateOf, trained, values } from './networks.js';

const model = trained(1).train();
const { x, y } = patterns(2, 150);
const at = (eps: number): attacks.PgdSettings => ({ ball: { norm: 'linf', eps }, steps: 10, stepSize: eps / 4 });
const logits = (images: torch.Tensor) => attacks.withMode(model, 'eval', () => model.forward(images));

test('accuracy falls with the radius, down to nothing, and is the natural one without an attack', async () => {
  const natural = logits(x).argmax(1).eq(y).double().mean().item();
  const state = stateOf(model);
  const accuracies: number[] = [];
  for (const eps of [1e-9, 0.01, 0.03, 0.25]) {
    const result = (await attacks.robustAccuracy(model, x, y, { attack: at(eps), seed: 1, batchSize: 64 }))!;
    expect(result.naturalAccuracy).toBeCloseTo(natural, 12);
    expect(result.robust.every((flag, i) => flag <= result.correct[i]!)).toBe(true);
    expect(result.robust.reduce((a, b) => a + b, 0) / 150).toBeCloseTo(result.robustAccuracy, 12);
    accuracies.push(result.robustAccuracy);
  }
  expect(accuracies[0]).toBeCloseTo(natural, 12);
  for (const [i, accuracy] of accuracies.slice(1).entries()) expect(accuracy).toBeLessThan(accuracies[i]!);
  expect(accuracies.at(-1)).toBeLessThan(0.02);
  expect(stateOf(model)).toEqual(state);
  expect(model.training).toBe(true);
});

test('it is the accuracy on the images that the attack returns', async () => {
  const attack = { ...at(0.02), start: 'image' } as const;
  const { robust } = (await attacks.robustAccuracy(model, x, y, { attack, seed: 1, batchSize: 40 }))!;
  const { images } = attacks.pgd(model, x, y, { ...attack, mode: 'eval' });
  const survivors = values(logits(images).argmax(1).eq(y));
  const correct = values(logits(x).argmax(1).eq(y));
  expect([...robust]).toEqual(survivors.map((flag, i) => flag * correct[i]!));
});

test('more restarts and the best iterate leave no more', async () => {
  const run = async (change: Partial<attacks.PgdSettings>) =>
    (await attacks.robustAccuracy(model, x, y, { attack: { ...at(0.02), ...change }, seed: 1, batchSize: 150 }))!;
  const one = await run({});
  for (const change of [{ restarts: 3 }, { keep: 'best' } as const]) {
    const more = await run(change);
    expect(more.robust.every((flag, i) => flag <= one.robust[i]!)).toBe(true);
  }
  expect(await run({ restarts: 3 })).toEqual(await run({ restarts: 3 }));
});

test('it tells how far it is, stops when asked, and leaves no tensor behind', async () => {
  const before = torch.memory().handles;
  const seen: number[] = [];
  const result = await attacks.robustAccuracy(model, x, y, {
    attack: at(0.01),
    seed: 1,
    batchSize: 50,
    onProgress: ({ done, total, attack }) => {
      expect(total).toBe(150);
      seen.push(done + attack.step);
    },
    shouldStop: () => seen.length >= 13,
  });
  expect(result).toBeUndefined();
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 51, 52, 53]);
  expect(torch.memory().handles).toBe(before);
  await attacks.robustAccuracy(model, x, y, { attack: at(0.01), seed: 1 });
  expect(torch.memory().handles).toBe(before);
});
