// The command, killed at moments that nobody chose, and asked to stop by signals: it goes on to the same bits.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RunFolder, readStatus } from 'twoview/runs';
import { describe, expect, test } from 'vitest';
import { start, twoview } from './command.js';
import { small, temporaryFolder, timeless } from './setup.js';

const overrides = [
  ...small,
  'training.epochs=8',
  'training.logEvery=3',
  'training.checkpointEvery=4',
  'training.keepEvery=3',
  'evaluation.everyEpochs=2',
];
const steps = 48;

/** Milliseconds: each test starts several processes, and a busy machine takes many times as long. */
const patience = 600_000;

const dir = (name: string): string => path.join(temporaryFolder(), name);
const file = (run: string, name: string, checkpoint = 'last'): Buffer =>
  readFileSync(path.join(run, 'checkpoints', checkpoint, name));
const lastRow = (run: string): number =>
  existsSync(path.join(run, 'environment.json')) ? (RunFolder.open(run).metrics().rows.at(-1)?.step ?? -1) : -1;

/** Waits until a run has written a row of that step or a later one, or is over. */
async function reaches(run: string, step: number, isOver: () => boolean): Promise<void> {
  while (!isOver() && lastRow(run) < step) await setTimeout(5);
}

describe('a run that is killed and one that is not', { timeout: patience }, () => {
  const reference = dir('reference');
  const uninterrupted = twoview('train', ...overrides, '--out', reference);

  async function expectSameEnd(run: string): Promise<void> {
    expect(await uninterrupted).toMatchObject({ code: 0, stderr: '' });
    for (const checkpoint of ['last', 'best', 'step-18', 'step-36']) {
      for (const name of ['weights.safetensors', 'optimizer.safetensors']) {
        expect(file(run, name, checkpoint).equals(file(reference, name, checkpoint)), `${checkpoint}/${name}`).toBe(
          true,
        );
      }
    }
    expect(timeless(RunFolder.open(run).metrics().rows)).toEqual(timeless(RunFolder.open(reference).metrics().rows));
    const results = (folder: string): unknown => JSON.parse(readFileSync(path.join(folder, 'results.json'), 'utf8'));
    expect(results(run)).toEqual(results(reference));
  }

  test('killed outright again and again, it ends with the same weights, optimiser, rows and results', async () => {
    const run = dir('killed');
    // Moments drawn from a seed: after a row of some step, so that every life gets somewhere, and some milliseconds more.
    let state = 12345;
    const random = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 2 ** 32;
    };
    const moments = [0, 9, 25].map((step) => ({ step: step + Math.floor(random() * 4), more: random() * 120 }));
    let lives = 0;
    for (const { step, more } of moments) {
      const fresh = !existsSync(path.join(run, 'environment.json'));
      const { child, ended } = start(fresh ? ['train', ...overrides, '--out', run] : ['resume', run]);
      let over = false;
      void ended.then(() => {
        over = true;
      });
      await reaches(run, step, () => over);
      await setTimeout(more);
      child.kill('SIGKILL');
      const { code } = await ended;
      if (code === null) {
        lives++;
        expect(['lost', 'unknown', 'done']).toContain(readStatus(run).state);
      }
    }
    expect(lives).toBeGreaterThanOrEqual(2);
    const last = await twoview('resume', run);
    expect(last).toMatchObject({ code: 0, stderr: '' });
    expect(readStatus(run).state).toBe('done');
    await expectSameEnd(run);
  });

  /** Sends a signal in the middle of a run with `--json`. @returns the step at which it stopped */
  async function interrupt(run: string, signal: NodeJS.Signals): Promise<number> {
    const { child, ended } = start(['train', ...overrides, '--out', run, '--json']);
    let over = false;
    void ended.then(() => {
      over = true;
    });
    await reaches(run, 6, () => over);
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    const said = JSON.parse(stdout) as { step: number };
    expect(said).toEqual({ dir: run, status: 'interrupted', step: said.step, totalSteps: steps });
    expect(said.step).toBeGreaterThanOrEqual(6);
    expect(said.step).toBeLessThan(steps);
    expect(RunFolder.open(run).checkpoints.find('last')!.step).toBe(said.step);
    expect(readStatus(run).state).toBe('interrupted');
    return said.step;
  }

  test('SIGINT: it saves, exits with 130, and resume ends with the same bits', async () => {
    const run = dir('interrupted');
    const step = await interrupt(run, 'SIGINT');
    const resumed = await twoview('resume', run);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toContain(`going on from step ${step}`);
    await expectSameEnd(run);
  });

  test('SIGTERM: it saves and exits with 130', async () => {
    await interrupt(dir('terminated'), 'SIGTERM');
  });

  test('its configuration file trains the same weights again', async () => {
    await uninterrupted;
    const again = dir('again');
    const { code } = await twoview('train', path.join(reference, 'config.yaml'), '--out', again);
    expect(code).toBe(0);
    await expectSameEnd(again);
    expect(readFileSync(path.join(again, 'config.yaml'), 'utf8')).toBe(
      readFileSync(path.join(reference, 'config.yaml'), 'utf8'),
    );
  });
});
