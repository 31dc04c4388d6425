// A bench from the command line: its table against hand-computed numbers, killed and called again, failures, refusals.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readStatus } from 'twoview/runs';
import { beforeAll, describe, expect, test } from 'vitest';
import { configHash, differences, protocolDifference } from '../../src/cli/bench/identity.js';
import { type Protocol, parseProtocolFile, resolveRun } from '../../src/cli/bench/protocol.js';
import type { BenchTable } from '../../src/report/index.js';
import { type Outcome, patience, start, temporaryFolder, twoview } from './setup.js';

const home = temporaryFolder();
const config = path.join(home, 'bench.yaml');
writeFileSync(
  config,
  `data: { name: embedded, limit: 256, testLimit: 50 }
encoder: { name: convnet, channels: [4, 8] }
method: { projector: { hidden: [10], size: 6 } }
training: { batchSize: 64, epochs: 2, maxSteps: 6, threads: 1, device: cpu, checkpointEvery: 1 }
evaluation: { k: 5 }
bench: { methods: [simclr, byol], seeds: [0, 1] }
`,
);

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const readTable = (out: string): BenchTable => read(path.join(out, 'table.json')) as BenchTable;
const seedDir = (out: string, method: string, seed: number): string => path.join(out, 'runs', method, `seed-${seed}`);

/** A table's rows without what the clock and the command decide. */
function timeless({ rows, untrained }: BenchTable): unknown {
  return [...rows, untrained].map((row) => {
    const { minutes: _, viewsPerSecond: __, ...measures } = row!.measures;
    return { ...row, measures };
  });
}

describe('a bench of two methods and two seeds', { timeout: patience }, () => {
  const out = path.join(home, 'whole');
  let ended: Outcome;

  beforeAll(async () => {
    ended = await twoview('bench', config, '--out', out, '--json');
  }, patience);

  test('prints its table as JSON and nothing else, and leaves table, picture, report and ordinary runs', () => {
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual(readTable(out));
    for (const file of ['bench.yaml', 'table.md', 'table.svg', 'report.html', 'runs/byol/seed-1/report.html'])
      expect(existsSync(path.join(out, file)), file).toBe(true);
    const table = readTable(out);
    expect(table).toMatchObject({ complete: true, dataset: 'embedded', encoder: 'convnet' });
    expect(table.provenance).toMatchObject({
      devices: ['cpu'],
      threads: [1],
      command: `twoview bench ${config} --out ${out} --json`,
    });
    for (const row of table.rows)
      expect(row).toMatchObject({ done: [0, 1], verdicts: { 'too early': 2 }, failures: [] });
  });

  test('its means and deviations are those of the runs', () => {
    const { rows, untrained } = readTable(out);
    expect(rows.map(({ name }) => name).sort()).toEqual(['byol', 'simclr']);
    interface Measured {
      results: Record<string, number>;
    }
    for (const row of rows) {
      const last = [0, 1].map(
        (seed) => (read(path.join(seedDir(out, row.name, seed), 'results.json')) as Measured).results,
      );
      const extras = [0, 1].map(
        (seed) =>
          read(path.join(seedDir(out, row.name, seed), 'bench.json')) as {
            best: Measured;
            untrained: Record<string, number>;
          },
      );
      const check = (name: string, [a, b]: number[]): void => {
        const { mean, std } = row.measures[name]!;
        expect(mean, name).toBeCloseTo((a! + b!) / 2, 12);
        expect(std, name).toBeCloseTo(Math.abs(a! - b!) / Math.SQRT2, 12);
      };
      for (const name of ['knn', 'linear', 'h.effectiveRank', 'z.effectiveRank'])
        check(
          name,
          last.map((each) => each[name]!),
        );
      for (const name of ['knn', 'linear'])
        check(
          `${name}.best`,
          extras.map(({ best }) => best.results[name]!),
        );
      // The untrained encoder is the same for all methods, seed by seed.
      expect(untrained!.measures.knn!.values.map(({ value }) => value)).toEqual(
        extras.map((each) => each.untrained.knn),
      );
    }
    expect(readTable(out).notes).toEqual([]);
  });

  test('killed outright in the middle and called again, it ends with the same table; SIGINT saves in between', async () => {
    const again = path.join(home, 'killed');
    const first = start(['bench', config, '--out', again]);
    let over = false;
    void first.ended.then(() => {
      over = true;
    });
    const begun = seedDir(again, 'byol', 0);
    while (!over && !existsSync(path.join(begun, 'checkpoints', 'last'))) await setTimeout(5);
    first.child.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();

    const second = start(['bench', config, '--out', again]);
    const next = seedDir(again, 'simclr', 1);
    over = false;
    void second.ended.then(() => {
      over = true;
    });
    while (!over && !existsSync(path.join(next, 'checkpoints', 'last'))) await setTimeout(5);
    expect(readStatus(begun).state).toBe('done');
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    expect(readTable(again).complete).toBe(false);
    expect(['interrupted', 'done']).toContain(readStatus(next).state);

    const third = await twoview('bench', '--out', again); // what it leaves out is in bench.yaml
    expect(third).toMatchObject({ code: 0, stderr: '' });
    expect(third.stdout).toContain('2 methods x 2 seeds: 4 runs');
    expect(third.stdout).not.toContain('byol seed 0:');
    expect(timeless(readTable(again))).toEqual(timeless(readTable(out)));
  });

  test('a method that diverges is told in the table, and the rest is there', async () => {
    const bad = path.join(home, 'bad.yaml');
    const text = readFileSync(config, 'utf8').replace('[simclr, byol]', '[vicreg]');
    writeFileSync(
      bad,
      text.replace('seeds: [0, 1]', 'seeds: [0, 1], perMethod: { vicreg: { optimizer.learningRate: 1e9 } }'),
    );
    const before = readTable(out);
    const { code, stdout } = await twoview('bench', bad, '--out', out, '--jobs', '1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/vicreg seed 0: failed: /);
    const table = readTable(out);
    expect(table.rows.map(({ name }) => name)).toEqual([...before.rows.map(({ name }) => name), 'vicreg']);
    expect(table.rows[2]).toMatchObject({
      done: [],
      verdicts: { failed: 2 },
      measures: {},
      own: { 'optimizer.learningRate': 1e9 },
    });
    expect(table.rows[2]!.failures[0]!.reason).toMatch(/not finite|became|overflowed/);
    expect(timeless({ ...table, rows: table.rows.slice(0, 2) })).toEqual(timeless(before));
    expect(new Set(table.rows.map(({ hash }) => hash)).size).toBe(3);

    const rendered = await twoview('bench', '--table', out, '--json');
    expect(timeless(JSON.parse(rendered.stdout) as BenchTable)).toEqual(timeless(table));
  });

  test('another protocol in its folder is refused in one sentence that says what differs', async () => {
    const { code, stderr } = await twoview('bench', config, 'training.maxSteps=7', '--out', out);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `twoview: ${out} holds a bench of another protocol: for simclr, training.maxSteps is 6 there and 7 here; choose another folder with --out\n`,
    );
  });

  test.each([
    [['--methods', 'nothing'], /there is no method 'nothing'/],
    [['--seeds', '0,x'], /--seeds must be whole numbers/],
    [['method=byol'], /name methods by --methods/],
    [['--table', home], /is no bench/],
    [['--out', home], /holds something else than a bench/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await twoview('bench', '--out', path.join(home, 'new'), ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('the configuration of a run', () => {
  const shared = (text: object, overrides: string[] = []) => {
    const { file, perMethod } = parseProtocolFile(text, 'test');
    return { file, perMethod, overrides };
  };

  test('has a hash that is the same for all seeds, threads and devices, and another for another learning rate', () => {
    const of = (overrides: string[], seed = 0) => configHash(resolveRun(shared({}, overrides), 'simclr', seed, false));
    const hash = of([]);
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    expect(of([], 7)).toBe(hash);
    expect(of(['training.threads=3'])).toBe(hash);
    expect(of(['training.device=cpu'])).toBe(hash);
    expect(of(['optimizer.learningRate=0.031'])).not.toBe(hash);
    expect(of(['data.limit=100'])).not.toBe(hash);
    const stored = (folder: string) => of(['data={"name":"cifar10"}', `data.folder=${folder}`]);
    expect(stored('/a')).toBe(stored('/b'));
  });

  test('an optimiser by name is everyone’s, single fields are laid on the preset’s, and perMethod wins', () => {
    const preset = resolveRun(shared({}), 'simsiam', 0, false).optimizer;
    const fixed = shared({
      optimizer: { name: 'sgd', learningRate: 0.5 },
      bench: { perMethod: { byol: { optimizer: { momentum: 0.1 }, 'optimizer.nesterov': true } } },
    });
    const optimizers = ['simsiam', 'barlow', 'simclr'].map((method) => resolveRun(fixed, method, 0, false).optimizer);
    expect(optimizers[0]).toMatchObject({ name: 'sgd', learningRate: 0.5, momentum: 0.9, weightDecay: 4e-4 });
    expect(new Set(optimizers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(resolveRun(fixed, 'byol', 0, false).optimizer).toEqual({ ...optimizers[0], momentum: 0.1, nesterov: true });
    const laid = resolveRun(shared({}, ['optimizer.weightDecay=0.25']), 'simsiam', 0, false).optimizer;
    expect(laid).toEqual({ ...preset, weightDecay: 0.25 });
  });

  test('protocols are the same if their runs are, however they are written', () => {
    const protocol = (text: object, overrides: string[], methods: string[]): Protocol => ({
      ...shared(text, overrides),
      methods,
      seeds: [0],
    });
    const a = protocol({ training: { epochs: 5 } }, [], ['simclr']);
    expect(protocolDifference(a, protocol({}, ['training.epochs=5'], ['simclr', 'byol']), false)).toBeUndefined();
    const own = { bench: { perMethod: { byol: { 'optimizer.learningRate': 1 } } }, training: { epochs: 5 } };
    expect(protocolDifference(a, protocol(own, [], ['byol']), false)).toBeUndefined();
    expect(protocolDifference(a, protocol({}, ['training.epochs=6'], ['byol']), false)).toBe(
      'for simclr, training.epochs is 5 there and 6 here',
    );
    const [x, y] = ['simclr', 'simclr'].map((method, seed) => resolveRun(a, method, seed, false));
    expect(differences(x!, y!)).toEqual([]);
  });
});
