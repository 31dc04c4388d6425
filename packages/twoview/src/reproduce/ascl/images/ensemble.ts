// The ensemble of attacks on a trained run.
import { type EnsembleName, standardEnsemble } from '../../../attacks/index.js';
import { type Experiment, InterruptedError } from '../../experiment.js';
import { openLabeled } from '../../image-run.js';
import { type ImageRun, imageExperiment, testPixels } from './run.js';
import { trainedClassifier } from './trained.js';

export interface EnsembleMeasures {
  /** Test images that were tried, from the first. */
  images: number;
  /** Share that survives every attack. */
  accuracy: number;
  /** Share that is left after each attack, in their order. */
  stages: readonly { name: string; accuracy: number }[];
}

export interface EnsembleChoice {
  attacks: EnsembleName;
  /** Test images, from the first. */
  images: number;
}

const version = 1;

export function ensembleExperiment(run: ImageRun, choice: EnsembleChoice): Experiment<EnsembleMeasures> {
  const trained = imageExperiment(run);
  const cost = 400 * choice.images;
  return {
    name: `ensemble, ${trained.name}`.replace('images, ', ''),
    settings: { version, ...choice, run: trained.settings },
    cost,
    async run(io) {
      const pixels = testPixels(run.config, await openLabeled(run.config, 'test'), choice.images);
      const { eps } = run.evaluation;
      const result = await standardEnsemble(await trainedClassifier(run, io), pixels.images, pixels.labels, {
        ball: { norm: 'linf', eps },
        attacks: choice.attacks,
        seed: run.config.training.seed,
        onProgress: ({ index, attacks, done, total }) =>
          io.onProgress((cost * (index + done / Math.max(1, total))) / attacks),
        shouldStop: io.shouldStop,
      });
      if (!result) throw new InterruptedError('asked to stop');
      result.images.dispose();
      const stages = result.record.stages.map(({ name, robustAccuracy }) => ({ name, accuracy: robustAccuracy }));
      return { images: pixels.labels.numel, accuracy: stages.at(-1)!.accuracy, stages };
    },
  };
}
