// Matrices as cells: colours, gaps, numbers, what is said in words, how big they get.
import { describe, expect, test } from 'vitest';
import { description, draw, elements, heatmap, range } from './drawings.js';

describe('heatmap', () => {
  /** How many cells each colour covers. */
  function colors(page: string): Map<string, number> {
    const runs = (d: string): number => [...d.matchAll(/h(\d+)v1/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    return new Map(elements(page, 'path[transform]').map(({ fill, d }) => [fill!, runs(d!)]));
  }
  const mix = (series: number, percent: number): string =>
    `color-mix(in oklab, var(--series-${series}) ${percent}%, var(--card))`;

  test('colours run from the card to a series, and beyond the domain stay at its ends', () => {
    const found = colors(
      draw(
        heatmap(
          [
            [0, 0.5, 1],
            [-7, 0, 9],
          ],
          { domain: [0, 1] },
        ),
      ),
    );
    expect(Object.fromEntries(found)).toEqual({ [mix(1, 0)]: 3, [mix(1, 50)]: 1, [mix(1, 100)]: 2 });
  });

  test('diverging colours meet at the middle of the domain, by default at 0', () => {
    const found = colors(draw(heatmap([[-2, 0, 1]], { colors: 'diverging' })));
    expect(Object.fromEntries(found)).toEqual({ [mix(2, 100)]: 1, [mix(1, 0)]: 1, [mix(1, 50)]: 1 });
  });

  test('cells without a value are muted, crossed out and counted', () => {
    const page = draw(
      heatmap([
        [0, Number.NaN, Number.NaN],
        [1, 0, Number.POSITIVE_INFINITY],
      ]),
    );
    expect(colors(page).get('var(--none-paper)')).toBe(3);
    expect(page).toContain('class="crossed"');
    expect(description(page)).toContain('3 without a value.');
    expect(page).not.toMatch(/NaN|Infinity/);
    expect(draw(heatmap([[0, 1]]))).not.toContain('class="crossed"');
  });

  test('says size, extremes and their places, and the mean', () => {
    const page = draw(
      heatmap(
        [
          [1, 2],
          [3, 6],
        ],
        { rows: ['top', 'bottom'], columns: ['left', 'right'] },
      ),
    );
    expect(description(page)).toBe(
      'T: value by y label (2 rows) and x label (2 columns). Lowest 1 at row top, column left; highest 6 at row bottom, column right; mean 3.',
    );
    expect(page).toMatch(/value <span>1 <span class="bar"[^>]*><\/span> 6/);
  });

  test('a matrix of 100 by 100 stays small, whatever is in it', () => {
    const noise = range(100, (i) => range(100, (j) => Math.sin(12.9898 * i + 78.233 * j + i * j) % 1));
    const page = draw(heatmap(noise, { colors: 'diverging' }));
    expect(page.length).toBeLessThan(200_000);
    expect([...colors(page).values()].reduce((a, b) => a + b, 0)).toBe(10_000);
    expect(colors(page).size).toBeLessThanOrEqual(33);
    expect(draw(heatmap(noise.map((row) => row.map(() => 1)))).length).toBeLessThan(10_000);
  });

  test('numbers are thinned out, words are not', () => {
    const ticks = (page: string): string[] => [...page.matchAll(/>([^<>]+)<\/text>/g)].map(([, tick]) => tick!);
    const shown = ticks(draw(heatmap(range(60, () => range(60, () => 0)))));
    expect(shown).toContain('60');
    expect(shown).not.toContain('61');
    expect(shown).not.toContain('3');
    const words = range(14, (j) => `setting ${j}`);
    const named = draw(heatmap([range(14, (j) => j)], { columns: words, rows: ['one'] }));
    expect(ticks(named)).toEqual(expect.arrayContaining([...words, 'one']));
    expect(named).toContain('rotate(-45');
  });

  test('writes numbers into cells that have room for them', () => {
    expect(draw(heatmap([[0.25, -0.5]], { numbers: true }))).toMatch(/plot-number[\s\S]*>0\.25<[\s\S]*>−0\.5</);
    expect(draw(heatmap([[0.25, -0.5]]))).not.toContain('plot-number');
    expect(
      draw(
        heatmap(
          range(50, () => range(50, (j) => j / 7)),
          { numbers: true },
        ),
      ),
    ).not.toContain('plot-number');
  });

  test('axes without a name take no room for one', () => {
    const height = (page: string): number => Number(elements(page, 'svg')[0]!.height);
    const bare = height(draw(heatmap([[0, 1]], { xLabel: '', yLabel: '' })));
    expect(bare).toBe(height(draw(heatmap([[0, 1]]))) - 40);
  });

  test('draws constants and nothing at all', () => {
    for (const values of [[], [[]], [[0]], [[5, 5]], [[Number.NaN]]])
      for (const colors of ['sequential', 'diverging'] as const)
        expect(draw(heatmap(values, { colors }))).not.toMatch(/NaN|Infinity/);
  });

  test('refuses ragged rows, labels of another number and a domain that is none', () => {
    expect(() => draw(heatmap([[1, 2], [3]]))).toThrow(/row 1 has 1 values and row 0 has 2/);
    expect(() => draw(heatmap([[1, 2]], { columns: ['a'] }))).toThrow(/1 labels for 2 columns/);
    expect(() => draw(heatmap([[1]], { domain: [2, 1] }))).toThrow(RangeError);
  });
});
