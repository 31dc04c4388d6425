// The page of a paper's claims: every number beside its threshold, figures of what is given, nothing that is not.
import { describe, expect, test } from 'vitest';
import { type ClaimsReport, renderClaimsReport } from '../../src/report/index.js';

const report = (more: Partial<ClaimsReport> = {}): ClaimsReport => ({
  title: 'A paper',
  citation: 'Someone 2021',
  lead: ['It says <something>.'],
  facts: ['seeds 0, 1'],
  claims: [
    {
      id: 'E1',
      statement: 'It collapses & stays so.',
      source: 'figure 2',
      expected: 'std <= 0.1',
      status: 'fail',
      reason: 'std is 0.2, not <= 0.1',
      numbers: [
        { name: 'std', measured: 0.2, threshold: '<= 0.1', holds: false },
        { name: 'rank', measured: 1.01, threshold: '<= 1.1', holds: true },
      ],
      seconds: 12,
    },
    {
      id: 'E2',
      statement: 'Needs a GPU.',
      source: 't',
      expected: 'x',
      status: 'notRun',
      reason: 'no GPU',
      numbers: [],
      seconds: 0,
    },
  ],
  command: 'twoview reproduce a-paper',
  environment: { node: '20' },
  ...more,
});

const figures: Partial<ClaimsReport> = {
  tables: [
    {
      title: 'Settings',
      note: 'ranges',
      table: { caption: 'c', head: ['loss'], rows: [{ name: 'BN', cells: [null] }] },
    },
  ],
  planes: {
    title: 'Planes',
    note: 'on one scale',
    panels: [
      { title: 'none', caption: 'a point', points: [{ x: 0.5, y: 0.5, label: 0 }] },
      { title: 'cloud', caption: 'a cloud', points: [0, 1, 2].map((label) => ({ x: label - 1, y: 1 - label, label })) },
    ],
  },
  spectra: {
    title: 'Spectra',
    caption: 'absolute',
    series: [
      { label: 'none', color: 'var(--muted)', values: [1e-7, 1e-9, 0] },
      { label: 'shuffled', color: 'var(--class-1)', dashed: true, values: [2, 1, 0.5] },
    ],
  },
  scatters: [
    {
      title: 'Scatter',
      caption: 'c',
      xLabel: 'correlation',
      yLabel: 'accuracy',
      groups: [
        {
          label: 'BN',
          color: 'var(--class-2)',
          points: [
            { x: 1, y: 0.8 },
            { x: Number.NaN, y: 0.9 },
          ],
        },
      ],
    },
  ],
};

describe('renderClaimsReport', () => {
  test('puts every measured number beside its threshold and says what fails and why', () => {
    const page = renderClaimsReport(report());
    expect(page).toContain('<th scope="row">std</th><td>0.2</td><td>&#60;= 0.1</td><td>✗</td>');
    expect(page).toContain('<th scope="row">rank</th><td>1.01</td><td>&#60;= 1.1</td><td>✓</td>');
    for (const text of [
      '✗ fails',
      '– not run',
      'std is 0.2, not &#60;= 0.1',
      'no GPU',
      '0 hold',
      '1 fails',
      '1 not run',
      'seeds 0, 1',
    ])
      expect(page).toContain(text);
    expect(page).toContain('It collapses &#38; stays so.');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  test('draws the figures that it is given data for, and no others', () => {
    const count = (page: string): number => page.match(/<figure class="chart">/g)?.length ?? 0;
    expect(count(renderClaimsReport(report()))).toBe(0);
    const page = renderClaimsReport(report(figures));
    expect(count(page)).toBe(4);
    expect(page).toContain('none. 1 embeddings with standard deviations 0 and 0.');
    expect(page).toContain('none: from 1.0e−7 to 0.');
    expect(page.match(/<circle/g)!.length).toBe(1 + 3 + 1);
    expect(page).toContain('<td>–</td>');
  });

  test('puts planes on one scale, so that a point is a point', () => {
    const only = (points: readonly { x: number; y: number; label: number }[]) =>
      renderClaimsReport(report({ planes: { title: 't', note: 'n', panels: [{ title: 'p', caption: 'c', points }] } }));
    const centres = (page: string): string[] => [...page.matchAll(/<circle[^>]*? cx="([\d.]+)"/g)].map(([, x]) => x!);
    const [left, right] = centres(
      only([
        { x: -1, y: 0, label: 0 },
        { x: 1, y: 0, label: 1 },
      ]),
    ).map(Number) as [number, number];
    expect(right - left).toBeGreaterThan(300);
    const wide = centres(
      only([
        { x: -1, y: 0, label: 0 },
        { x: 1, y: 0, label: 1 },
        { x: 10, y: 0, label: 2 },
      ]),
    ).map(Number);
    expect(wide[1]! - wide[0]!).toBeLessThan(60);
  });
});
