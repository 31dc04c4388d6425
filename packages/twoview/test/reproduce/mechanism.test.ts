// The mechanism: shared experiments are computed once, kept on disk, and go on after an interruption; verdicts are written down.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type ClaimOutcome,
  ExperimentStore,
  experimentKey,
  featureDecorrelation,
  findPaper,
  InterruptedError,
  listClaims,
  papers,
  type ReproduceOptions,
  type ReproduceProgress,
  reproduce,
} from 'twoview/reproduce';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countingPaper } from './paper.js';

let out: string;
beforeEach(() => {
  out = mkdtempSync(path.join(os.tmpdir(), 'twoview-reproduce-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const options = (more: Partial<ReproduceOptions> = {}): ReproduceOptions => ({
  scale: 'minutes',
  seeds: [0, 1],
  dataFolder: 'data',
  device: 'cpu',
  command: 'twoview reproduce made-up',
  environment: { node: '20' },
  out,
  ...more,
});

const all = { a: 1, b: 2, c: 3 };

describe('experiments', () => {
  test('are computed once for all claims that rest on them', async () => {
    const { paper, computed } = countingPaper(all);
    const { outcomes } = await reproduce(paper, options());
    expect(computed).toEqual(['a 0', 'a 1', 'b 0', 'b 1', 'c 0', 'c 1']);
    expect(outcomes.map(({ status }) => status)).toEqual(['pass', 'pass', 'notRun']);
  });

  test('are not computed again by a second call, and give it the same numbers', async () => {
    const first = countingPaper(all);
    const { outcomes } = await reproduce(first.paper, options());
    const second = countingPaper({ a: 9, b: 9, c: 9 });
    const again = await reproduce(second.paper, options());
    expect(second.computed).toEqual([]);
    expect(again.outcomes.map(({ measured }) => measured)).toEqual(outcomes.map(({ measured }) => measured));
  });

  test('go on where an interrupted call left off', async () => {
    const first = countingPaper(all);
    let asked = 0;
    const shouldStop = (): boolean => first.computed.length === 3 && ++asked > 0;
    await expect(reproduce(first.paper, options({ shouldStop }))).rejects.toThrow(InterruptedError);
    expect(readdirSync(path.join(out, 'experiments'))).toHaveLength(3);
    const second = countingPaper(all);
    const { outcomes } = await reproduce(second.paper, options());
    expect(second.computed).toEqual(['b 1', 'c 0', 'c 1']);
    expect(outcomes[0]!.status).toBe('pass');
  });

  test('are computed again where their file was damaged', async () => {
    const first = countingPaper(all);
    await reproduce(first.paper, options({ claim: 'C1' }));
    const folder = path.join(out, 'experiments');
    const [file] = readdirSync(folder).filter((name) => name.startsWith('a-0'));
    writeFileSync(path.join(folder, file!), '{ "experiment": "a 0", "res');
    const second = countingPaper(all);
    await reproduce(second.paper, options({ claim: 'C1' }));
    expect(second.computed).toEqual(['a 0']);
  });

  test('are told apart by any setting, not by the order of keys', () => {
    const key = (settings: unknown): string => experimentKey({ name: 'x', settings });
    expect(key({ a: 1, b: { c: 2, d: [3] } })).toBe(key({ b: { d: [3], c: 2 }, a: 1 }));
    const others = [{ a: 1, b: { c: 2, d: [4] } }, { a: 2, b: { c: 2, d: [3] } }, { a: 1 }, null];
    expect(new Set([...others, { a: 1, b: { c: 2, d: [3] } }].map(key)).size).toBe(5);
    expect(experimentKey({ name: 'y', settings: null })).not.toBe(key(null));
  });

  test('keep NaN and infinities on disk', () => {
    const experiment = { name: 'odd', settings: 1, cost: 1, run: async () => null as unknown };
    const result = { values: [Number.NaN, Number.NEGATIVE_INFINITY, 0.1], text: 'NaN is spelled so' };
    new ExperimentStore(out).save(experiment, { seconds: 2, result });
    expect(new ExperimentStore(out).find(experiment)).toEqual({ seconds: 2, result });
  });
});

describe('claims', () => {
  test('that do not come out are reported as failed, with the number that misses and its threshold', async () => {
    const { paper } = countingPaper({ a: 1, b: 0.5, c: 3 });
    const { outcomes } = await reproduce(paper, options());
    const [first, second] = outcomes as [ClaimOutcome, ClaimOutcome];
    expect([first.status, second.status]).toEqual(['fail', 'fail']);
    expect(first.measured).toEqual({ 'a 0': 1, 'a 1': 1, 'b 0': 0.5, 'b 1': 0.5 });
    expect(first.threshold['b 0']).toBe('>= 1');
    expect(first.failed).toEqual(['b 0', 'b 1']);
    expect(first.reason).toBe('b 0 is 0.5, not >= 1; b 1 is 0.5, not >= 1');
  });

  test('whose number is NaN fail', async () => {
    const { paper } = countingPaper({ ...all, a: Number.NaN });
    const { outcomes } = await reproduce(paper, options());
    expect(outcomes.map(({ status }) => status)).toEqual(['fail', 'pass', 'notRun']);
  });

  test('of another scale are not run, and say so', async () => {
    const { paper, computed } = countingPaper(all);
    const { outcomes } = await reproduce(paper, options({ scale: 'paper' }));
    expect(outcomes.map(({ status }) => status)).toEqual(['notRun', 'notRun', 'pass']);
    expect(outcomes[0]!.reason).toBe('it is measured at scale minutes alone');
    expect(outcomes[0]!.seeds).toEqual([]);
    expect(computed).toEqual(['c 0', 'c 1']);
  });

  test('are written to claims.json and drawn, one of them alone where it was asked for', async () => {
    const { paper, computed, reports } = countingPaper(all);
    const { claims, report } = await reproduce(paper, options({ claim: 'C2' }));
    expect(computed).toEqual(['b 0', 'b 1', 'c 0', 'c 1']);
    const written = JSON.parse(readFileSync(claims, 'utf8'));
    expect(written).toMatchObject({ paper: 'made-up', scale: 'minutes', seeds: [0, 1], environment: { node: '20' } });
    expect(written.claims).toHaveLength(1);
    expect(written.tables).toEqual([{ caption: 't', head: ['x'], rows: [] }]);
    expect(written.claims[0]).toMatchObject({ paper: 'made-up', claim: 'C2', status: 'pass', seeds: [0, 1] });
    expect(written.claims[0].seconds).toBeGreaterThanOrEqual(0);
    expect(readFileSync(report, 'utf8')).toContain('made up');
    expect(reports[0]!.outcomes).toHaveLength(1);
    await expect(reproduce(paper, options({ claim: 'C9' }))).rejects.toThrow(
      'made-up has no claim C9; it has C1, C2, C3',
    );
  });

  test('report how far they are', async () => {
    const { paper } = countingPaper(all);
    const seen: ReproduceProgress[] = [];
    await reproduce(paper, options({ onProgress: (progress) => seen.push(progress) }));
    expect(seen.map(({ share }) => share)).toEqual([...seen.map(({ share }) => share)].sort((a, b) => a - b));
    expect(seen[0]).toMatchObject({
      experiment: 'a 0',
      finished: 0,
      total: 6,
      share: 0,
      secondsLeft: Number.POSITIVE_INFINITY,
    });
    expect(seen.at(-1)).toMatchObject({ experiment: 'c 1', finished: 5, total: 6 });
    expect(seen.at(-1)!.share).toBeCloseTo(55 / 60);
  });
});

describe('the list of papers', () => {
  test('has every claim once, with what it expects', () => {
    const listed = listClaims();
    expect(listed.length).toBe(papers.reduce((sum, { claims }) => sum + claims.length, 0));
    expect(new Set(listed.map(({ paper, claim }) => `${paper} ${claim}`)).size).toBe(listed.length);
    for (const { statement, source, expected, scales } of listed) {
      expect(statement).toMatch(/\.$/);
      expect(source.length).toBeGreaterThan(5);
      expect(expected.length).toBeGreaterThan(10);
      expect(scales.length).toBeGreaterThan(0);
    }
    expect(findPaper('feature-decorrelation')).toBe(featureDecorrelation);
    expect(() => findPaper('x')).toThrow(/there is no paper x to reproduce; there is .*feature-decorrelation/);
  });
});
