// A meta-training as an experiment that claims share: trained in a folder that can be resumed, then measured.
import { DivergenceError } from '../../../training/index.js';
import type { Experiment } from '../../experiment.js';
import { metaRlSettings, trainMetaRl } from '../../metarl-run.js';
import { type MetaRlMeasures, measureEnd, measureRows } from './measure.js';
import type { Arm } from './settings.js';

/** Raised when the measurements change in a way that changes their numbers. */
const version = 2;

/** @param name of the arm, as in tables */
export function metaRlExperiment(name: string, { run, closing, cost }: Arm, seed: number): Experiment<MetaRlMeasures> {
  const own = run(seed);
  const horizon = own.config.environment.horizon ?? 0;
  return {
    name: `${name}, seed ${seed}`,
    settings: { version, closing, ...metaRlSettings(own) },
    cost,
    async run(io) {
      try {
        return await trainMetaRl(own, io, cost, async (trained) => ({
          ...measureRows(trained.rows),
          ...(await measureEnd(trained, closing, io)),
          horizon: own.config.environment.horizon ?? trained.trainer.family.horizon,
        }));
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        return { ...measureRows([]), ...nothing, diverged: error.message, horizon };
      }
    },
  };
}

const nothing = { adapted: [], priorOnly: [], tasks: [], readOut: [] };
