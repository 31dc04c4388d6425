// twoview theory hltm, as a user calls it, on a very small tree.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { json, patience, temporaryFolder, twoview } from './setup.js';

const command = ['theory', 'hltm', 'depth=2', 'samplesPerEpoch=1280', 'epochs=2'];

describe('twoview theory hltm', { timeout: patience }, () => {
  test('prints correlations before and after beside the bound, and draws a report', async () => {
    const out = path.join(temporaryFolder(), 'theory');
    const { stdout, code } = await twoview(...command, 'hidden=[2,4]', 'covarianceSamples=200', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\|correlation\| +root +level 1 +sum of leaves +Bayes/);
    for (const row of ['hidden 2, untrained', 'hidden 2, epoch 2', 'hidden 4, untrained', 'hidden 4, epoch 2'])
      expect(stdout).toMatch(new RegExp(`${row} +0\\.\\d{3} +0\\.\\d{3}`));
    expect(stdout).toMatch(/hidden 4: the root correlates by 0\.\d+/);
    const page = readFileSync(path.join(out, 'report.html'), 'utf8');
    for (const text of ['Covariance operator, hidden 2', 'Setting by setting', 'npx twoview theory hltm'])
      expect(page).toContain(text);
  });

  test('gives every run of a sweep as JSON', async () => {
    const { cells } = await json<{
      cells: { label: string; runs: { seed: number; depth: number }[]; results: { epochs: unknown[] }[] }[];
    }>(...command, 'seeds=[3,4]', 'polarity.low=[0.7,0.9]', '--json');
    expect(cells.map(({ label }) => label)).toEqual(['polarity.low 0.7', 'polarity.low 0.9']);
    for (const { runs, results } of cells) {
      expect(runs.map(({ seed }) => seed)).toEqual([3, 4]);
      expect(results.map(({ epochs }) => epochs.length)).toEqual([3, 3]);
    }
  });

  test.each([
    ['hidden=0', /hidden/],
    ['loss=hinge', /loss/],
    ['depth=[3,17]', /depth/],
    ['batchSize=99999', /batchSize/],
    ['children=60', /more than 65536|depth/],
  ])('refuses %s in one sentence', async (setting, message) => {
    const { code, stderr } = await twoview('theory', 'hltm', 'depth=4', setting);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
