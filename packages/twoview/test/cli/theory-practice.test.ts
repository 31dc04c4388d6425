// twoview theory practice, as a user calls it: on a run, and on a linear network.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { embedded, json, patience, small, temporaryFolder, twoview } from './setup.js';

const trained = async (...overrides: string[]): Promise<string> => {
  const run = path.join(temporaryFolder(), 'run');
  await json(
    'train',
    ...small,
    ...embedded,
    'training.epochs=4',
    'training.logEvery=1',
    ...overrides,
    '--out',
    run,
    '--json',
  );
  return run;
};

describe('twoview theory practice', { timeout: patience }, () => {
  test('lays the theory over a finished run, as numbers, as sentences, and in the report of the run', async () => {
    const run = await trained('method=byol', 'method.predictor=linear');
    const found = await json<{ law: string; steps: number[]; p: { measured: number[][] } }>(
      'theory',
      'practice',
      run,
      '--json',
    );
    expect(found.law).toBe('gradient flow');
    expect(found.steps).toHaveLength(12);
    expect(found.p.measured.every((modes) => modes.length === 6)).toBe(true);

    const { stdout, code } = await twoview('theory', 'practice', run, '--report', '--out', path.join(run, 'theory'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/mode +p measured +p predicted +s measured/);
    expect(stdout).toMatch(/The gradient flow of the predictor \(eq\. 11\).* is off by [\d.]+ %/);
    expect(existsSync(path.join(run, 'theory', 'report.html'))).toBe(true);
    expect(readFileSync(path.join(run, 'report.html'), 'utf8')).toContain('Theory and practice');
  });

  test('says why there is nothing to compare, in the report too', async () => {
    const run = await trained('method=simsiam', 'method.projector.size=6');
    const { stderr, code } = await twoview('theory', 'practice', run);
    expect(code).toBe(1);
    expect(stderr).toMatch(/has nothing to compare: the predictor is no matrix/);
    expect(readFileSync(path.join(run, 'report.html'), 'utf8')).toContain('the predictor is no matrix');
  });

  test('trains a linear network beside its theory', async () => {
    const found = await json<{ agreement: { agrees: boolean }; measured: { s: number[][] } }>(
      ...['theory', 'practice', 'steps=300', 'inputs=3', 'modes=[{"p":0.5,"s":0.3},{"p":0.2,"s":0.1}]', '--json'],
    );
    expect(found.agreement.agrees).toBe(true);
    expect(found.measured.s.at(-1)).toHaveLength(2);
  });

  test.each([
    [['steps=0'], /theory practice: steps: .*16/],
    [['speed=3'], /theory practice: .*has no 'speed'/],
    [['inputs=3'], /theory practice: inputs: must be as many as there are modes/],
    [['target=ema', 'beta=20', 'learningRate=1'], /theory practice: beta: times learningRate is more than 1/],
    [['nowhere'], /there is no run nowhere/],
  ])('refuses %s in one sentence', async (args, message) => {
    const { code, stderr, stdout } = await twoview('theory', 'practice', ...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
