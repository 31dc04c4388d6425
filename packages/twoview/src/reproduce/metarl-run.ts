// Meta-training inside an experiment: by the toolkit's own loop, in a run folder that can be resumed.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { familyOf, type MetaRlConfig, MetaTrainer, environments as rooms } from '../metarl/index.js';
import { type MetricsRow, RunFolder } from '../runs/index.js';
import { type ExperimentIo, InterruptedError } from './experiment.js';

/** A meta-training: its configuration and, where they are chosen by hand, its tasks. */
export interface MetaRlRun {
  config: MetaRlConfig;
  tasks?: rooms.TaskSplit;
}

/** What there is at its end. */
export interface TrainedMetaRl {
  trainer: MetaTrainer;
  environments: rooms.VectorEnvironments;
  /** Of metrics.jsonl. */
  rows: readonly MetricsRow[];
}

/** What a run's result depends on: who steps environments and how often the state is saved make no other experiment. */
export function metaRlSettings({ config, tasks }: MetaRlRun): Record<string, unknown> {
  const { workers: _workers, checkpointEvery: _checkpointEvery, ...training } = config.training;
  return { ...config, training, ...(tasks && { tasks }) };
}

/**
 * Trains, going on from the folder's last checkpoint, then measures while the environments are still there.
 * @param cost of the experiment, for its progress
 * @throws InterruptedError with the state saved
 */
export async function trainMetaRl<R>(
  { config, tasks }: MetaRlRun,
  io: ExperimentIo,
  cost: number,
  measure: (trained: TrainedMetaRl) => Promise<R>,
): Promise<R> {
  const family = await familyOf(config);
  const { horizon } = config.environment;
  const environments = await rooms.createVectorEnvironments({
    family,
    workers: config.training.workers,
    ...(horizon === null ? {} : { horizon }),
  });
  try {
    const known = existsSync(path.join(io.folder, 'environment.json'));
    const folder = known
      ? RunFolder.open(io.folder, { mode: 'write' })
      : RunFolder.create(io.folder, { config, environment: { libtorch: torch.version } });
    try {
      const trainer = new MetaTrainer(config, family, folder, environments, {
        ...(tasks && { tasks }),
        shouldStop: io.shouldStop,
        onProgress: ({ gradientSteps, totalGradientSteps }) =>
          io.onProgress((cost * gradientSteps) / totalGradientSteps),
      });
      if (known) trainer.resume();
      if ((await trainer.run()) === 'interrupted') throw new InterruptedError('asked to stop; the state is saved');
      folder.finish('done');
      return await measure({ trainer, environments, rows: folder.metrics().rows });
    } catch (error) {
      if (folder.status().state === 'running')
        folder.finish(error instanceof InterruptedError ? 'interrupted' : 'failed', (error as Error).message);
      throw error;
    }
  } finally {
    await environments.close();
  }
}
