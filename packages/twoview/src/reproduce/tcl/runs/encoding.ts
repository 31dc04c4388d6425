// What posteriors know of a task when their context is drawn as meta-training draws it.
import path from 'node:path';
import {
  agent as agents,
  type LinearReadOut,
  type MetaTestRun,
  readOut,
  type environments as rooms,
} from '../../../metarl/index.js';
import { DivergenceError } from '../../../training/index.js';
import { type Experiment, type ExperimentIo, experimentFileName } from '../../experiment.js';
import { metaRlSettings, type TrainedMetaRl, trainMetaRl } from '../../metarl-run.js';
import { metaRlExperiment } from './experiment.js';
import type { Arm } from './settings.js';

export interface EncodingMeasures {
  /** R^2 on test tasks of the regression of each parameter on posterior means; empty where training diverged. */
  readOut: { parameter: string; r2: number }[];
}

const version = 1;

/** Transitions of a context, and episodes they are drawn from, each with its own z from the prior: what an iteration collects. */
const context = { transitions: 20, episodes: 10 } as const;
const encodingSeed = 2_000_000;

/** Posteriors of tasks, several for each. */
async function posteriors(
  { trainer, environments }: TrainedMetaRl,
  tasks: readonly rooms.Task[],
  runs: number,
  stream: agents.Stream,
): Promise<MetaTestRun[]> {
  const { agent } = trainer;
  const policy = agent.policyWeights();
  const width = agents.featureSize(agent.sizes);
  const all: MetaTestRun[] = [];
  for (const [task, parameters] of tasks.entries()) {
    for (let run = 0; run < runs; run++) {
      const requests = Array.from({ length: context.episodes }, () => ({
        task: parameters,
        latent: agents.drawLatent(agents.prior(agent.config), stream),
        seed: stream.next(),
      }));
      const episodes = await environments.collect(policy, requests);
      const rows = episodes.map((episode) => agents.contextOf(episode, agent.sizes));
      const drawn = new Float32Array(context.transitions * width);
      for (let i = 0; i < context.transitions; i++) {
        const own = rows[stream.below(rows.length)]!;
        const row = stream.below(own.length / width);
        drawn.set(own.subarray(row * width, (row + 1) * width), i * width);
      }
      all.push({ task, run, episodes, requests, posterior: agent.posterior(drawn) });
    }
  }
  return all;
}

async function measure(trained: TrainedMetaRl, { closing }: Arm, seed: number): Promise<LinearReadOut[]> {
  const { family, tasks } = trained.trainer;
  const stream = new agents.Stream(encodingSeed + seed, 3);
  const known = await posteriors(trained, tasks.train, closing.readOutRuns, stream);
  const asked = await posteriors(trained, tasks.test, closing.runs, stream);
  return readOut(family, tasks, known, asked);
}

/** Of the agent that the arm's own experiment trained; trained now where its folder is gone. */
export function encodingExperiment(name: string, arm: Arm, seed: number): Experiment<EncodingMeasures> {
  const own = arm.run(seed);
  const trained = metaRlExperiment(name, arm, seed);
  return {
    name: `encoding, ${trained.name}`,
    settings: { version, context, closing: arm.closing, run: metaRlSettings(own) },
    cost: 15_000,
    async run(io: ExperimentIo) {
      const folder = path.join(path.dirname(io.folder), experimentFileName(trained));
      try {
        const found = await trainMetaRl(own, { ...io, onProgress: () => {}, folder }, 0, (end) =>
          measure(end, arm, seed),
        );
        return { readOut: found.map(({ parameter, r2 }) => ({ parameter, r2 })) };
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        return { readOut: [] };
      }
    },
  };
}
