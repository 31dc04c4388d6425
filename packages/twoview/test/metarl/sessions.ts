// Small meta-trainings in folders, session by session, and what is left of them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { type MetaRlConfig, MetaTrainer, resolveMetaRl } from 'twoview/metarl';
import { createVectorEnvironments, type EpisodeRequest, findFamily } from 'twoview/metarl/environments';
import { type MetricsRow, RunFolder } from 'twoview/runs';
import { afterAll, beforeAll } from 'vitest';

/** Where the runs of a test file lie. */
export const home = mkdtempSync(path.join(os.tmpdir(), 'twoview-metarl-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeAll(() => torch.setNumThreads(1));

/** Milliseconds: a busy machine takes many times as long. */
export const patience = 300_000;

const tiny = [
  ...['environment.trainTasks=4', 'environment.testTasks=2', 'agent.hidden=[8]', 'agent.encoderHidden=[8]'],
  ...['agent.batch=8', 'agent.metaBatch=3', 'agent.contextSize=6', 'agent.tcl.window=5'],
  ...['collection.initial=40', 'collection.tasks=3', 'collection.prior=40', 'collection.extra=40'],
  ...['training.iterations=2', 'training.gradientSteps=6', 'training.logEvery=2', 'training.threads=1'],
  ...['evaluation.everyIterations=1', 'evaluation.runs=1'],
];

export const configOf = (family: string, ...overrides: string[]) =>
  resolveMetaRl({ family, overrides: [...tiny, ...overrides] });

export interface Session {
  trainer: MetaTrainer;
  outcome: 'done' | 'interrupted' | 'failed';
  error?: unknown;
  steps: number;
}

export interface SessionOptions {
  workers?: number;
  /** Stops when it is asked for the nth time. */
  stopAt?: number;
  /** Stops when this says so. */
  shouldStop?: () => boolean;
  /** Dies in the nth collection of episodes. */
  dieAt?: number;
  /** Sees what is to be played. */
  onPlay?: (requests: readonly EpisodeRequest[]) => void;
  onProgress?: (trainer: MetaTrainer, iteration: number) => void;
}

/** Trains in a folder until it is over or stopped; goes on where the folder holds a run. */
export async function session(name: string, config: MetaRlConfig, options: SessionOptions = {}): Promise<Session> {
  const { workers = 0, stopAt, dieAt, onProgress, onPlay, shouldStop = () => false } = options;
  const dir = path.join(home, name);
  const fresh = !readdirSync(home).includes(name);
  const folder = fresh ? RunFolder.create(dir, { config, environment: {} }) : RunFolder.open(dir, { mode: 'write' });
  const family = findFamily(config.environment.family);
  const { horizon } = config.environment;
  const environments = await createVectorEnvironments({ family, workers, ...(horizon === null ? {} : { horizon }) });
  let [asked, collected, steps] = [0, 0, 0];
  const collect: typeof environments.collect = async (policy, requests) => {
    if (++collected === dieAt) throw new Error('killed');
    onPlay?.(requests);
    return environments.collect(policy, requests);
  };
  const trainer = new MetaTrainer(
    config,
    family,
    folder,
    { collect },
    {
      shouldStop: () => ++asked === stopAt || shouldStop(),
      onProgress: ({ iteration, environmentSteps }) => {
        steps = environmentSteps;
        onProgress?.(trainer, iteration);
      },
    },
  );
  try {
    if (!fresh) trainer.resume();
    const outcome = await trainer.run();
    folder.finish(outcome);
    return { trainer, outcome, steps };
  } catch (error) {
    folder.finish('failed', 'died');
    return { trainer, outcome: 'failed', error, steps };
  } finally {
    await environments.close();
  }
}

/** What no two sessions have alike. */
const clocks = ['time', 'gradientStepsPerSecond', 'environmentStepsPerSecond', 'memory.resident', 'memory.buffers'];
const timeless = (rows: readonly MetricsRow[]) =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !clocks.includes(name))));

/** Everything of a run but its clocks: rows, and the bytes of all files of a checkpoint. */
export function remains(name: string, checkpoint = 'last') {
  const folder = RunFolder.open(path.join(home, name));
  const found = folder.checkpoints.find(checkpoint)!;
  const files = (readdirSync(found.path, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.safetensors') || file.endsWith('buffers.json') || file.endsWith('agent.json'))
    .sort();
  const state = JSON.parse(readFileSync(path.join(found.path, 'state.json'), 'utf8')) as Record<string, unknown>;
  for (const clock of ['seconds', 'gradientSeconds', 'collectionSeconds']) delete state[clock];
  return {
    rows: timeless(folder.metrics().rows),
    state,
    files: files.map((file) => [file, readFileSync(path.join(found.path, file)).toString('base64')]),
  };
}
