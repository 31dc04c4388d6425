// twoview metarl, from the outside: trains, is stopped and killed, goes on, tests, lists, and refuses.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type MetricsRow, RunFolder } from 'twoview/runs';
import { beforeAll, describe, expect, test } from 'vitest';
import { json, patience, start, temporaryFolder, twoview } from './setup.js';

const home = temporaryFolder();
const [reference, stopped, killed] = ['reference', 'stopped', 'killed'].map((name) => path.join(home, name)) as [
  string,
  string,
  string,
];

const settings = [
  ...['environment.trainTasks=6', 'environment.testTasks=3', 'agent.hidden=[16]', 'agent.encoderHidden=[16]'],
  ...['agent.batch=16', 'agent.metaBatch=4', 'agent.contextSize=8', 'agent.tcl.window=6', 'agent.latent=2'],
  ...['collection.initial=40', 'collection.tasks=3', 'collection.prior=40', 'collection.extra=40'],
  ...['training.iterations=4', 'training.gradientSteps=60', 'training.logEvery=5', 'training.threads=1'],
  ...['evaluation.everyIterations=1', 'evaluation.runs=1'],
];
const train = (out: string) => ['metarl', 'train', '--env', 'point-robot', ...settings, '--out', out];

interface Result {
  dir: string;
  status: string;
  page: string;
  algorithm: string;
  family: string;
  returns: { first: number; last: number; byTrajectory: number[] };
  readOut: Record<string, number>;
  environmentSteps: number;
  gradientSteps: number;
}

let result: Result;
beforeAll(async () => {
  result = await json<Result>(...train(reference), '--json');
}, patience);

/** What no two sessions have alike. */
const clocks = ['time', 'gradientStepsPerSecond', 'environmentStepsPerSecond', 'memory.resident', 'memory.buffers'];
const rowsOf = (dir: string) =>
  RunFolder.open(dir)
    .metrics()
    .rows.map((row: MetricsRow) => Object.fromEntries(Object.entries(row).filter(([name]) => !clocks.includes(name))));

/** The bytes of everything that training goes on from. */
function bytesOf(dir: string): [string, string][] {
  const last = path.join(dir, 'checkpoints', 'last');
  const files = (readdirSync(last, { recursive: true }) as string[]).filter((file) => file.endsWith('.safetensors'));
  return files.sort().map((file) => [file, readFileSync(path.join(last, file)).toString('base64')]);
}

const lastStep = (dir: string): number =>
  existsSync(path.join(dir, 'environment.json')) ? (RunFolder.open(dir).metrics().rows.at(-1)?.step ?? -1) : -1;

/** Starts the command and sends a signal once the run has a row of that step. */
async function signalled(signal: NodeJS.Signals, dir: string, step: number, args: string[]) {
  const { child, ended } = start(args);
  while (child.exitCode === null && lastStep(dir) < step) await setTimeout(3);
  child.kill(signal);
  return ended;
}

function expectSameEnd(dir: string): void {
  expect(bytesOf(dir)).toEqual(bytesOf(reference));
  expect(rowsOf(dir)).toEqual(rowsOf(reference));
}

describe('twoview metarl', { timeout: patience }, () => {
  test('train: one JSON object, results and a page in the folder', () => {
    expect(result).toMatchObject({ dir: reference, status: 'done', algorithm: 'tcl', family: 'point-robot' });
    expect(result).toMatchObject({ gradientSteps: 240, environmentSteps: 6 * 40 + 4 * 3 * 80 });
    expect(result.returns.byTrajectory).toHaveLength(3);
    const { first, last, byTrajectory } = result.returns;
    expect([first, last]).toEqual([byTrajectory[0], byTrajectory[2]]);
    // The page tests by the protocol and the seeds of the run's own meta-test.
    const tested = rowsOf(reference).findLast((row) => 'return.test' in row)!;
    expect(last).toBeCloseTo(tested['return.test'] as number, 12);
    expect(Object.keys(result.readOut)).toEqual(['x', 'y']);
    const page = readFileSync(result.page, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    for (const shown of ['point-robot', 'TCL', 'Test task 1', `twoview metarl resume ${reference}`])
      expect(page).toContain(shown);
    const written = JSON.parse(readFileSync(path.join(reference, 'results.json'), 'utf8')) as Result;
    expect(written.returns).toEqual(result.returns);
  });

  test('Ctrl-C ends it with 130 and the way on, and it goes on to the same bits', async () => {
    const { code, stdout, stderr } = await signalled('SIGINT', stopped, 70, train(stopped));
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    const [, step, dir] = /interrupted at gradient step (\d+); go on with: twoview metarl resume (.+)\n$/.exec(stdout)!;
    expect(dir).toBe(stopped);
    expect(RunFolder.open(stopped).status()).toMatchObject({ state: 'interrupted' });
    expect(RunFolder.open(stopped).checkpoints.find('last')!.step).toBe(Number(step));
    const resumed = await json<Result>('metarl', 'resume', stopped, '--json');
    expect(resumed).toMatchObject({ status: 'done', returns: result.returns, readOut: result.readOut });
    expectSameEnd(stopped);
  });

  test('killed outright twice, it goes on to the same bits; for people it says what it found', async () => {
    const first = await signalled('SIGKILL', killed, 25, train(killed));
    const second = await signalled('SIGKILL', killed, 130, ['metarl', 'resume', killed]);
    expect([first.code, second.code]).toEqual([null, null]);
    const { code, stdout, stderr } = await twoview('metarl', 'resume', killed);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^tcl on point-robot: 6 training and 3 test tasks, going on from gradient step \d+, in /);
    expect(stdout).toMatch(/\ntest tasks +-[\d.]+ +-[\d.]+ +-[\d.]+\s*\n/);
    expect(stdout).toMatch(/\nx read out of the posterior mean, on test tasks: R\^2 -?[\d.]+\n/);
    expect(stdout).toMatch(/\n1,200 environment steps, 240 gradient steps in /);
    expectSameEnd(killed);
  });

  test('evaluate: by the run’s own protocol, with the prior beside it, and of other checkpoints', async () => {
    interface Evaluated {
      step: number;
      runs: number;
      returns: { name: string; first: number; last: number }[];
      page: string;
    }
    const said = await json<Evaluated>('metarl', 'evaluate', reference, '--prior', '--json');
    expect(said).toMatchObject({ step: 240, runs: 1, page: result.page });
    expect(said.returns.map(({ name }) => name)).toEqual([
      'test tasks',
      'training tasks',
      'test tasks, z from the prior',
    ]);
    const [tested, , prior] = said.returns;
    expect([tested!.first, tested!.last]).toEqual([result.returns.first, result.returns.last]);
    expect(prior!.first).toBe(tested!.first);
    expect(prior!.last).not.toBe(tested!.last);
    const { code, stdout } = await twoview('metarl', 'evaluate', reference, '--checkpoint', 'best', '--seed', '7');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^mean return +trajectory 1 +trajectory 2 +trajectory 3 +success\s*\n/);
    expect(readFileSync(result.page, 'utf8')).not.toContain('seed 7'); // the seed of the test is not the run's
  });

  test('compare: runs that differ in their seed alone are one arm, others are named by what sets them apart', async () => {
    const copy = (name: string, ...changes: [from: string, to: string][]) => {
      const dir = path.join(home, name);
      cpSync(reference, dir, { recursive: true });
      const file = path.join(dir, 'config.yaml');
      let text = readFileSync(file, 'utf8');
      for (const [from, to] of changes) {
        expect(text).toContain(from);
        text = text.replace(from, to);
      }
      writeFileSync(file, text);
      return dir;
    };
    const dirs = [
      reference,
      copy('other-seed', ['  seed: 0', '  seed: 5']),
      copy('encoder-keys', ['key: head', 'key: encoder']),
      copy('pearl', ['algorithm: tcl', 'algorithm: pearl'], ['enabled: true', 'enabled: false']),
    ];
    interface Compared {
      page: string;
      runs: { run: string; arm: string; tests: number; test: number; environmentSteps: number }[];
    }
    const out = path.join(home, 'comparison.html');
    const { page, runs } = await json<Compared>('metarl', 'compare', ...dirs, '--out', out, '--json');
    expect(runs.map(({ run, arm }) => [run, arm])).toEqual([
      ['reference', 'TCL'],
      ['other-seed', 'TCL'],
      ['encoder-keys', 'TCL, agent.tcl.key=encoder'],
      ['pearl', 'PEARL'],
    ]);
    expect(runs[0]).toMatchObject({ tests: 5, environmentSteps: 1200, test: result.returns.last });
    const html = readFileSync(page, 'utf8');
    for (const text of ['TCL, 2 seeds', 'TCL, agent.tcl.key=encoder', 'Areas under the curves'])
      expect(html).toContain(text);
  });

  test('families, as a table and as JSON', async () => {
    const [all, { stdout }] = await Promise.all([
      json<{ name: string; trainTasks: number; testTasks: number }[]>('metarl', 'families', '--json'),
      twoview('metarl', 'families'),
    ]);
    expect(all.find(({ name }) => name === 'half-cheetah-vel')).toMatchObject({ trainTasks: 100, testTasks: 30 });
    for (const { name } of all) expect(stdout).toContain(name);
  });

  test('--schema and --help say every setting', async () => {
    const [schema, { stdout, code }] = await Promise.all([
      json<{ properties: Record<string, unknown> }>('metarl', 'train', '--schema'),
      twoview('metarl', 'train', '--help'),
    ]);
    expect(code).toBe(0);
    const parts = ['agent', 'algorithm', 'collection', 'environment', 'evaluation', 'training'];
    expect(Object.keys(schema.properties).sort()).toEqual(parts);
    for (const setting of ['agent.tcl.similarity', 'collection.posterior', 'evaluation.runs', 'training.workers'])
      expect(stdout).toContain(setting);
    expect(stdout).toContain('half-cheetah-vel');
  });

  const out = path.join(home, 'refused');
  test.concurrent.each<[string[], RegExp]>([
    [['train', '--env', 'ant-moon', '--out', out], /ant-moon.*half-cheetah-vel/],
    [['train', '--algorithm', 'maml', '--out', out], /there is no algorithm 'maml'; there are pearl and tcl/],
    [['train', 'agent.speed=3', '--out', out], /agent has no 'speed'/],
    [['train', 'agent.metaBatch=1', '--out', out], /metaBatch 1/],
    [['train', 'environment.trainTasks=5', '--env', 'ant-fwd-back', '--out', out], /ant-fwd-back/],
    [['evaluate', reference, '--runs', 'few'], /--runs must be a whole number of at least 1, not 'few'/],
  ])('%j is refused with one sentence and exit code 2', async (args, sentence) => {
    const { code, stdout, stderr } = await twoview('metarl', ...args);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n').length).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  test.concurrent.each<[string[], RegExp]>([
    [['evaluate', reference, '--checkpoint', 'first'], /has no checkpoint first; it has /],
    [['compare', reference, home], /twoview-cli-.*is no run|is not a run|no run/],
  ])('%j cannot be done: one sentence and exit code 1', async (args, sentence) => {
    const { code, stdout, stderr } = await twoview('metarl', ...args);
    expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n').length).toBe(1);
  });
});
