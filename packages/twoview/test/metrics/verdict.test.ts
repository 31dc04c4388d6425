// The verdict on the numbers that DirectPred's toy experiments end with, and at its edges.
import { collapseVerdict, effectiveRank, normalizedStd } from 'twoview/metrics';
import { describe, expect, test } from 'vitest';
import { gaussian } from './embeddings.js';

const verdict = (std: number, rank: number, rest = {}) =>
  collapseVerdict({ std, effectiveRank: rank, dimension: 32, ...rest }).verdict;

describe('published toy runs, z of 32 dimensions', () => {
  test.each([
    ['untrained', 0.83, 15, 'healthy'],
    ['DirectPred', 0.91, 10, 'healthy'],
    ['DirectPred, eps 0', 0.89, 8.7, 'healthy'],
    ['free linear predictor without EMA', 0.45, 2.2, 'dimensional collapse'],
    ['no predictor', 0.015, 1.001, 'complete collapse'],
    ['no stop-gradient', 0.01, 1.0001, 'complete collapse'],
  ] as const)('%s', (_, std, rank, expected) => {
    expect(verdict(std, rank)).toBe(expected);
  });
});

test('one sign of complete collapse alone is not complete', () => {
  expect(verdict(0.04, 1.2)).toBe('dimensional collapse');
  expect(verdict(0.04, 20)).toBe('dimensional collapse');
  expect(verdict(0.9, 1.0)).toBe('dimensional collapse');
});

test('the rank is measured against D, up to 50 dimensions', () => {
  expect(verdict(0.9, 9, { dimension: 64 })).toBe('healthy');
  expect(verdict(0.9, 4.9, { dimension: 128 })).toBe('dimensional collapse');
  expect(verdict(0.9, 5.1, { dimension: 2048 })).toBe('healthy');
  expect(verdict(0.9, 1.5, { dimension: 2 })).toBe('healthy');
});

test('waits for enough steps, but not without being told how many there were', () => {
  expect(verdict(0.01, 1.0, { step: 99 })).toBe('too early');
  expect(verdict(0.01, 1.0, { step: 100 })).toBe('complete collapse');
  expect(collapseVerdict({ std: 0.01, effectiveRank: 1, dimension: 32, step: 5 }, { steps: 5 }).verdict).toBe(
    'complete collapse',
  );
});

test('what is not finite has diverged, at any step', () => {
  expect(verdict(Number.NaN, 3)).toBe('diverged');
  expect(verdict(0.9, 9, { loss: Number.POSITIVE_INFINITY, step: 1 })).toBe('diverged');
});

test('tells its numbers and thresholds', () => {
  const { summary, evidence } = collapseVerdict({
    std: 0.0123,
    effectiveRank: 1.0004,
    dimension: 128,
    loss: -3.9991,
    lossFloor: -4,
    step: 500,
  });
  expect(summary).toBe('Complete collapse: all embeddings are nearly the same (std 0.0123, effective rank 1).');
  expect(evidence).toHaveLength(4);
  expect(evidence[0]).toMatch(/0\.0123 .*below 0\.05/);
  expect(evidence[1]).toMatch(/1 of 128 .*below 1\.05, dimensional below 5/);
  expect(evidence[2]).toMatch(/0\.0009 above its lowest value -4/);
  expect(evidence[3]).toMatch(/500 steps/);
});

test('a healthy loss near its floor does not make a collapse', () => {
  expect(verdict(0.9, 12, { loss: -3.999, lossFloor: -4 })).toBe('healthy');
});

test('measures and verdict agree on real embeddings: a Gaussian, and one that is almost constant', () => {
  const z = gaussian(1, 500, 32);
  const collapsed = z.mul(0.001).add(1);
  const judge = (x: typeof z) =>
    collapseVerdict({ std: normalizedStd(x), effectiveRank: effectiveRank(x), dimension: 32 }).verdict;
  expect(judge(z)).toBe('healthy');
  expect(judge(collapsed)).toBe('complete collapse');
});
