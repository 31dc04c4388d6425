// Curves: where they are clipped and broken, what the legend holds, what is said in words.
import { describe, expect, test } from 'vitest';
import type { LinesFigure } from '../../../src/report/index.js';
import { count, curves, description, draw, elements, legend, lines, range } from './drawings.js';

describe('lines', () => {
  const plain = 'var(--series-1)';

  test('values at or below the floor of a logarithmic axis lie on it', () => {
    const points = [1, 1e-4, 1e-2, 1e-9, 0, -3].map((y, x) => ({ x, y }));
    const spec = lines([{ label: 'a', points }], { yScale: 'log', yDomain: [1e-6, 1] });
    // 28 to 256 are six decades; the middle one of three points on the floor is left out.
    const heights = curves(draw(spec), plain)[0]!.map(([, y]) => y);
    expect(heights).toEqual([28, 180, 104, 256, 256]);
    const own = curves(draw({ ...spec, yDomain: [1e-12, 1] }), plain)[0]!.map(([, y]) => y);
    expect(own).toEqual([28, 104, 66, 199, 256, 256]);
  });

  test('points that are not finite break the curve, and a lone point between them is a dot', () => {
    const y = range(60, (i) => (i === 20 || i === 22 ? Number.NaN : i === 40 ? Number.POSITIVE_INFINITY : Math.sin(i)));
    const page = draw(lines([{ label: 'a', points: y.map((value, x) => ({ x, y: value })) }]));
    expect(curves(page, plain)).toHaveLength(3);
    expect(count(page, /<circle/)).toBe(1);
    expect(page).not.toMatch(/NaN|Infinity/);
  });

  test('few points are dots, many are not', () => {
    const of = (n: number) => draw(lines([{ label: 'a', points: range(n, (x) => ({ x, y: x * x })) }]));
    expect(count(of(12), /<circle/)).toBe(12);
    expect(count(of(31), /<circle/)).toBe(0);
  });

  test('theory is dashed, comparisons dotted, and both drawn after what was measured', () => {
    const points = range(3, (x) => ({ x, y: x }));
    const page = draw(
      lines([
        { label: 'theory', color: 'var(--series-2)', shape: 'dashed', points },
        { label: 'other', color: 'var(--series-3)', shape: 'dotted', points },
        { label: 'measured', color: 'var(--series-4)', points },
      ]),
    );
    const drawn = elements(page, 'g[aria-label="line"] path');
    expect(drawn.map((each) => each['stroke-dasharray'])).toEqual([undefined, '6 4', '1.5 4']);
    expect(drawn.map(({ stroke }) => stroke)).toEqual(['var(--series-4)', 'var(--series-2)', 'var(--series-3)']);
    expect(legend(page)).toEqual(['theory', 'other', 'measured']);
    expect(page).toContain('class="swatch dashed"');
  });

  test('theory in the colour of the curve it matches is told from it', () => {
    const points = range(3, (x) => ({ x, y: x }));
    const page = draw(
      lines([
        { label: 'measured', color: 'var(--series-4)', points },
        { label: 'theory', color: 'var(--series-4)', shape: 'dashed', points },
      ]),
    );
    expect(curves(page, 'color-mix(in oklab, var(--series-4) 50%, var(--ink))')).toHaveLength(1);
  });

  test('series of one label and colour share an entry of the legend, others do not', () => {
    const points = [{ x: 0, y: 0 }];
    const page = draw(
      lines([
        { label: 'a', color: 'red', points },
        { label: 'a', color: 'red', points },
        { label: 'a', color: 'blue', points },
        { label: 'b', color: 'red', points },
      ]),
    );
    expect(legend(page)).toEqual(['a', 'a', 'b']);
  });

  test('theory of one name to curves of several colours has one entry, of no colour in particular', () => {
    const points = [{ x: 0, y: 0 }];
    const page = draw(
      lines(
        ['red', 'blue'].flatMap((color) => [
          { label: color, color, points },
          { label: 'theory', color, shape: 'dashed' as const, points },
        ]),
      ),
    );
    expect(legend(page)).toEqual(['red', 'theory', 'blue']);
    expect(page).toContain('<span class="swatch dashed" style="color:var(--muted)">');
  });

  test('many series without colours are thin and shaded from the first to the last', () => {
    const page = draw(
      lines(range(40, (k) => ({ label: `mode ${k + 1}`, points: range(50, (x) => ({ x, y: x * (k + 1) })) }))),
    );
    expect(legend(page)).toEqual([]);
    expect(page).toContain('mode 1 <span class="bar"></span> mode 40');
    const drawn = elements(page, 'g[aria-label="line"] path');
    expect(drawn).toHaveLength(40);
    expect(new Set(drawn.map((each) => each['stroke-width']))).toEqual(new Set(['1.1']));
    expect(new Set(drawn.map(({ stroke }) => stroke)).size).toBe(40);
    expect(description(page)).toContain('40 curves, from mode 1');
    expect(description(page).length).toBeLessThan(400);
  });

  test('long curves are drawn with few points and keep their peaks', () => {
    const points = range(20_000, (x) => ({ x, y: x === 7777 ? 5 : Math.sin(x / 900) }));
    const page = draw(lines([{ label: 'a', points }], { yDomain: [-1, 5] }));
    const [curve] = curves(page, plain);
    expect(curve!.length).toBeLessThan(1500);
    expect(Math.min(...curve!.map(([, y]) => y))).toBe(28);
    expect(page.length).toBeLessThan(20_000);
  });

  test('bands are drawn where both ends are known', () => {
    const points = range(9, (x) => ({ x, y: x, ...(x === 4 ? {} : { low: x - 1, high: x + 1 }) }));
    const page = draw(lines([{ label: 'a', points }]));
    expect(count(page, /aria-label="area"/)).toBe(2);
    expect(
      count(draw(lines([{ label: 'a', points: points.map(({ x, y }) => ({ x, y })) }])), /aria-label="area"/),
    ).toBe(0);
  });

  test('the domain is included, and so are rules', () => {
    const series = [
      {
        label: 'a',
        points: [
          { x: 0, y: 0.4 },
          { x: 1, y: 0.6 },
        ],
      },
    ];
    const heights = (more: Partial<LinesFigure>): number[] =>
      curves(draw(lines(series, more)), plain)[0]!.map(([, y]) => y);
    expect(heights({ yDomain: [0, 1] }).map(Math.round)).toEqual([165, 119]); // 0.4 and 0.6 of the way up from 256 to 28
    const [a, b] = heights({ rules: [{ axis: 'y', value: 10, label: 'far' }] });
    expect(a! - b!).toBeLessThan(10);
  });

  test('labels of rules keep off the curves', () => {
    // The curve follows the upper edge, then falls to the rule: only its left part is free.
    const points = range(200, (i) => ({ x: i, y: i < 100 ? 1 : 0.52 + 0.02 * Math.sin(i) }));
    const page = draw(
      lines([{ label: 'a', points }], { yDomain: [0, 1], rules: [{ axis: 'y', value: 0.5, label: 'guessing' }] }),
    );
    const [, x, y] = /class="plot-label"[\s\S]*?translate\(([\d.]+),([\d.]+)\)[^>]*>guessing/.exec(page)!.map(Number);
    const covered = curves(page, plain)[0]!.filter(([px, py]) => Math.abs(px - x!) < 30 && Math.abs(py - y!) < 8);
    expect(covered).toEqual([]);
    expect(description(page)).toContain('Line at y = 0.5: guessing.');
  });

  test('says first, last, smallest and largest values in words', () => {
    const points = [2, -1, 7, 3].map((y, x) => ({ x, y }));
    expect(
      description(
        draw(
          lines([
            { label: 'a', points },
            { label: 'b', points: [] },
          ]),
        ),
      ),
    ).toBe('T: y label over x label. a: from 2 at 0 to 3 at 3, between −1 and 7. b: no values.');
  });

  test('ticks of narrow ranges differ from each other', () => {
    const points = range(5, (x) => ({ x, y: 0.99991 + 2e-5 * x }));
    const page = draw(lines([{ label: 'a', points }]));
    const ticks = [...page.matchAll(/>(0\.9999\d*|1\.0*)</g)].map(([, tick]) => tick);
    expect(ticks.length).toBeGreaterThan(2);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  test('draws a constant and nothing at all', () => {
    expect(draw(lines([{ label: 'a', points: [0, 1].map((x) => ({ x, y: 3 })) }]))).not.toMatch(/NaN|Infinity/);
    expect(draw(lines([], { yScale: 'log' }))).toContain('No curves.');
    const nothing = [
      {
        label: 'a',
        points: [
          { x: 0, y: 0 },
          { x: 1, y: -1 },
        ],
      },
    ];
    expect(draw(lines(nothing, { yScale: 'log', xScale: 'log' }))).not.toMatch(/NaN|Infinity/);
  });

  test('refuses a domain that is none', () => {
    expect(() => draw(lines([], { yDomain: [1, 1] }))).toThrow(RangeError);
    expect(() => draw(lines([], { xDomain: [0, Number.NaN] }))).toThrow(/xDomain/);
    expect(() => draw(lines([], { yScale: 'log', yDomain: [0, 1] }))).toThrow(/logarithmic axis needs a floor > 0/);
  });
});
