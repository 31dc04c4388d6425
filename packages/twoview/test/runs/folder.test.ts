import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { RunFolder } from '../../src/runs/folder.js';
import { dieAt, temporaryFolder, withoutFlushing } from './helpers.js';

vi.setConfig({ testTimeout: 30_000 }); // starts processes, on a busy machine
withoutFlushing();
const root = temporaryFolder();
const dir = () => join(root(), 'run');
const start = { config: { method: 'simsiam', training: { epochs: 2 } }, environment: { node: '20', threads: 2 } };

describe('a new run', () => {
  it('explains itself: configuration, environment, metrics, log, heartbeat', () => {
    const run = RunFolder.create(dir(), start);
    run.record({ step: 1, loss: 0.5, verdict: 'healthy', 'z.spectrum': [1, 0.5] });
    run.log('first step');
    run.beat(1, 10);
    expect(run.status()).toMatchObject({ state: 'running', heartbeat: { pid: process.pid, host: hostname() } });
    run.finish('done');

    expect(readFileSync(join(dir(), 'config.yaml'), 'utf8')).toBe('method: simsiam\ntraining:\n  epochs: 2\n');
    const read = RunFolder.open(dir());
    expect(read.config()).toEqual(start.config);
    expect(read.environment()).toEqual({ format: 'twoview.run/1', ...start.environment });
    expect(read.metrics().rows).toHaveLength(1);
    expect(readFileSync(join(dir(), 'log.txt'), 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT.*Z first step\n$/);
    expect(read.status()).toMatchObject({ state: 'done', heartbeat: { step: 1, totalSteps: 10 } });
    expect(readdirSync(dir()).some((name) => name.startsWith('events.out.tfevents.'))).toBe(true);
  });

  it('refuses a folder that holds something else, and touches nothing in it, even with force', () => {
    mkdirSync(dir());
    writeFileSync(join(dir(), 'config.yaml'), 'mine');
    for (const force of [false, true]) {
      expect(() => RunFolder.create(dir(), { ...start, force })).toThrow(
        /is not empty and is not a run \(it holds config\.yaml\): choose a new folder/,
      );
    }
    expect(readdirSync(dir())).toEqual(['config.yaml']);
    expect(readFileSync(join(dir(), 'config.yaml'), 'utf8')).toBe('mine');
  });

  it('refuses a folder with a run, unless told to start over; then only the run is deleted', async () => {
    const run = RunFolder.create(dir(), start);
    run.record({ step: 1 });
    await run.saveCheckpoint('last', { step: 1 }, () => {});
    run.finish('done');
    writeFileSync(join(dir(), 'notes.md'), 'keep me');
    expect(() => RunFolder.create(dir(), start)).toThrow('already holds a run: resume it, choose another folder, or');
    const again = RunFolder.create(dir(), { ...start, force: true });
    expect(again.metrics().rows).toEqual([]);
    expect(again.checkpoints.list()).toEqual([]);
    expect(readFileSync(join(dir(), 'notes.md'), 'utf8')).toBe('keep me');
    again.finish('done');
  });

  it('can be created again after dying at any point of its creation', async () => {
    for (let n = 1; ; n += 1) {
      const path = join(root(), String(n));
      const died = await dieAt(n, () => RunFolder.create(path, start));
      // The lock of a dead process is free; here the dead one and the living share a process, so take its lock away.
      if (died) writeLock(path, { released: true });
      if (!died) break;
      RunFolder.create(path, { ...start, force: true }).finish('done');
      expect(RunFolder.open(path).config()).toEqual(start.config);
    }
  });

  it('says what is wrong with a folder that is no run', () => {
    expect(() => RunFolder.open(dir())).toThrow('is not a run folder: it has no environment.json');
  });
});

describe('going on', () => {
  it('forgets what came after the checkpoint, in metrics and in TensorBoard, and notes the new environment', async () => {
    const run = RunFolder.create(dir(), start);
    for (let step = 1; step <= 5; step += 1) {
      run.record({ step, loss: step });
      if (step === 3) await run.saveCheckpoint('last', { step, epoch: 1 }, (d) => writeFileSync(join(d, 'w'), 'w'));
    }
    run.finish('interrupted', 'SIGINT');
    expect(RunFolder.open(dir()).status()).toMatchObject({ state: 'interrupted', heartbeat: { reason: 'SIGINT' } });

    const again = RunFolder.open(dir(), { mode: 'write' });
    const { checkpoint } = again.checkpoints.latest();
    again.rewind(checkpoint!.step);
    again.recordResume({ node: '22' });
    again.record({ step: 4, loss: 40 });
    again.finish('done');
    expect(again.metrics().rows.map((row) => row.loss)).toEqual([1, 2, 3, 40]);
    expect(again.environment().resumed).toEqual([{ node: '22' }]);
    expect(readdirSync(dir()).filter((name) => name.startsWith('events.'))).toHaveLength(2);
  });

  it('cannot be done with a folder opened for reading', () => {
    RunFolder.create(dir(), start).finish('done');
    const read = RunFolder.open(dir());
    expect(() => read.record({ step: 1 })).toThrow("open for reading only: open it with mode 'write'");
    expect(() => read.beat(1, 1)).toThrow('reading only');
  });
});

describe('one writer', () => {
  it('keeps a second one out until the first has finished', () => {
    const run = RunFolder.create(dir(), start);
    const message = new RegExp(`in use by process ${process.pid} on .*: wait for it to end or stop it`);
    expect(() => RunFolder.open(dir(), { mode: 'write' })).toThrow(message);
    expect(() => RunFolder.create(dir(), { ...start, force: true })).toThrow(message);
    expect(RunFolder.open(dir()).config()).toEqual(start.config);
    run.finish('done');
    RunFolder.open(dir(), { mode: 'write' }).finish('done');
  });

  it('does not mistake a reused process number for the process that died', () => {
    RunFolder.create(dir(), start);
    writeLock(dir(), { pid: process.pid, host: hostname(), started: 'another boot/1' });
    RunFolder.open(dir(), { mode: 'write' }).finish('done');
  });

  it('waits five minutes for a sign of life from another machine', () => {
    RunFolder.create(dir(), start);
    writeLock(dir(), { pid: 1, host: 'elsewhere' });
    expect(() => RunFolder.open(dir(), { mode: 'write' })).toThrow('process 1 on elsewhere');
    const path = join(dir(), 'heartbeat.json');
    const old = { ...JSON.parse(readFileSync(path, 'utf8')), host: 'elsewhere', updated: '2020-01-01T00:00:00Z' };
    writeFileSync(path, JSON.stringify(old));
    expect(RunFolder.open(dir()).status().state).toBe('lost');
    RunFolder.open(dir(), { mode: 'write' }).finish('done');
  });

  it('is the only one when many processes take over a dead one at once', async () => {
    const program = `
      import { RunFolder } from 'twoview/runs';
      try {
        RunFolder.open(process.argv[1], { mode: 'write' });
        console.log('writer');
      } catch (error) { console.log(/in use by process/.test(error.message) ? 'kept out' : error.stack); }
      // Lives until all have tried: a writer that is gone would rightly be followed by another.
      process.stdin.resume();`;
    RunFolder.create(dir(), start);
    writeLock(dir(), { pid: process.pid, host: hostname(), started: 'another boot/1' });
    const children = Array.from({ length: 6 }, () => spawnNode(program));
    const results = await Promise.all(children.map((child) => firstOutput(child)));
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))));
    expect(results.sort()).toEqual(['kept out', 'kept out', 'kept out', 'kept out', 'kept out', 'writer']);
  });
});

it('a training process killed with SIGKILL leaves a run that goes on', async () => {
  const program = `
    import { writeFileSync } from 'node:fs';
    import { RunFolder } from 'twoview/runs';
    const run = RunFolder.create(process.argv[1], { config: {}, environment: {} });
    for (let step = 1; ; step += 1) {
      run.record({ step, loss: 1 / step });
      run.beat(step, 1e6);
      await run.saveCheckpoint('last', { step }, (dir) => writeFileSync(dir + '/weights', String(step).repeat(1e5)));
      if (step === 5) console.log('going');
    }`;
  const child = spawnNode(program);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await firstOutput(child);
  await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 50));
  child.kill('SIGKILL');
  await exited;

  expect(RunFolder.open(dir()).status().state).toBe('lost');
  const run = RunFolder.open(dir(), { mode: 'write' });
  const { checkpoint, damaged } = run.checkpoints.latest();
  expect(damaged).toEqual([]);
  expect(checkpoint!.step).toBeGreaterThanOrEqual(5);
  expect(readFileSync(join(checkpoint!.path, 'weights'), 'utf8')).toBe(String(checkpoint!.step).repeat(1e5));
  run.rewind(checkpoint!.step);
  expect(run.metrics()).toMatchObject({ dropped: [] });
  expect(run.metrics().rows.at(-1)?.step).toBe(checkpoint!.step);
  run.finish('done');
});

const here = fileURLToPath(new URL('.', import.meta.url));

/** Starts a process with the run's folder as argument, from where it finds the built package. */
function spawnNode(program: string): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--input-type=module', '-e', program, dir()], { cwd: here });
}

function firstOutput(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())));
}

/** Makes the lock say that someone else holds it, or that nobody does. */
function writeLock(path: string, holder: { released: true } | { pid: number; host: string; started?: string }): void {
  const folder = join(path, '.lock');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.json'))) {
    const record =
      'released' in holder ? { holder: { pid: 1, host: 'x' }, released: true } : { holder, released: false };
    writeFileSync(join(folder, name), JSON.stringify(record));
  }
}
