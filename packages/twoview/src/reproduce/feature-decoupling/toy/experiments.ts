// Runs of the model as experiments: trained through the phases, or Phase I and its moments alone.
import * as torch from '@twoview/torch';
import {
  argmax,
  type DecouplingRun,
  type DecouplingSettings,
  expectedGrowth,
  type Growth,
  type Lottery,
  lottery,
  luckySets,
  type PhaseOneRates,
  phaseOneRates,
  phaseOneSettings,
  sampleGrowth,
  trainDecoupling,
  type ViewKind,
} from '../../../theory/decoupling/index.js';
import { type Experiment, InterruptedError } from '../../experiment.js';

/** Raised when the model's code changes in a way that changes its numbers: older results are then computed again. */
const version = 1;

/** A run's curves and snapshots, and what became of the neurons. */
export interface RunMeasures extends DecouplingRun {
  lottery: Lottery;
  /** Neurons that belong to some S_{j,sure} at the start, and to some S_{j,pot}. */
  sure: number;
  possible: number;
  /** How many of the sure ones end on the atom of their set. */
  sureKept: number;
}

/** Milliseconds a step takes, roughly, and the measurements of a run. */
const perStep = 3;
const perRun = 600;

export function runExperiment(name: string, settings: DecouplingSettings): Experiment<RunMeasures> {
  const { thirdSteps, secondSteps } = settings.schedule;
  const cost = perRun + perStep * (50 + Math.min(secondSteps, 350) + thirdSteps);
  return {
    name: `sparse coding, ${name}, seed ${settings.seed}`,
    settings: { version, ...settings },
    cost,
    async run({ onProgress, shouldStop }) {
      torch.setNumThreads(1);
      const run = await trainDecoupling(settings, { onProgress: (share) => onProgress(share * cost), shouldStop });
      if (run.outcome === 'stopped') throw new InterruptedError('asked to stop');
      const [start, end] = [run.snapshots[0]!.cosines, run.snapshots.at(-1)!.cosines];
      const { sure, possible } = luckySets(start);
      const kept = sure.map((neurons, atom) => neurons.filter((i) => argmax(end[i]!) === atom));
      return {
        ...run,
        lottery: lottery(start, end),
        sure: sure.flat().length,
        possible: new Set(possible.flat()).size,
        sureKept: kept.flat().length,
      };
    },
  };
}

/** The growth of both parts, sampled, beside its closed form. */
export interface MomentMeasures {
  measured: Growth;
  expected: Growth;
}

export const momentSamples = 60_000;

/** E[x+ x++^T] from samples, no training. */
export function momentExperiment(kind: ViewKind, seed: number): Experiment<MomentMeasures> {
  const settings = phaseOneSettings(kind, seed);
  const cost = 2500;
  return {
    name: `moments, ${kind}, seed ${seed}`,
    settings: { version, kind, seed, data: settings.data, views: settings.views, samples: momentSamples },
    cost,
    async run() {
      torch.setNumThreads(1);
      return { measured: sampleGrowth(settings, momentSamples), expected: expectedGrowth(settings.data, kind) };
    },
  };
}

export const rateSteps = 60;

/** Phase I trained for a few steps. */
export function rateExperiment(kind: ViewKind, seed: number): Experiment<PhaseOneRates> {
  const settings = phaseOneSettings(kind, seed);
  return {
    name: `Phase I, ${kind}, seed ${seed}`,
    settings: { version, ...settings, steps: rateSteps },
    cost: 2500,
    async run() {
      torch.setNumThreads(1);
      return phaseOneRates(settings, rateSteps);
    },
  };
}
