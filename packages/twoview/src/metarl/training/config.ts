// The configuration of a meta-training: one zod schema gives the type, the defaults, the help and the JSON schema.
import { z } from 'zod';
import { agentSchema } from '../agent/index.js';

export const environmentSchema = z.strictObject({
  family: z
    .string()
    .min(1)
    .describe('The task distribution, such as half-cheetah-vel (twoview metarl families lists them).'),
  folder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("Folder with Meta-World's models, for an ML1 family on the real arm; null: the built-in family."),
  horizon: z.int().min(1).max(1_000_000).nullable().default(null).describe("Steps of an episode; null: the family's."),
  trainTasks: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe("Training tasks; null: the family's number."),
  testTasks: z.int().min(1).max(100_000).nullable().default(null).describe("Test tasks; null: the family's number."),
  taskSeed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .nullable()
    .default(null)
    .describe("Draws the tasks; null: the family's own seed, so that runs share their tasks."),
});

const steps = (standard: number, least: number, text: string) =>
  z.int().min(least).max(100_000_000).default(standard).describe(text);

export const collectionSchema = z.strictObject({
  initial: steps(2000, 1, 'Environment steps of every training task before the first iteration, z from the prior.'),
  tasks: z.int().min(1).max(100_000).default(5).describe('Tasks of an iteration, drawn with replacement.'),
  prior: steps(400, 1, 'Steps of each with z from the prior, after its encoder buffer was cleared; into both buffers.'),
  posterior: steps(0, 0, 'Steps of each with z from the posterior; into both buffers.'),
  extra: steps(400, 0, 'Steps of each with z from the posterior; into the replay buffer alone.'),
});

export const metaTestSchema = z.strictObject({
  everyIterations: z.int().min(1).default(1).describe('Iterations between meta-tests.'),
  runs: z.int().min(1).max(10_000).default(2).describe('Independent runs of each task.'),
  steps: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Environment steps of a run, rounded up to whole trajectories; null: three episodes, or one more than explorationTrajectories.',
    ),
  explorationTrajectories: z
    .int()
    .min(1)
    .default(1)
    .describe('Trajectories with z from the prior before the posterior is inferred.'),
  trainTasks: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe('Training tasks that are tested too; null: as many as there are test tasks.'),
});

export type MetaTestConfig = z.infer<typeof metaTestSchema>;

export const metaTrainingSchema = z.strictObject({
  iterations: z.int().min(1).max(1_000_000).default(500).describe('Collections, each followed by gradient steps.'),
  gradientSteps: z.int().min(1).max(10_000_000).default(2000).describe('Gradient steps of an iteration.'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0)
    .describe('Determines initial weights, exploration and batches.'),
  threads: z
    .int()
    .min(1)
    .max(1024)
    .nullable()
    .default(null)
    .describe('CPU threads of an operator; null: as many as there are cores. Results depend on it in the last bits.'),
  workers: z
    .int()
    .min(0)
    .max(256)
    .default(1)
    .describe('Threads that step environments; 0: this one. Results do not depend on it.'),
  logEvery: z.int().min(1).default(100).describe('Gradient steps between rows of metrics.jsonl.'),
  checkpointEvery: z.int().min(1).default(1).describe('Iterations between checkpoints, which hold all buffers.'),
});

/** Environment steps of a run of a meta-test, for episodes of `horizon` steps: at least one trajectory follows exploration. */
export function metaTestSteps({ steps, explorationTrajectories }: MetaTestConfig, horizon: number): number {
  return steps ?? Math.max(3, explorationTrajectories + 1) * horizon;
}

/** Everything that determines a meta-training. */
export const metaRlSchema = z.strictObject({
  algorithm: z.enum(['pearl', 'tcl']).describe('pearl, or tcl: PEARL with trajectory contrastive learning.'),
  environment: environmentSchema.describe('The tasks.'),
  agent: agentSchema.prefault({}).describe('Networks and losses.'),
  collection: collectionSchema.prefault({}).describe('What is collected between gradient steps.'),
  training: metaTrainingSchema.prefault({}).describe('How long, where, and what is written down.'),
  evaluation: metaTestSchema.prefault({}).describe('Meta-test.'),
});

export type MetaRlConfig = z.infer<typeof metaRlSchema>;
