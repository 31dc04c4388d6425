// Weighted kNN: votes counted by hand, any chunking alike, and refusals.
import * as torch from '@twoview/torch';
import { knnClassify } from 'twoview/metrics';
import { describe, expect, test } from 'vitest';
import { double, gaussian } from './embeddings.js';

const at = (...degrees: number[]) =>
  double(degrees.map((d) => [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)]));

test('near neighbours outvote more numerous far ones when the temperature is low', () => {
  const problem = { train: at(0, 50, 55), trainLabels: [1, 0, 0], test: at(5), k: 3 };
  // cos 5 = .996, cos 45 = .707, cos 50 = .643: at tau .1 class 1 has the only heavy vote, at tau 10 all weigh alike.
  expect(Array.from(knnClassify({ ...problem, temperature: 0.1 }).predictions)).toEqual([1]);
  expect(Array.from(knnClassify({ ...problem, temperature: 10 }).predictions)).toEqual([0]);
});

test('lengths do not matter, and only k neighbours vote', () => {
  const train = at(0, 40, 41, 42).mul(double([[1], [100], [100], [100]]));
  const problem = { train, trainLabels: [1, 0, 0, 0], test: at(2), temperature: 100 };
  expect(knnClassify({ ...problem, k: 1 }).predictions[0]).toBe(1);
  expect(knnClassify({ ...problem, k: 4 }).predictions[0]).toBe(0);
});

test('gives the neighbours, nearest first, and the accuracy', () => {
  const result = knnClassify({
    train: at(0, 90, 10),
    trainLabels: [0, 2, 1],
    test: at(12, 80, 1),
    testLabels: [1, 2, 2],
    k: 2,
    neighbors: true,
  });
  expect(Array.from(result.neighbors!.indices)).toEqual([2, 0, 1, 2, 0, 2]);
  expect(result.neighbors!.similarities[0]).toBeCloseTo(Math.cos((2 * Math.PI) / 180), 6);
  expect(Array.from(result.predictions)).toEqual([1, 2, 0]);
  expect(result.accuracy).toBeCloseTo(2 / 3, 12);
});

test('any chunk gives what one comparison of all pairs gives', () => {
  const [train, query] = [gaussian(1, 37, 5), gaussian(2, 23, 5)];
  const trainLabels = Int32Array.from({ length: 37 }, (_, i) => i % 4);
  const problem = { train, trainLabels, test: query, testLabels: new Int32Array(23), k: 9, neighbors: true };
  const whole = knnClassify(problem);
  for (const chunk of [1, 4, 10, 36]) expect(knnClassify({ ...problem, chunk })).toEqual(whole);

  // Beside a plain double loop.
  const unit = (rows: number[][]) => rows.map((row) => row.map((x) => x / Math.hypot(...row)));
  const [a, b] = [unit(train.tolist() as number[][]), unit(query.tolist() as number[][])];
  const expected = b.map((q) => {
    const cosines = a.map((row, i) => ({ cos: row.reduce((s, x, j) => s + x * q[j]!, 0), label: trainLabels[i]! }));
    const votes = [0, 0, 0, 0];
    for (const { cos, label } of cosines.sort((x, y) => y.cos - x.cos).slice(0, 9))
      votes[label]! += Math.exp(cos / 0.1);
    return votes.indexOf(Math.max(...votes));
  });
  expect(Array.from(whole.predictions)).toEqual(expected);
});

test('k is at most the number of training embeddings, and told', () => {
  expect(knnClassify({ train: at(0, 90), trainLabels: [0, 1], test: at(10) })).toMatchObject({
    k: 2,
    temperature: 0.1,
  });
});

test('a small temperature does not overflow', () => {
  const result = knnClassify({
    train: at(0, 90).float(),
    trainLabels: [0, 1],
    test: at(80).float(),
    temperature: 1e-3,
  });
  expect(Array.from(result.predictions)).toEqual([1]);
});

test('reports progress and leaves no tensor behind', () => {
  const [train, query] = [gaussian(3, 10, 4), gaussian(4, 7, 4)];
  const before = torch.memory().handles;
  const seen: number[] = [];
  knnClassify({ train, trainLabels: new Int32Array(10), test: query, chunk: 3, onProgress: (done) => seen.push(done) });
  expect(seen).toEqual([3, 6, 7]);
  expect(torch.memory().handles).toBe(before);
});

describe('refuses', () => {
  const problem = { train: at(0, 90), trainLabels: [0, 1], test: at(10) };
  test.each([
    ['labels of another length', { trainLabels: [0] }, /1 trainLabels for 2 embeddings/],
    ['unlabeled images', { trainLabels: [0, -1] }, /trainLabels\[1\] is -1/],
    ['labels beyond the classes', { classes: 1 }, /no class from 0 to 0/],
    ['other dimensions', { test: double([[1, 2, 3]]) }, /train has 2 dimensions and test 3/],
    ['diverged embeddings', { test: double([[1, Number.NaN]]) }, /test embeddings hold NaN/],
    ['temperature 0', { temperature: 0 }, /temperature/],
    ['k 0', { k: 0 }, /k must be a whole number/],
  ])('%s', (_, change, message) => {
    expect(() => knnClassify({ ...problem, ...change })).toThrow(message);
  });
});
