// How the agents are trained, arm by arm: point robots and half-cheetahs at reduced size, and the published setting.
import { type MetaRlConfig, resolveMetaRl, type environments as rooms } from '../../../metarl/index.js';
import type { MetaRlRun } from '../../metarl-run.js';

/** How a trained agent is measured at the end. */
export interface Closing {
  /** Runs of each test task, with adaptation and without. */
  runs: number;
  /** Runs of each training task, for the regression that reads parameters out of posterior means. */
  readOutRuns: number;
}

export interface Arm {
  family: string;
  algorithm: 'pearl' | 'tcl';
  run(seed: number): MetaRlRun;
  closing: Closing;
  /** Milliseconds on one core, roughly. */
  cost: number;
}

type TclChoice = Partial<MetaRlConfig['agent']['tcl']>;
type Recipe = 'small' | 'paper';

interface ArmSpec {
  family: string;
  /** TCL's choices; PEARL without. */
  tcl?: TclChoice;
  recipe?: Recipe;
  tasks?: rooms.TaskSplit;
  training?: Partial<MetaRlConfig['training']>;
  evaluation?: Partial<MetaRlConfig['evaluation']>;
  closing: Closing;
  minutes: number;
}

/** Small networks: one thread is fastest, and a round of episodes is too short to hand to another. */
const alone = { threads: 1, workers: 0, logEvery: 10, checkpointEvery: 5 } as const;

function arm({ family, tcl, recipe = 'small', tasks, training, evaluation = {}, closing, minutes }: ArmSpec): Arm {
  const algorithm = tcl ? 'tcl' : 'pearl';
  return {
    family,
    algorithm,
    closing,
    cost: minutes * 60_000,
    run(seed) {
      const file = { agent: { tcl: tcl ?? {} }, evaluation, training: { ...(training ?? alone), seed } };
      return { config: resolveMetaRl({ family, algorithm, recipe, file }), ...(tasks && { tasks }) };
    },
  };
}

const pointRobot = (tcl?: TclChoice): Arm =>
  arm({
    family: 'point-robot',
    ...(tcl && { tcl }),
    closing: { runs: 10, readOutRuns: 4 },
    minutes: tcl ? 1.5 : 1.2,
  });

const sparsePointRobot = (tcl?: TclChoice): Arm =>
  arm({
    family: 'sparse-point-robot',
    ...(tcl && { tcl }),
    closing: { runs: 10, readOutRuns: 4 },
    minutes: tcl ? 2.2 : 1.8,
  });

/** Windows of the bodies: as published settings of PEARL with TCL are completed here, 64 transitions. */
const window = 64;

const speeds = (count: number): rooms.Task[] =>
  Array.from({ length: count }, (_, i) => ({ parameters: { velocity: (3 * (i + 0.5)) / count } }));

/** Goal speeds in the middles of equal parts of (0, 3): no test speed is a training speed. */
export const evenSpeeds: rooms.TaskSplit = { train: speeds(20), test: speeds(5) };

const cheetahVel = (tcl?: TclChoice): Arm =>
  arm({
    family: 'half-cheetah-vel',
    tasks: evenSpeeds,
    ...(tcl && { tcl: { window, ...tcl } }),
    closing: { runs: 4, readOutRuns: 2 },
    minutes: tcl ? 10 : 7.5,
  });

const cheetahFwdBack = (tcl?: TclChoice): Arm =>
  arm({
    family: 'half-cheetah-fwd-back',
    ...(tcl && { tcl: { window, ...tcl } }),
    closing: { runs: 4, readOutRuns: 2 },
    minutes: tcl ? 10 : 7.5,
  });

/** The iterations that the independent run's curve covers: 200 000 steps before the first, 5 000 in each. */
const publishedIterations = 116;

const published = (tcl?: TclChoice): Arm =>
  arm({
    family: 'half-cheetah-vel',
    recipe: 'paper',
    ...(tcl && { tcl: { window, ...tcl } }),
    training: { iterations: publishedIterations, checkpointEvery: 5 },
    evaluation: { trainTasks: 0 },
    closing: { runs: 1, readOutRuns: 1 },
    minutes: tcl ? 1550 : 1400,
  });

/** The key network of the pilot runs that thresholds come from: a whole encoder, averaged at rate 0.05. */
const keyEncoder = { key: 'encoder', momentum: 0.95 } as const;

export const arms = {
  PEARL: pointRobot(),
  TCL: pointRobot({}),
  'TCL, contrast of weight 0': pointRobot({ weight: 0 }),
  'TCL bilinear': pointRobot({ similarity: 'bilinear' }),
  'TCL, key encoder': pointRobot(keyEncoder),
  'TCL bilinear, key encoder': pointRobot({ similarity: 'bilinear', ...keyEncoder }),
  'sparse: PEARL': sparsePointRobot(),
  'sparse: TCL': sparsePointRobot({}),
  'cheetah-vel: PEARL': cheetahVel(),
  'cheetah-vel: TCL': cheetahVel({}),
  'cheetah-fwd-back: PEARL': cheetahFwdBack(),
  'cheetah-fwd-back: TCL': cheetahFwdBack({}),
  'published: PEARL': published(),
  'published: TCL': published({}),
} as const satisfies Readonly<Record<string, Arm>>;

export type ArmName = keyof typeof arms;
