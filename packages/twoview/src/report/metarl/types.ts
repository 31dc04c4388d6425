/** What the pages of meta-RL can show, as plain data. */
import type { MetricsRow } from '../../runs/index.js';
import type { Rollout, TaskPaths } from './rollout-types.js';

/** A mean, with what bounds it where that is known: a standard deviation to either side, or the lowest and the highest. */
export type Estimate = number | { mean: number; low?: number; high?: number };

/** Mean returns at one evaluation: undiscounted, unscaled. */
export interface LearningPoint {
  /** Environment steps of training up to it, the initial collection included, evaluation excluded. */
  environmentSteps: number;
  /** Before the first gradient step: a mark of its own beside the curve. */
  untrained?: boolean;
  /** Test tasks, last trajectory: the posterior has seen those before it. */
  test?: Estimate;
  /** Test tasks, first trajectory: z is drawn from the prior. */
  testFirst?: Estimate;
  /** The same of training tasks. */
  train?: Estimate;
  trainFirst?: Estimate;
  /** Share in [0, 1] of test tasks that are solved after adaptation. */
  success?: Estimate;
}

/** A return to compare with, such as `oracle` or `best task-agnostic`: a horizontal line with a label. */
export interface ReturnLevel {
  label: string;
  value: number;
}

/** Numbers for the cards; those left out are taken from the last point of the curve where it has them. */
export interface MetaRlSummary {
  /** Mean return over test tasks of the first trajectory, and of the last. */
  returnBefore?: number;
  returnAfter?: number;
  /** Share in [0, 1] of test tasks that are solved. */
  success?: number;
  environmentSteps?: number;
  gradientSteps?: number;
  /** Environment steps and gradient steps in a second of wall-clock time. */
  stepsPerSecond?: number;
  gradientStepsPerSecond?: number;
  seconds?: number;
}

/** Mean return of trajectory 1, 2, 3, ... within a meta-test. */
export interface AdaptationCurve {
  /** Whose: `test tasks`. */
  label: string;
  returns: readonly Estimate[];
}

/** A task parameter that colours a plane. */
export interface ParameterColor {
  name: string;
  /** Its value at each point, in their order. */
  values: readonly number[];
  /** For angles: the period after which values begin again, such as 2π. */
  period?: number;
}

/** Posterior means in their first two principal components. */
export interface LatentPlane {
  points: readonly { x: number; y: number /** Hollow where it is a training task. */; train?: boolean }[];
  /** Shares of the variance of both components, in [0, 1]. */
  explained?: readonly [number, number];
  /** One figure for each. */
  parameters: readonly ParameterColor[];
}

/** A parameter against what is linearly read out of the posterior mean. */
export interface ReadOut {
  parameter: string;
  points: readonly { actual: number; predicted: number }[];
  /** Coefficient of determination, on tasks that the read-out was not fitted to. */
  r2: number;
}

/** What a task asks for against what is done. */
export interface Achievement {
  /**
   * What it takes to do as asked: the same `value`, by default; the same `sign`; the same `angle`, of which the achieved one is
   * moved by whole turns to within half a turn of the target.
   */
  asks?: 'value' | 'sign' | 'angle';
  /** `goal speed, m/s`. */
  target: string;
  /** `mean speed, m/s`. */
  achieved: string;
  points: readonly { target: number; achieved: number; train?: boolean }[];
}

/** One task of a meta-test. */
export interface TaskRow {
  name: string;
  split: 'test' | 'train';
  /** What tells it from others. */
  parameters: Readonly<Record<string, number>>;
  /** Returns of its trajectories in their order. */
  returns: readonly number[];
  /** Share in [0, 1] of its runs that solved it. */
  success?: number;
}

/** Sections that can be missing. */
export type MetaRlSectionId =
  | 'learning'
  | 'adaptation'
  | 'training'
  | 'latents'
  | 'read-out'
  | 'achievement'
  | 'tasks'
  | 'roll-outs'
  | 'commands'
  | 'settings'
  | 'environment';

/** Everything that the page of a run can say. What is missing is left out; where `reasons` has a word on it, that is said. */
export interface MetaRlReport {
  /** Task family, for example `half-cheetah-vel`. */
  family: string;
  /** `PEARL`, `TCL`. */
  algorithm: string;
  /** The run's name. */
  name?: string;
  /** When it ended, ISO 8601. */
  created?: string;
  /** Of the training. */
  seed?: number;
  /** Which weights, for example `iteration 100`. */
  checkpoint?: string;
  /** The meta-test that is shown: runs of each task, and what starts and z are drawn by. */
  metaTest?: { runs: number; seed: number };
  /** Numbers of tasks. */
  trainTasks?: number;
  testTasks?: number;
  /** The test tasks are the training tasks: nothing is said of new ones. */
  sameTasks?: boolean;
  summary?: MetaRlSummary;
  curve?: readonly LearningPoint[];
  /** Of test tasks. */
  levels?: readonly ReturnLevel[];
  /** Of the training tasks of the curve. */
  trainLevels?: readonly ReturnLevel[];
  /**
   * Rows of training by gradient step (`step`). Drawn by name: `loss.q`, `loss.value`, `loss.policy`, `kl`, `loss.tcl`,
   * `pretext.accuracy`, `temperature` with `temperature.low` and `temperature.high`, `loss.temperature`, `posterior.std`,
   * `context.rewarded`, `memory.resident` and `memory.buffers` (bytes), and any other `loss.*`.
   */
  rows?: readonly MetricsRow[];
  adaptation?: readonly AdaptationCurve[];
  latents?: LatentPlane;
  readOut?: readonly ReadOut[];
  achievement?: readonly Achievement[];
  tasks?: readonly TaskRow[];
  rollouts?: readonly Rollout[];
  paths?: readonly TaskPaths[];
  commands?: { rerun?: string; resume?: string; evaluate?: string };
  /** All settings as plain data. */
  settings?: unknown;
  environment?: Readonly<Record<string, unknown>>;
  /** Why a section is missing, a sentence each. */
  reasons?: Readonly<Partial<Record<MetaRlSectionId, string>>>;
}

/** One run of a comparison. */
export interface MetaRlRun {
  /** `seed 1`. */
  name: string;
  curve: readonly LearningPoint[];
}

/** Runs that differ in their seed alone. */
export interface MetaRlArm {
  name: string;
  runs: readonly MetaRlRun[];
}

/** Arms on one task family. */
export interface MetaRlFamily {
  family: string;
  arms: readonly MetaRlArm[];
  levels?: readonly ReturnLevel[];
}

/** A page of several runs. */
export interface MetaRlComparison {
  title: string;
  /** Findings, a sentence each. */
  lead?: readonly string[];
  families: readonly MetaRlFamily[];
  command?: string;
  environment?: Readonly<Record<string, unknown>>;
}
