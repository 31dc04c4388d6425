import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/report/index.js';
import { formatDuration, formatNumber, formatPercent, formatRank, formatShare } from '../../src/report/numbers.js';
import { seriesOf, snapshotsOf } from '../../src/report/series.js';

describe('numbers are written', () => {
  it.each([
    [0, '0'],
    [1234567, '1\u202f234\u202f567'],
    [-0.12345, '−0.123'],
    [12.345, '12.3'],
    [1e-5, '1.0e−5'],
    [Number.NaN, 'not a number'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%d as %s', (value, expected) => expect(formatNumber(value)).toBe(expected));

  it('as percentages, ranks, shares and durations', () => {
    expect(formatPercent(0.6234)).toBe('62.3\u202f%');
    expect([1, 9.994, 9.996, 99.96, 109.3].map(formatRank)).toEqual(['1.00', '9.99', '10.0', '100', '109']);
    expect([1e-9, 0, 0.9467].map(formatShare)).toEqual(['<0.001', '0.000', '0.947']);
    expect([42, 754, 12000].map(formatDuration)).toEqual(['42 s', '13 min', '3 h 20 min']);
  });
});

describe('a sparkline', () => {
  it('spans the lowest to the highest block, and leaves blank what is not a number', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([0, Number.NaN, 1])).toBe('▁ █');
  });

  it('merges long series, keeps constant ones in the middle, and takes a given range', () => {
    expect(
      sparkline(
        Array.from({ length: 1000 }, (_, i) => i),
        8,
      ),
    ).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([5, 5, 5])).toBe('▅▅▅');
    expect(sparkline([0.5], 24, [0, 1])).toBe('▅');
    expect(sparkline([])).toBe('');
  });
});

describe('a series', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, loss: i % 2, 'z.spectrum': [1, i] }));

  it('passes over rows without the measure', () => {
    expect(seriesOf([{ step: 1, knn: 0.5 }, { step: 2 }, { step: 3, knn: 0.6 }], 'knn')).toEqual([
      { step: 1, value: 0.5 },
      { step: 3, value: 0.6 },
    ]);
  });

  it('of many points is merged to means with their range, from the first step to the last', () => {
    const points = seriesOf(rows, 'loss');
    expect(points).toHaveLength(120);
    expect([points[0]?.step, points.at(-1)?.step]).toEqual([1, 1000]);
    for (const { value, low, high } of points) {
      expect([low, high]).toEqual([0, 1]);
      expect(Math.abs(value - 0.5)).toBeLessThan(0.1);
    }
  });

  it('of spectra is thinned to a few, the first and the last among them', () => {
    const snapshots = snapshotsOf(rows, 'z.spectrum', 8);
    expect(snapshots).toHaveLength(8);
    expect([snapshots[0]?.step, snapshots.at(-1)?.step]).toEqual([1, 1000]);
    expect(snapshotsOf(rows.slice(0, 1), 'z.spectrum', 8)).toHaveLength(1);
  });
});
