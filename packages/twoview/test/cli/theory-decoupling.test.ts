// twoview theory decoupling, as a user calls it, on a very small model.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { json, patience, temporaryFolder, twoview } from './setup.js';

const tiny = [
  'data.atoms=4',
  'data.dimension=60',
  'network.neurons=6',
  'training.batchSize=64',
  'schedule.secondSteps=20',
  'schedule.thirdSteps=10',
  'evaluation.labels=60',
  'evaluation.tests=60',
];
const command = ['theory', 'decoupling', ...tiny];

describe('twoview theory decoupling', { timeout: patience }, () => {
  test('trains each kind of views with each seed, as JSON', async () => {
    const { runs, findings } = await json<{
      runs: {
        label: string;
        settings: { kind: string; seed: number };
        run: { outcome: string; snapshots: unknown[] };
      }[];
      findings: string[];
    }>(...command, 'arms=["complementary","noise"]', 'seeds=[0,3]', '--json');
    expect(runs.map(({ settings }) => [settings.kind, settings.seed])).toEqual([
      ['complementary', 0],
      ['complementary', 3],
      ['noise', 0],
      ['noise', 3],
    ]);
    for (const { run } of runs) expect(run).toMatchObject({ outcome: 'done', snapshots: { length: 4 } });
    expect(findings[0]).toMatch(
      /complementary, seed 0: in Phase I the signal grows by 0\.093 and the noise by -0\.007/,
    );
  });

  test('prints a table for each arm, and draws a report', async () => {
    const out = path.join(temporaryFolder(), 'theory');
    const { stdout, code } = await twoview(...command, '--report', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/complementary\n +loss +frac_M +maxcos/);
    expect(stdout).toMatch(/none\n +loss/);
    expect(stdout).toMatch(/T1 \(step \d+\)/);
    const page = readFileSync(path.join(out, 'report.html'), 'utf8');
    expect(page).toContain('none: end of Phase II');
    expect(page).toContain('npx twoview theory decoupling');
    expect(existsSync(out)).toBe(true);
  });

  test('says so where the thresholds silence all neurons', async () => {
    const { stdout } = await twoview(...command, 'arms=["complementary"]', 'schedule.rho=1');
    expect(stdout).toMatch(/complementary: No neuron is active at the end of Phase II/);
  });

  test.each([
    ['data.atoms=400', /data\.atoms/],
    ['arms=["masks"]', /arms/],
  ])('%s is wrong usage', async (setting, message) => {
    const { stderr, code } = await twoview('theory', 'decoupling', setting);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
