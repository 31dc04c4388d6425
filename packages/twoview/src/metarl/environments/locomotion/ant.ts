// Ant-Fwd-Back and Ant-Goal-2D: to walk in one of two directions, or to a goal in the plane. Rewards: PEARL.
// Where the torso is comes from its frame, as in the reference: it belongs to the last stage of the integrator, a moment
// before the positions of joints in the observation.
import { simulatedFamily } from '../base/family.js';
import { put, squares } from '../base/observation.js';
import { numberOf, vectorOf } from '../base/parameters.js';
import { SimulatedEnvironment } from '../base/simulated-environment.js';
import { bothOf, counts, split } from '../base/task-split.js';
import { ant } from '../bodies/index.js';
import type { SimulationViews } from '../mujoco/simulation.js';
import { Stream } from '../random/stream.js';
import type { Task, TaskFamily } from '../types.js';
import { directionTask } from './directions.js';
import { addUniformAndNormal } from './noise.js';

/** The torso is body 1. */
const TORSO = 3;

abstract class Ant extends SimulatedEnvironment {
  protected perturb(views: SimulationViews, stream: Stream): void {
    addUniformAndNormal(views, stream);
  }

  protected remember({ xpos }: SimulationViews): void {
    this.remembered[0] = xpos[TORSO]!;
    this.remembered[1] = xpos[TORSO + 1]!;
  }
}

/** Observation: qpos[2:] 13, qvel 14. */
class AntFwdBack extends Ant {
  #x = 1;
  #y = 0;

  protected useTask(task: Task): void {
    const angle = numberOf(task, this.family, 'angle');
    this.#x = Math.cos(angle);
    this.#y = Math.sin(angle);
  }

  protected observe({ qpos, qvel }: SimulationViews, out: Float64Array): void {
    put(out, put(out, 0, qpos, 2), qvel);
  }

  protected reward({ xpos, ctrl, cfrc_ext }: SimulationViews): number {
    const { dt } = this.simulation;
    const forward =
      ((xpos[TORSO]! - this.remembered[0]!) * this.#x + (xpos[TORSO + 1]! - this.remembered[1]!) * this.#y) / dt;
    return forward - 0.5 * squares(ctrl) - 0.0005 * squares(cfrc_ext, 1) + 1;
  }

  protected hasFallen({ qpos }: SimulationViews): boolean {
    const z = qpos[2]!;
    return !(z >= 0.2 && z <= 1);
  }
}

/** Observation: qpos 15, qvel 14, external forces on bodies 84, clipped to [-1, 1]. */
class AntGoal extends Ant {
  #goal: readonly number[] = [0, 0];

  protected useTask(task: Task): void {
    this.#goal = vectorOf(task, this.family, 'goal', 2);
  }

  protected observe({ qpos, qvel, cfrc_ext }: SimulationViews, out: Float64Array): void {
    put(out, put(out, put(out, 0, qpos), qvel), cfrc_ext, 0, 1);
  }

  protected reward({ xpos, ctrl, cfrc_ext }: SimulationViews): number {
    const distance = Math.abs(xpos[TORSO]! - this.#goal[0]!) + Math.abs(xpos[TORSO + 1]! - this.#goal[1]!);
    return -distance - 0.1 * squares(ctrl) - 0.0005 * squares(cfrc_ext, 1);
  }

  protected hasFallen(): boolean {
    return false;
  }

  protected override goalMarker(): readonly [number, number, number] {
    return [this.#goal[0]!, this.#goal[1]!, 0];
  }
}

export const antFwdBack: TaskFamily = simulatedFamily(
  {
    name: 'ant-fwd-back',
    summary: 'An ant walks forwards or backwards.',
    observationSize: 27,
    actionSize: 8,
    horizon: 200,
    tasks: (options = {}) => bothOf('ant-fwd-back', options, directionTask(0), directionTask(Math.PI)),
    describe: (task) => ({ direction: Math.cos(numberOf(task, 'ant-fwd-back', 'angle')) }),
  },
  ant,
  (options, simulation) => new AntFwdBack(options, simulation),
);

export const antGoal: TaskFamily = simulatedFamily(
  {
    name: 'ant-goal',
    summary: 'An ant walks to a goal within 3 m.',
    observationSize: 113,
    actionSize: 8,
    horizon: 200,
    tasks: (options = {}) => {
      const wanted = counts('ant-goal', options, { train: 150, test: 30 });
      const stream = new Stream(options.seed ?? 0);
      const tasks = Array.from({ length: wanted.train + wanted.test }, () => {
        const angle = stream.uniform(0, 2 * Math.PI);
        const radius = 3 * Math.sqrt(stream.uniform());
        return { parameters: { goal: [radius * Math.cos(angle), radius * Math.sin(angle)] } };
      });
      return split(tasks, wanted);
    },
    describe: (task) => {
      const [x, y] = vectorOf(task, 'ant-goal', 'goal', 2);
      return { x: x!, y: y! };
    },
  },
  ant,
  (options, simulation) => new AntGoal(options, simulation),
);
