// Half-Cheetah-Fwd-Back and Half-Cheetah-Vel: to run in one of two directions, or at one of many speeds.
// Rewards: PEARL (Rakelly et al. 2019, arXiv 1903.08254).
import { simulatedFamily } from '../base/family.js';
import { put, squares } from '../base/observation.js';
import { numberOf } from '../base/parameters.js';
import { SimulatedEnvironment } from '../base/simulated-environment.js';
import { bothOf, counts, split } from '../base/task-split.js';
import { halfCheetah } from '../bodies/index.js';
import type { SimulationViews } from '../mujoco/simulation.js';
import { RandomState } from '../random/numpy.js';
import type { Stream } from '../random/stream.js';
import type { Task, TaskFamily } from '../types.js';
import { addUniformAndNormal } from './noise.js';

/** The torso is body 1. */
const TORSO = 3;

/** Observation: qpos[1:] 8, qvel 9, position of the torso 3. */
abstract class HalfCheetah extends SimulatedEnvironment {
  protected perturb(views: SimulationViews, stream: Stream): void {
    addUniformAndNormal(views, stream);
  }

  protected remember({ qpos }: SimulationViews): void {
    this.remembered[0] = qpos[0]!;
  }

  protected observe({ qpos, qvel, xpos }: SimulationViews, out: Float64Array): void {
    const at = put(out, put(out, 0, qpos, 1), qvel);
    for (let i = 0; i < 3; i++) out[at + i] = xpos[TORSO + i]!;
  }

  protected reward({ qpos, ctrl }: SimulationViews): number {
    const speed = (qpos[0]! - this.remembered[0]!) / this.simulation.dt;
    return this.speedReward(speed) - 0.05 * squares(ctrl);
  }

  protected abstract speedReward(speed: number): number;

  protected hasFallen(): boolean {
    return false;
  }
}

class HalfCheetahFwdBack extends HalfCheetah {
  #direction = 1;

  protected useTask(task: Task): void {
    const direction = numberOf(task, this.family, 'direction');
    if (Math.abs(direction) !== 1)
      throw new RangeError(`The direction of ${this.family} is 1 or -1, got ${direction}.`);
    this.#direction = direction;
  }

  protected speedReward(speed: number): number {
    return this.#direction * speed;
  }
}

class HalfCheetahVel extends HalfCheetah {
  #target = 0;

  protected useTask(task: Task): void {
    this.#target = numberOf(task, this.family, 'velocity');
  }

  protected speedReward(speed: number): number {
    return -Math.abs(speed - this.#target);
  }
}

const shape = { observationSize: 20, actionSize: 6, horizon: 200 };

export const halfCheetahFwdBack: TaskFamily = simulatedFamily(
  {
    ...shape,
    name: 'half-cheetah-fwd-back',
    summary: 'A half-cheetah runs forwards or backwards.',
    tasks: (options = {}) =>
      bothOf('half-cheetah-fwd-back', options, { parameters: { direction: 1 } }, { parameters: { direction: -1 } }),
    describe: (task) => ({ direction: numberOf(task, 'half-cheetah-fwd-back', 'direction') }),
  },
  halfCheetah,
  (options, simulation) => new HalfCheetahFwdBack(options, simulation),
);

export const halfCheetahVel: TaskFamily = simulatedFamily(
  {
    ...shape,
    name: 'half-cheetah-vel',
    summary: 'A half-cheetah runs at a speed from U(0, 3).',
    // PEARL's own list: NumPy's generator with seed 1337.
    tasks: (options = {}) => {
      const wanted = counts('half-cheetah-vel', options, { train: 100, test: 30 });
      const random = new RandomState(options.seed ?? 1337);
      const tasks = Array.from({ length: wanted.train + wanted.test }, () => ({
        parameters: { velocity: random.uniform(0, 3) },
      }));
      return split(tasks, wanted);
    },
    describe: (task) => ({ 'target speed': numberOf(task, 'half-cheetah-vel', 'velocity') }),
  },
  halfCheetah,
  (options, simulation) => new HalfCheetahVel(options, simulation),
);
