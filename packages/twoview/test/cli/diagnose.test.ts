// twoview diagnose, from the outside: a run, bare weights with a folder of images, and wrong usage.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { embedded, patience, small, temporaryFolder, twoview, writeImages } from './setup.js';

const folder = temporaryFolder();
const run = path.join(folder, 'run');

beforeAll(async () => {
  const { code, stderr } = await twoview(
    'train',
    '--method',
    'byol',
    '--predictor',
    'identity',
    ...small,
    ...embedded,
    '--out',
    run,
    '--json',
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
}, patience);

describe('a run that collapses while it trains', { timeout: patience }, () => {
  test('is warned of in the log with its cause, and judged at the end', async () => {
    const dir = path.join(folder, 'collapsed');
    const slots = ['--method', 'siamese', '--objective', 'cosine', 'optimizer.learningRate=0.2'];
    const length = ['data.limit=240', 'data.testLimit=100', 'training.epochs=5', 'training.logEvery=5'];
    const { code, stdout } = await twoview('train', ...slots, ...small, ...length, '--out', dir);
    expect(code).toBe(0);
    const log = readFileSync(path.join(dir, 'log.txt'), 'utf8');
    expect(log).toMatch(
      /step \d+: warning of complete collapse: .*; probable cause: .*; change method\.target=stopGradient/,
    );
    const results = JSON.parse(readFileSync(path.join(dir, 'results.json'), 'utf8')) as {
      verdict: { verdict: string };
      features: { verdict: string };
      causes: { slot: string }[];
    };
    expect(results.verdict.verdict).toBe('complete collapse');
    expect(results.causes[0]!.slot).toBe('target');
    expect(stdout).toMatch(/verdict: z complete collapse, h /);
    expect(stdout).toMatch(/cause: .*change method\.target=stopGradient/);
  });
});

describe('twoview diagnose', { timeout: patience }, () => {
  test('a run: verdicts, evidence, causes as commands, and the page', async () => {
    const { code, stdout, stderr } = await twoview('diagnose', run, '--fast');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^z: too early\./);
    expect(stdout).toMatch(/\nh: too early\./);
    expect(stdout).toMatch(/participation ratio +[\d.]+/);
    expect(stdout).toContain(`twoview train ${path.join(run, 'config.yaml')} method.predictor=mlp`);
    expect(stdout).toContain(`page: ${path.join(run, 'diagnosis.html')}`);
    expect(readFileSync(path.join(run, 'diagnosis.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  test('bare weights with a folder of images: one JSON object', async () => {
    const images = path.join(folder, 'images');
    await writeImages(images, 8);
    const weights = path.join(run, 'checkpoints', 'last', 'weights.safetensors');
    const page = path.join(folder, 'page.html');
    const { code, stdout } = await twoview('diagnose', weights, '--images', images, '--fast', '--json', '--out', page);
    expect(code).toBe(0);
    const diagnosis = JSON.parse(stdout) as Record<string, unknown>;
    expect(diagnosis).toMatchObject({ target: weights, page, step: null, z: null, causes: [] });
    expect(diagnosis).toMatchObject({ h: { verdict: { layer: 'h' }, measures: { images: 8, dimension: 8 } } });
    expect(existsSync(page)).toBe(true);
  });

  test.each([
    [['diagnose', path.join(folder, 'nothing')], /there is no run or weights file/],
    [['diagnose', run, '--dataset', 'embedded', '--images', folder], /--dataset or --images, not both/],
    [['diagnose', run, 'encoder.stem=stl'], /the run has its own configuration/],
    [['diagnose', path.join(run, 'config.yaml')], /weights come without images/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await twoview(...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
