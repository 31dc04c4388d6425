// Figures as data: what is drawn, where it is clipped, what is said in words, how big it gets.
import { existsSync } from 'node:fs';
import { parseHTML } from 'linkedom';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import {
  drawFigure,
  type Figure,
  type HeatmapFigure,
  type LinesFigure,
  type PhaseFigure,
  renderClaimsReport,
} from '../../src/report/index.js';

const text = { title: 'T', caption: 'C', xLabel: 'x label', yLabel: 'y label' };
const range = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
const draw = (figure: Figure): string => String(drawFigure(figure));
const count = (page: string, pattern: RegExp): number => page.match(new RegExp(pattern, 'g'))?.length ?? 0;
const description = (page: string): string => /aria-label="([^"]*)"/.exec(page)![1]!;
const legend = (page: string): string[] =>
  [...page.matchAll(/<li><span class="swatch[^>]*><\/span>([^<]*)/g)].map(([, label]) => label!);

/** Elements of a drawing as their attributes, with those of the group that they are in. */
function elements(page: string, selector: string): Record<string, string>[] {
  const { document } = parseHTML(`<!doctype html><html><body>${page}</body></html>`);
  const attributes = (element: { attributes: Iterable<{ name: string; value: string }> }): Record<string, string> =>
    Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
  return [...document.querySelectorAll(selector)].map((element) => ({
    ...(element.parentNode?.localName === 'g' ? attributes(element.parentNode) : {}),
    ...attributes(element),
  }));
}

const coordinates = (d: string): [number, number][] =>
  [...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

/** The curves of one colour: their points in pixels. */
function curves(page: string, color: string): [number, number][][] {
  return elements(page, 'g[aria-label="line"] path')
    .filter(({ stroke }) => stroke === color)
    .map(({ d }) => coordinates(d!));
}

const lines = (series: LinesFigure['series'], more: Partial<LinesFigure> = {}): LinesFigure => ({
  kind: 'lines',
  ...text,
  series,
  ...more,
});
const heatmap = (values: number[][], more: Partial<HeatmapFigure> = {}): HeatmapFigure => ({
  kind: 'heatmap',
  ...text,
  values,
  colors: 'sequential',
  valueLabel: 'value',
  ...more,
});
const phase = (more: Partial<PhaseFigure> = {}): PhaseFigure => ({
  kind: 'phase',
  ...text,
  xDomain: [0, 1],
  yDomain: [0, 1],
  arrows: [],
  trajectories: [],
  ...more,
});

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

describe('phase portrait', () => {
  /** Data of the paths that have these attributes. */
  const paths = (page: string, attributes: Record<string, string>): string[] =>
    elements(page, 'path')
      .filter((element) => Object.entries(attributes).every(([name, value]) => element[name] === value))
      .map(({ d }) => d!);

  test('arrows have one length, point along the flow on the paper and are fainter where it is slow', () => {
    const page = draw(
      phase({
        xDomain: [0, 10],
        arrows: [
          { x: 5, y: 0.5, dx: 10, dy: 0 },
          { x: 5, y: 0.5, dx: 0, dy: 1e-4 },
          { x: 5, y: 0.5, dx: 0, dy: 0 },
          { x: 5, y: 5, dx: 1, dy: 0 },
          { x: 5, y: 0.5, dx: Number.NaN, dy: 0 },
        ],
      }),
    );
    const arrows = elements(page, 'path[stroke-opacity]').map((element) => ({
      opacity: Number(element['stroke-opacity']),
      ends: coordinates(element.d!),
    }));
    expect(arrows).toHaveLength(2);
    const [slow, fast] = arrows.map(({ ends: [tail, tip] }) => [tip![0]! - tail![0]!, tip![1]! - tail![1]!]);
    expect(slow![0]).toBeCloseTo(0, 6);
    expect(slow![1]).toBeLessThan(0); // upwards
    expect(fast![1]).toBeCloseTo(0, 6);
    expect(fast![0]).toBeCloseTo(-slow![1]!, 1);
    expect(arrows[0]!.opacity).toBeLessThan(arrows[1]!.opacity);
  });

  test('paths are cut at the frame, and at points that are not finite', () => {
    const points = [
      { x: -1, y: 0.5 },
      { x: 2, y: 0.5 },
      { x: 2, y: Number.NaN },
      { x: 0.5, y: 0.2 },
      { x: 0.5, y: -9 },
    ];
    const page = draw(phase({ trajectories: [{ label: 'a', points }] }));
    const [outline] = paths(page, { fill: 'none', stroke: 'var(--series-1)' });
    const [left, right, inside, down] = coordinates(outline!);
    expect(left![1]).toBe(right![1]);
    expect(right![0]).toBe(444); // width 460 less the margin of 16
    expect(inside![0]).toBe(down![0]);
    expect(down![1]).toBe(356); // height 400 less the margin of 44
    expect(outline!.match(/M/g)).toHaveLength(2);
  });

  test('a path ends in the head of an arrow that points onwards', () => {
    const page = draw(
      phase({ trajectories: [{ label: 'a', color: 'red', points: range(50, (i) => ({ x: 0.2 + i / 100, y: 0.5 })) }] }),
    );
    const [head] = paths(page, { fill: 'red' });
    const [tip, one, two] = coordinates(head!).slice(-3);
    expect(tip![0]).toBeGreaterThan(one![0]!);
    expect(one![0]).toBeCloseTo(two![0]!, 6);
    expect((one![1]! + two![1]!) / 2).toBeCloseTo(tip![1]!, 1);
  });

  test('fixed points are filled when stable, hollow otherwise, left out when outside', () => {
    const page = draw(
      phase({
        fixedPoints: [
          { x: 0, y: 0, stable: true, label: 'collapse' },
          { x: 0.5, y: 0.5, stable: false, label: 'saddle' },
          { x: 0.9, y: 0.8, stable: true, label: 'learned' },
          { x: 3, y: 3, stable: true, label: 'far' },
        ],
      }),
    );
    expect(paths(page, { fill: 'var(--ink)' })).toHaveLength(2);
    expect(paths(page, { fill: 'var(--card)' })).toHaveLength(1);
    expect(page).not.toContain('>far<');
    expect(description(page)).toContain('Unstable fixed point saddle at (0.5, 0.5).');
  });

  test('dashed curves, and one entry of the legend for all paths of a label', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ];
    const page = draw(
      phase({
        trajectories: [
          { label: 'learns', points },
          { label: 'learns', points },
          { label: 'collapses', points },
        ],
        curves: [{ label: 'nullcline', points }],
      }),
    );
    expect(legend(page)).toEqual(['learns', 'collapses', 'nullcline']);
    expect(paths(page, { stroke: 'var(--series-3)', 'stroke-dasharray': '6 4' })).toHaveLength(1);
    expect(paths(page, { fill: 'none', stroke: 'var(--series-1)' })).toHaveLength(2);
  });

  test('refuses a domain that is none', () => {
    expect(() => draw(phase({ xDomain: [1, 0] }))).toThrow(/xDomain is \[1, 0\]/);
  });
});

const cornered = phase({
  fixedPoints: [
    { x: 0, y: 0, stable: true, label: 'collapse' },
    { x: 0.04, y: 0.002, stable: false, label: 'a saddle near it' },
    { x: 1, y: 1, stable: false, label: 'in the upper corner' },
    { x: 1, y: 0, stable: true, label: 'in the lower corner' },
    { x: 0, y: 1, stable: true, label: 'on the left' },
  ],
  trajectories: [{ label: 'a', points: range(99, (i) => ({ x: i / 98, y: (i / 98) ** 2 })) }],
});

const everything = renderClaimsReport({
  title: 'A paper',
  citation: 'Someone 2021',
  lead: ['It says something.'],
  claims: [],
  figures: [
    { title: 'Planes', note: 'What to <look> at.', figures: [cornered] },
    {
      title: 'Matrices',
      figures: (['sequential', 'diverging'] as const).map((colors) =>
        heatmap(
          range(5, (i) => range(5, (j) => (colors === 'diverging' ? i - j : i + j))),
          { colors, numbers: true },
        ),
      ),
    },
    {
      title: 'Courses',
      figures: [
        lines([
          {
            label: 'a',
            points: [
              { x: 0, y: 1 },
              { x: 1, y: 2 },
            ],
          },
        ]),
      ],
    },
  ],
  command: 'twoview reproduce a-paper',
  environment: {},
});

describe('the page of a paper', () => {
  test('begins with its contents when it is long, and every link leads somewhere', () => {
    const nav = /<nav class="contents"[\s\S]*?<\/nav>/.exec(everything)![0];
    const targets = [...nav.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!);
    expect(targets).toHaveLength(7);
    for (const id of targets) expect(everything).toContain(`<section id="${id}">`);
    expect(everything).toContain('What to &#60;look&#62; at.');
    const short = renderClaimsReport({
      title: 't',
      citation: 'c',
      lead: [],
      claims: [],
      figures: [],
      command: 'x',
      environment: {},
    });
    expect(short).not.toContain('<nav');
  });

  test.skipIf(!existsSync('/usr/bin/chromium'))(
    'in Chromium: fits a phone, labels stay in their frames and apart, numbers have a contrast of 4.5 to 1',
    async () => {
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
      try {
        for (const colorScheme of ['light', 'dark'] as const) {
          const page = await browser.newPage({ colorScheme, viewport: { width: 390, height: 900 } });
          await page.setContent(everything);
          const state = await page.evaluate(`(() => {
            const boxes = [...document.querySelectorAll('.plot-label text')].map((e) => e.getBoundingClientRect());
            const svg = document.querySelector('.plot').getBoundingClientRect();
            const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
            const luminance = (color) => {
              canvas.fillStyle = color;
              canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255)
                .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            };
            const ink = luminance(getComputedStyle(document.querySelector('.plot-number text')).fill);
            const cells = [...document.querySelectorAll('path[fill^="color-mix"]')].map((e) => luminance(getComputedStyle(e).fill));
            return {
              overflow: document.documentElement.scrollWidth - innerWidth,
              labels: boxes.length,
              outside: boxes.filter((b) => b.left < svg.left || b.right > svg.right || b.top < svg.top || b.bottom > svg.bottom).length,
              overlaps: boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
                a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)).length,
              cells: cells.length,
              contrast: Math.min(...cells.map((cell) => (Math.max(ink, cell) + 0.05) / (Math.min(ink, cell) + 0.05))),
            };
          })()`);
          expect(state).toMatchObject({ overflow: 0, labels: 5, outside: 0, overlaps: 0, cells: 18 });
          expect((state as { contrast: number }).contrast).toBeGreaterThan(4.5);
          await page.close();
        }
      } finally {
        await browser.close();
      }
    },
  );
});
