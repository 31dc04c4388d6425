// Walker-2D-Params: to walk forwards with masses, inertias, damping and friction that differ from task to task.
// Physics: rand_param_envs; reward: PEARL. A task multiplies the compiled model's arrays in place. Constants that MuJoCo derives
// from them when it compiles stay those of the unchanged model, as in the reference.
import { simulatedFamily } from '../base/family.js';
import { put, squares } from '../base/observation.js';
import { vectorOf } from '../base/parameters.js';
import { SimulatedEnvironment } from '../base/simulated-environment.js';
import { counts, split } from '../base/task-split.js';
import { walker2dParams } from '../bodies/index.js';
import type { ModelViews, Simulation, SimulationViews } from '../mujoco/simulation.js';
import { Stream } from '../random/stream.js';
import type { Task, TaskFamily } from '../types.js';
import { addUniform } from './noise.js';

/**
 * The arrays that a task multiplies: how many numbers, the base whose powers from -3 to 3 the multipliers are, and whether they have
 * to be positive for the laws of motion to make sense.
 */
const RANDOMIZED = {
  body_mass: { size: 8, base: 1.5, positive: true },
  body_inertia: { size: 24, base: 1.5, positive: true },
  dof_damping: { size: 9, base: 1.3, positive: false },
  geom_friction: { size: 24, base: 1.5, positive: false },
} as const;

type ArrayName = keyof typeof RANDOMIZED;
const NAMES = Object.keys(RANDOMIZED) as ArrayName[];
const LOG_SCALE = 3;

/** @throws RangeError unless the task has them, of masses and inertias positive ones */
function multipliersOf(task: Task, name: ArrayName): readonly number[] {
  const { size, positive } = RANDOMIZED[name];
  const values = vectorOf(task, 'walker-params', name, size);
  const wrong = positive ? values.findIndex((value) => value <= 0) : -1;
  if (wrong >= 0)
    throw new RangeError(
      `A task of walker-params multiplies masses and inertias by positive numbers: number ${wrong} of "${name}" is ${values[wrong]}.`,
    );
  return values;
}

/** Observation: qpos[1:] 8, qvel 9 clipped to [-10, 10]. */
class WalkerParams extends SimulatedEnvironment {
  readonly #nominal: Readonly<Record<ArrayName, Float64Array>>;

  constructor(options: ConstructorParameters<typeof SimulatedEnvironment>[0], simulation: Simulation) {
    super(options, simulation);
    const copy = (name: keyof ModelViews) => Float64Array.from(simulation.modelViews[name]);
    this.#nominal = {
      body_mass: copy('body_mass'),
      body_inertia: copy('body_inertia'),
      dof_damping: copy('dof_damping'),
      geom_friction: copy('geom_friction'),
    };
  }

  protected useTask(task: Task): void {
    const multipliers = NAMES.map((name) => multipliersOf(task, name));
    for (const [k, name] of NAMES.entries()) {
      // From the compiled values, so that nothing of the task before is left.
      const [nominal, target] = [this.#nominal[name], this.simulation.modelViews[name]];
      for (let i = 0; i < target.length; i++) target[i] = nominal[i]! * multipliers[k]![i]!;
    }
  }

  protected perturb({ qpos, qvel }: SimulationViews, stream: Stream): void {
    addUniform(qpos, 0.005, stream);
    addUniform(qvel, 0.005, stream);
  }

  protected remember({ qpos }: SimulationViews): void {
    this.remembered[0] = qpos[0]!;
  }

  protected observe({ qpos, qvel }: SimulationViews, out: Float64Array): void {
    put(out, put(out, 0, qpos, 1), qvel, 0, 10);
  }

  protected reward({ qpos, ctrl }: SimulationViews): number {
    return (qpos[0]! - this.remembered[0]!) / this.simulation.dt + 1 - 0.001 * squares(ctrl);
  }

  protected hasFallen({ qpos }: SimulationViews): boolean {
    const [z, pitch] = [qpos[1]!, qpos[2]!];
    return !(z > 0.8 && z < 2 && pitch > -1 && pitch < 1);
  }
}

function randomTask(stream: Stream): Task {
  const parameters = NAMES.map((name) => {
    const { size, base } = RANDOMIZED[name];
    return [name, Array.from({ length: size }, () => base ** stream.uniform(-LOG_SCALE, LOG_SCALE))] as const;
  });
  return { parameters: Object.fromEntries(parameters) };
}

/** The mean logarithm of an array's multipliers; of masses, without the world, which has none. */
function meanLog(task: Task, name: ArrayName, from = 0): number {
  const values = multipliersOf(task, name).slice(from);
  return values.reduce((sum, value) => sum + Math.log(value), 0) / values.length;
}

export const walkerParams: TaskFamily = simulatedFamily(
  {
    name: 'walker-params',
    summary: 'A walker with random masses, inertias, damping and friction walks forwards.',
    observationSize: 17,
    actionSize: 6,
    horizon: 200,
    usesNextObservation: true,
    tasks: (options = {}) => {
      const wanted = counts('walker-params', options, { train: 40, test: 10 });
      const stream = new Stream(options.seed ?? 0);
      return split(
        Array.from({ length: wanted.train + wanted.test }, () => randomTask(stream)),
        wanted,
      );
    },
    describe: (task) => ({
      'log mass': meanLog(task, 'body_mass', 1),
      'log damping': meanLog(task, 'dof_damping'),
      'log friction': meanLog(task, 'geom_friction'),
    }),
  },
  walker2dParams,
  (options, simulation) => new WalkerParams(options, simulation),
);
