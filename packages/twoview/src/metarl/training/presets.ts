// What each family is trained with: PEARL's published settings, and sizes that run on a CPU while one waits.
import type { z } from 'zod';
import type { metaRlSchema } from './config.js';

type Input = z.input<typeof metaRlSchema>;

/** A part of a configuration. */
export type MetaRlPreset = Partial<Pick<Input, 'agent' | 'collection' | 'evaluation' | 'training' | 'environment'>>;

const three = (width: number): number[] => [width, width, width];

/** Rakelly et al. 2019, the configurations of their program, by family; what is left out is the schema's default. */
export const published: Readonly<Record<string, MetaRlPreset>> = {
  'half-cheetah-vel': {
    agent: { contextSize: 100 },
    collection: { extra: 600 },
    evaluation: { runs: 1, explorationTrajectories: 2 },
  },
  'half-cheetah-fwd-back': {
    agent: { metaBatch: 4, contextSize: 256 },
    collection: { prior: 1000, extra: 1000 },
    evaluation: { runs: 4, explorationTrajectories: 2 },
  },
  'ant-fwd-back': {
    agent: { metaBatch: 4, contextSize: 256 },
    collection: { extra: 600 },
    training: { gradientSteps: 4000 },
    evaluation: { runs: 4, explorationTrajectories: 2 },
  },
  'ant-goal': {
    agent: { metaBatch: 10, contextSize: 256, klLambda: 1 },
    collection: { extra: 600 },
    training: { gradientSteps: 4000 },
    evaluation: { runs: 1, explorationTrajectories: 2 },
  },
  'humanoid-dir': {
    agent: { contextSize: 256 },
    collection: { extra: 600 },
    training: { gradientSteps: 4000 },
    evaluation: { runs: 1, explorationTrajectories: 2 },
  },
  'walker-params': {
    agent: { metaBatch: 10, contextSize: 100 },
    collection: { extra: 600 },
    training: { gradientSteps: 4000 },
    evaluation: { runs: 2, explorationTrajectories: 2 },
  },
  'point-robot': {
    agent: { rewardScale: 100, tcl: { window: 10 } },
    collection: { initial: 200, prior: 200, extra: 200 },
    training: { gradientSteps: 1000 },
  },
  'sparse-point-robot': {
    agent: { contextSize: 1024, rewardScale: 100, gamma: 0.9, klLambda: 1, tcl: { window: 10 } },
    collection: { initial: 200, tasks: 10, prior: 100, posterior: 900, extra: 0 },
    training: { gradientSteps: 1000 },
    evaluation: { steps: 400, explorationTrajectories: 5 },
  },
};

/** Meta-World's ML1 as TCL's program trains it: no V network, a temperature for each task. */
const ml1: MetaRlPreset = {
  agent: {
    variant: 'twinTarget',
    hidden: three(400),
    encoderHidden: three(200),
    latent: 7,
    rewardScale: 10,
    contextSize: 64,
  },
  collection: { initial: 4000, tasks: 15, prior: 750, extra: 750 },
  training: { iterations: 100, gradientSteps: 4000 },
  evaluation: { runs: 1, explorationTrajectories: 10 },
};

/** The same with TCL: a wider encoder, and context as a window. */
const ml1Tcl: MetaRlPreset = {
  agent: { encoderHidden: three(400), contextSize: 128, context: 'window', tcl: { window: 128 } },
};

/** Without the arm's models episodes have 50 steps: context and windows have to be shorter than that. */
const surrogateTcl: MetaRlPreset = { agent: { contextSize: 48, tcl: { window: 25 } } };

/** Sizes for a CPU. */
const small: Readonly<Record<string, MetaRlPreset>> = {
  'point-robot': {
    agent: {
      hidden: three(64),
      encoderHidden: three(64),
      metaBatch: 8,
      batch: 64,
      contextSize: 32,
      learningRate: 1e-3,
      rewardScale: 100,
      tcl: { window: 10 },
    },
    collection: { initial: 200, tasks: 5, prior: 200, extra: 200 },
    training: { iterations: 30, gradientSteps: 300 },
    evaluation: { everyIterations: 5, runs: 2, explorationTrajectories: 1 },
  },
  'sparse-point-robot': {
    agent: {
      hidden: three(64),
      encoderHidden: three(64),
      metaBatch: 8,
      batch: 64,
      contextSize: 128,
      learningRate: 1e-3,
      rewardScale: 100,
      gamma: 0.9,
      klLambda: 1,
      tcl: { window: 10 },
    },
    collection: { initial: 200, tasks: 10, prior: 100, posterior: 300, extra: 0 },
    training: { iterations: 40, gradientSteps: 300 },
    evaluation: { everyIterations: 5, runs: 2, steps: 120, explorationTrajectories: 5 },
  },
};

/** For bodies: short episodes, few tasks, small networks. */
const smallBody: MetaRlPreset = {
  agent: {
    hidden: three(128),
    encoderHidden: three(128),
    metaBatch: 8,
    batch: 128,
    contextSize: 64,
    tcl: { window: 32 },
  },
  environment: { family: '', horizon: 100 },
  collection: { initial: 400, tasks: 4, prior: 200, extra: 200 },
  training: { iterations: 40, gradientSteps: 400 },
  evaluation: { everyIterations: 5, runs: 1, explorationTrajectories: 2 },
};

/** `small` on a CPU while one waits, `paper` as published. */
export const metaRlRecipes = ['small', 'paper'] as const;
export type MetaRlRecipe = (typeof metaRlRecipes)[number];

const fewTasks: Readonly<Record<string, { trainTasks: number; testTasks: number }>> = {
  'half-cheetah-vel': { trainTasks: 20, testTasks: 5 },
  'humanoid-dir': { trainTasks: 20, testTasks: 5 },
  'ant-goal': { trainTasks: 20, testTasks: 5 },
  'walker-params': { trainTasks: 20, testTasks: 5 },
};

/**
 * The parts that a recipe sets for a family, in the order in which they are laid on each other.
 * @param hasModels whether ML1 runs on the arm's own models
 */
export function recipeParts(
  family: string,
  algorithm: 'pearl' | 'tcl',
  recipe: MetaRlRecipe,
  hasModels = false,
): MetaRlPreset[] {
  const tcl: MetaRlPreset[] = algorithm === 'tcl' ? [{ agent: { tcl: { enabled: true } } }] : [];
  const isMl1 = family.startsWith('ml1-');
  if (recipe === 'paper') {
    const windows = hasModels ? ml1Tcl : { agent: { ...ml1Tcl.agent, ...surrogateTcl.agent } };
    if (isMl1) return [ml1, ...(algorithm === 'tcl' ? [windows] : []), ...tcl];
    return [published[family] ?? {}, ...tcl];
  }
  const own = small[family];
  if (own) return [own, ...tcl];
  const horizon = isMl1 ? null : 100;
  const environment = { family, horizon, ...(fewTasks[family] ?? {}) };
  return [smallBody, { environment }, ...tcl];
}
