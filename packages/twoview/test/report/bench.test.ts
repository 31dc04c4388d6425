import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import {
  type BenchRow,
  type BenchTable,
  benchMarkdown,
  benchPicture,
  renderBenchReport,
} from '../../src/report/index.js';

const measure = (...values: number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null,
    values: values.map((value, seed) => ({ seed, value })),
  };
};

const row = (name: string, measures: BenchRow['measures'], more: Partial<BenchRow> = {}): BenchRow => ({
  name,
  hash: 'a1b2c3d4',
  seeds: [0, 1],
  done: [0, 1],
  verdicts: { healthy: 2 },
  measures,
  failures: [],
  ...more,
});

const reason = 'the loss became NaN at step 3; lower optimizer.learningRate';
const table: BenchTable = {
  dataset: 'embedded',
  encoder: 'convnet',
  complete: true,
  rows: [
    row('simclr', {
      knn: measure(0.6, 0.62),
      'knn.best': measure(0.63, 0.65),
      linear: measure(0.7, 0.74),
      'z.effectiveRank': measure(38, 40),
      minutes: measure(2, 3),
    }),
    row(
      'siamese',
      { knn: measure(0.2), 'z.effectiveRank': measure(1.01) },
      { done: [0], verdicts: { 'complete collapse': 1, failed: 1 } },
    ),
    row(
      'w|mse',
      {},
      {
        done: [],
        verdicts: { failed: 2 },
        own: { 'optimizer.learningRate': 1e9 },
        failures: [0, 1].map((seed) => ({ seed, reason })),
      },
    ),
  ],
  untrained: row('untrained', { knn: measure(0.3, 0.3), linear: measure(0.4, 0.4) }, { hash: null, verdicts: {} }),
  chance: 0.1,
  evaluation: { k: 200, temperature: 0.1, probe: 'logistic' },
  provenance: {
    devices: ['cpu'],
    threads: [1, 2],
    libtorch: ['1.13.0'],
    cpus: ['a processor'],
    began: '2026-01-01T10:00:00Z',
    ended: '2026-01-01T12:30:00Z',
    command: 'twoview bench a.yaml',
  },
  notes: [],
};

const cellsOf = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

describe('a bench as Markdown', () => {
  const text = benchMarkdown(table);
  const lines = text.split('\n').filter((line) => line.startsWith('|'));

  it('has a row for each method and the untrained encoder, with deviations where there are several seeds', () => {
    expect(lines.map(cellsOf)).toEqual([
      ['method', 'kNN last %', 'kNN best %', 'linear last %', 'rank of z', 'verdict', 'minutes', 'seeds', 'config'],
      expect.anything(),
      ['simclr', '61.0 ± 1.4', '64.0 ± 1.4', '72.0 ± 2.8', '39.0 ± 1.4', 'healthy', '2.5', '2/2', 'a1b2c3d4'],
      ['siamese', '20.0', '–', '–', '1.01', 'complete collapse × 1, failed × 1', '–', '1/2', 'a1b2c3d4'],
      ['w\\|mse', '–', '–', '–', '–', 'failed', '–', '0/2', 'a1b2c3d4'],
      ['untrained', '30.0 ± 0.0', '–', '40.0 ± 0.0', '–', '–', '–', '2/2', '–'],
    ]);
  });

  it('says beneath what failed and why, how it was measured, where and when, and by which command', () => {
    expect(text).toContain(`w|mse, seeds 0, 1, failed: ${reason}.`);
    expect(text).toContain('w|mse alone has optimizer.learningRate=1000000000.');
    expect(text).toContain('k = 200, temperature 0.1');
    expect(text).toContain(
      'Device cpu, 1 or 2 threads, libtorch 1.13.0, a processor; 2026-01-01 10:00 to 2026-01-01 12:30 UTC.',
    );
    expect(text).toContain('Command: `twoview bench a.yaml`');
    expect(text).not.toContain('goes on with them');
    expect(benchMarkdown({ ...table, complete: false })).toContain('the same command goes on with them');
  });

  it('without labels has ranks and no accuracy', () => {
    const { evaluation: _, untrained: __, ...rest } = table;
    const bare = benchMarkdown({ ...rest, rows: [row('byol', { 'z.effectiveRank': measure(9, 11) })] });
    expect(cellsOf(bare.split('\n').find((line) => line.startsWith('|'))!)).toEqual([
      'method',
      'rank of z',
      'verdict',
      'seeds',
      'config',
    ]);
    expect(bare).toContain('Without labels there is no accuracy.');
  });
});

describe('the picture of a bench', () => {
  const { document } = parseHTML(`<body>${benchPicture(table)}</body>`);

  it('has a dot for each seed, a ring for each mean, a bar where there are several seeds, and the untrained encoder', () => {
    const panels = [...document.querySelectorAll('svg svg')];
    expect(panels).toHaveLength(2);
    const [accuracy, rank] = panels;
    const counts = (panel: (typeof panels)[number] | undefined) =>
      [...panel!.querySelectorAll('g[aria-label=dot]')].map((g) => g.querySelectorAll('circle').length);
    expect(counts(accuracy)).toEqual([2, 3, 1, 2]); // rings and seeds of kNN, then of linear
    expect(counts(rank)).toEqual([2, 3]);
    const bars = [...accuracy!.querySelectorAll('g[aria-label=rule]')].filter((g) => g.querySelector('line'));
    expect(bars.map((g) => g.getAttribute('stroke-dasharray'))).toEqual(['1.5 4', '5 4', null, '5 4', null]);
    expect(accuracy!.textContent).toContain('no run finished');
    expect(accuracy!.getAttribute('aria-label')).toContain('kNN: simclr 61.0');
  });

  it('brings its colours along, for it stands alone', () => {
    const style = document.querySelector('style')!.textContent!;
    for (const [, name] of benchPicture(table)!.matchAll(/var\((--[\w-]+)\)/g)) expect(style).toContain(`${name}:`);
  });

  it('is left out where nothing was measured', () => {
    expect(benchPicture({ ...table, rows: [row('byol', {})] })).toBeUndefined();
  });
});

describe('the report of a bench', () => {
  it('shows figures, table, remarks, command and protocol, and text as text', () => {
    const evil = '<script>alert(1)</script>';
    const page = renderBenchReport({ ...table, dataset: evil, notes: [evil] }, { training: { epochs: 5 } });
    expect(page).not.toContain('<script');
    const { document } = parseHTML(page);
    expect(document.querySelector('h1')!.textContent).toBe(`3 methods on ${evil}`);
    expect([...document.querySelectorAll('.chart h3')].map((h) => h.textContent)).toEqual([
      'Accuracy, last epoch',
      'Effective rank of z, last epoch',
    ]);
    expect(document.querySelectorAll('#results tbody tr')).toHaveLength(4);
    expect(document.querySelector('#configuration pre')!.textContent).toContain('epochs: 5');
    expect(document.querySelector('pre.command')!.textContent).toBe('twoview bench a.yaml');
  });

  it('of nothing is refused', () => {
    expect(() => renderBenchReport({ ...table, rows: [] })).toThrow('needs at least one method');
  });
});
