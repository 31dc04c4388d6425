// twoview reproduce: the list, one claim, wrong usage, and an interruption that keeps what is finished.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { json, patience, start, temporaryFolder, twoview } from './setup.js';

describe('twoview reproduce', { timeout: patience }, () => {
  test('--list --json prints one array of claims', async () => {
    const claims = await json<Record<string, unknown>[]>('reproduce', '--list', '--json');
    expect(claims.length).toBeGreaterThanOrEqual(13);
    for (const claim of claims) {
      expect(claim).toMatchObject({ paper: expect.any(String), claim: expect.any(String), source: expect.any(String) });
      expect(claim.expected).toEqual(expect.any(String));
      expect(claim.scales).toEqual(expect.arrayContaining([expect.stringMatching(/^(minutes|paper)$/)]));
    }
    const { stdout, code } = await twoview('reproduce', '--list');
    expect(code).toBe(0);
    expect(stdout).toContain('feature-decorrelation E1: ');
  });

  test('one claim with --json prints one object with its numbers, thresholds and seeds, and leaves a report', async () => {
    const out = path.join(temporaryFolder(), 'out');
    const outcome = await json('reproduce', 'feature-decorrelation', '--claim', 'E13', '--out', out, '--json');
    expect(outcome).toMatchObject({
      paper: 'feature-decorrelation',
      claim: 'E13',
      status: 'pass',
      seconds: expect.any(Number),
      seeds: [0, 1, 2],
      measured: { '(ii) gradient, relative error against central differences': expect.any(Number) },
      threshold: { '(ii) gradient, relative error against central differences': '<= 0.00001' },
    });
    const written = JSON.parse(readFileSync(path.join(out, 'claims.json'), 'utf8'));
    expect(written.claims).toHaveLength(1);
    expect(written.environment.node).toBe(process.versions.node);
    expect(readFileSync(path.join(out, 'report.html'), 'utf8')).toContain('1 holds');
  });

  test('a claim of another scale is not run, says why, and that is no failure of the command', async () => {
    const out = temporaryFolder();
    const outcome = await json<{ status: string; reason: string }>(
      ...['reproduce', 'feature-decorrelation', '--claim', 'E1', '--scale', 'paper', '--out', out, '--json'],
    );
    expect(outcome).toMatchObject({ status: 'notRun', reason: 'it is measured at scale minutes alone', seeds: [] });
  });

  test.each([
    [['reproduce'], /name a paper, or see them all with twoview reproduce --list/],
    [['reproduce', 'nothing'], /there is no paper nothing to reproduce; there is .*feature-decorrelation/],
    [['reproduce', 'feature-decorrelation', '--claim', 'E99'], /--claim: feature-decorrelation has E1, .*, not E99/],
    [['reproduce', 'feature-decorrelation', '--scale', 'hours'], /--scale must be minutes or paper, not hours/],
    [['reproduce', 'feature-decorrelation', '--seeds', '0,x'], /--seeds must be different whole numbers .*, not 0,x/],
    [['reproduce', 'feature-decorrelation', '--device', 'tpu'], /--device must be auto, cpu, cuda or cuda:N, not tpu/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await twoview(...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('what cannot be written is one sentence and exit code 1', async () => {
    const file = path.join(temporaryFolder(), 'file');
    const { code, stderr } = await twoview(
      'reproduce',
      'feature-decorrelation',
      '--claim',
      'E13',
      '--out',
      '/dev/null/x',
    );
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
  });

  test('a signal stops it within a step, with exit code 130', async () => {
    const out = temporaryFolder();
    const { child, ended } = start(['reproduce', 'feature-decorrelation', '--claim', 'E3', '--out', out]);
    await new Promise<void>((resolve) => child.stdout!.on('data', (text: string) => /toy/.test(text) && resolve()));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(stdout).toContain('stopping; what is finished is kept');
    expect(stderr).toBe('twoview: interrupted; the same command goes on with the experiments that are left\n');
    expect(code).toBe(130);
    expect(readdirSync(out)).not.toContain('claims.json');
  });
});
