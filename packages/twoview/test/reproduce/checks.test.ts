// Comparisons with thresholds, and the statistics of seeds.
import { above, atLeast, atMost, below, judge, near, notRun, spearman, within } from 'twoview/reproduce';
import { describe, expect, test } from 'vitest';

describe('checks', () => {
  test.each([
    [atMost('x', 1, 1), true, '<= 1'],
    [atMost('x', 1.01, 1), false, '<= 1'],
    [atLeast('x', 1, 1), true, '>= 1'],
    [atLeast('x', 0.99, 1), false, '>= 1'],
    [below('x', 1, 1), false, '< 1'],
    [below('x', 0.99, 1), true, '< 1'],
    [above('x', 1, 1), false, '> 1'],
    [above('x', 1.01, 1), true, '> 1'],
    [within('x', 2, 1, 2), true, 'from 1 to 2'],
    [within('x', 0.99, 1, 2), false, 'from 1 to 2'],
    [near('x', 103, 100, 0.03), true, '100 within 3 %'],
    [near('x', 96.9, 100, 0.03), false, '100 within 3 %'],
  ])('%j', (check, holds, threshold) => {
    expect(check.holds).toBe(holds);
    expect(check.threshold).toBe(threshold);
  });

  test('NaN holds against nothing', () => {
    for (const check of [atMost, atLeast, below, above]) expect(check('x', Number.NaN, 0).holds).toBe(false);
    expect(within('x', Number.NaN, 0, 1).holds).toBe(false);
    expect(near('x', Number.NaN, 1, 1).holds).toBe(false);
  });

  test('a claim holds if all its checks do, and never without any', () => {
    const good = atMost('good', 1, 2);
    const bad = atMost('bad', 3, 2);
    expect(judge([good])).toEqual({ status: 'pass', measured: { good: 1 }, threshold: { good: '<= 2' } });
    expect(judge([good, bad])).toEqual({
      status: 'fail',
      measured: { good: 1, bad: 3 },
      threshold: { good: '<= 2', bad: '<= 2' },
      failed: ['bad'],
      reason: 'bad is 3, not <= 2',
    });
    expect(judge([]).status).toBe('fail');
    expect(notRun('no GPU')).toEqual({ status: 'notRun', measured: {}, threshold: {}, reason: 'no GPU' });
  });
});

describe('Spearman', () => {
  test('depends on order alone', () => {
    expect(spearman([1, 2, 3, 4], [0.1, 10, 11, 1e6])).toBeCloseTo(1);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
  });

  test('without ties is 1 - 6 sum d^2 / (n (n^2 - 1))', () => {
    expect(spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(1 - (6 * 4) / (5 * 24));
  });

  test('gives ties their mean rank', () => {
    // Ranks 1.5 1.5 3 4 against 1 2 3 4: covariance 4.5, squares 4.5 and 5.
    expect(spearman([7, 7, 8, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5));
  });

  test('is NaN where nothing varies or a value is missing, and refuses lists of different length', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(spearman([1, 2, Number.NaN], [1, 2, 3])).toBeNaN();
    expect(() => spearman([1, 2], [1])).toThrow('2 and 1 values cannot be paired');
  });
});
