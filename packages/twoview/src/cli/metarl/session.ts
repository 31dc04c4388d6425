// What the commands of meta-RL share: a run's folder opened as trainer and environments, and its progress on screen.
import path from 'node:path';
import cliProgress from 'cli-progress';
import {
  familyOf,
  type MetaRlConfig,
  MetaTrainer,
  type MetaTrainingProgress,
  parseMetaRl,
  environments as rooms,
} from '../../metarl/index.js';
import type { RunFolder } from '../../runs/index.js';
import { duration, print } from '../output.js';

export interface OpenTraining {
  trainer: MetaTrainer;
  config: MetaRlConfig;
  family: rooms.TaskFamily;
  environments: rooms.VectorEnvironments;
}

export interface TrainingHooks {
  onProgress?: (progress: MetaTrainingProgress) => void;
  shouldStop?: () => boolean;
}

/** The configuration of a run's folder. @throws Error if it is none of a meta-training */
export function metaRlConfigOf(folder: RunFolder): MetaRlConfig {
  return parseMetaRl(folder.config(), path.join(folder.dir, 'config.yaml'));
}

/** A trainer on a folder, with environments in worker threads: close them. */
export async function openTraining(
  folder: RunFolder,
  config: MetaRlConfig,
  hooks: TrainingHooks = {},
): Promise<OpenTraining> {
  const family = await familyOf(config);
  const { horizon } = config.environment;
  const environments = await rooms.createVectorEnvironments({
    family,
    workers: config.training.workers,
    ...(horizon === null ? {} : { horizon }),
  });
  try {
    return { trainer: new MetaTrainer(config, family, folder, environments, hooks), config, family, environments };
  } catch (error) {
    await environments.close();
    throw error;
  }
}

const number = (value: unknown, digits = 1): string | null =>
  typeof value === 'number' && Number.isFinite(value) ? value.toFixed(digits) : null;

function words({
  phase,
  iteration,
  iterations,
  environmentSteps,
  measures,
  gradientStepsPerSecond,
}: MetaTrainingProgress): string {
  const [before, after] = [number(measures['return.test.first']), number(measures['return.test'])];
  return [
    `iteration ${Math.min(iteration + 1, iterations)}/${iterations}`,
    `${environmentSteps.toLocaleString('en')} env steps`,
    ...(after === null ? [] : [`test return ${before} -> ${after}`]),
    ...(gradientStepsPerSecond > 0 ? [`${Math.round(gradientStepsPerSecond)} steps/s`] : []),
    phase,
  ].join('  ');
}

export interface MetaProgressView {
  show(progress: MetaTrainingProgress): void;
  close(): void;
}

const lineEvery = 15;

/** Silent, a bar on a terminal, or a line now and then. */
export function createMetaProgress(silent: boolean): MetaProgressView {
  if (silent) return { show: () => {}, close: () => {} };
  const left = ({ secondsLeft }: MetaTrainingProgress): string => `${duration(secondsLeft)} left`;
  if (!process.stdout.isTTY) {
    let last = performance.now() / 1000;
    return {
      show(progress) {
        const now = performance.now() / 1000;
        if (now - last < lineEvery) return;
        last = now;
        print(`${words(progress)}  ${left(progress)}`);
      },
      close: () => {},
    };
  }
  const bar = new cliProgress.SingleBar(
    { format: '{bar} {percentage}%  {text}  {left}', barsize: 24, hideCursor: true, clearOnComplete: true, fps: 8 },
    cliProgress.Presets.shades_classic,
  );
  let active = false;
  return {
    show(progress) {
      const payload = { text: words(progress), left: left(progress) };
      if (!active) bar.start(progress.totalGradientSteps, progress.gradientSteps, payload);
      else bar.update(progress.gradientSteps, payload);
      active = true;
    },
    close() {
      if (active) bar.stop();
      active = false;
    },
  };
}
