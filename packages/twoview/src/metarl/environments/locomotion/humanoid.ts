// Humanoid-Dir-2D: to walk in a direction of the plane. Reward: PEARL. The speed is that of the centre of mass, and the
// reference divides its way by the simulator's time step, not by that of the environment: the term is 1.25 times the speed.
import { simulatedFamily } from '../base/family.js';
import { put, squares } from '../base/observation.js';
import { numberOf } from '../base/parameters.js';
import { SimulatedEnvironment } from '../base/simulated-environment.js';
import { humanoid } from '../bodies/index.js';
import type { Simulation, SimulationViews } from '../mujoco/simulation.js';
import type { Stream } from '../random/stream.js';
import type { Task, TaskFamily } from '../types.js';
import { describeDirection, randomDirections } from './directions.js';
import { addUniform } from './noise.js';

/** Observation: qpos[2:] 22, qvel 23, cinert 140, cvel 84, qfrc_actuator 23, cfrc_ext 84. */
class HumanoidDir extends SimulatedEnvironment {
  readonly #masses: Float64Array;
  readonly #centre = new Float64Array(2);
  #x = 1;
  #y = 0;

  constructor(options: ConstructorParameters<typeof SimulatedEnvironment>[0], simulation: Simulation) {
    super(options, simulation);
    this.#masses = Float64Array.from(simulation.modelViews.body_mass);
  }

  protected useTask(task: Task): void {
    const angle = numberOf(task, this.family, 'angle');
    this.#x = Math.cos(angle);
    this.#y = Math.sin(angle);
  }

  protected perturb({ qpos, qvel }: SimulationViews, stream: Stream): void {
    addUniform(qpos, 0.01, stream);
    addUniform(qvel, 0.01, stream);
  }

  /** x and y of the centre of mass. */
  #centreOfMass({ xipos }: SimulationViews): Float64Array {
    let [x, y, total] = [0, 0, 0];
    for (let i = 0; i < this.#masses.length; i++) {
      const mass = this.#masses[i]!;
      x += mass * xipos[3 * i]!;
      y += mass * xipos[3 * i + 1]!;
      total += mass;
    }
    this.#centre[0] = x / total;
    this.#centre[1] = y / total;
    return this.#centre;
  }

  protected remember(views: SimulationViews): void {
    this.remembered.set(this.#centreOfMass(views));
  }

  protected observe(views: SimulationViews, out: Float64Array): void {
    let at = put(out, put(out, 0, views.qpos, 2), views.qvel);
    at = put(out, put(out, at, views.cinert), views.cvel);
    put(out, put(out, at, views.qfrc_actuator), views.cfrc_ext);
  }

  protected reward(views: SimulationViews): number {
    const centre = this.#centreOfMass(views);
    const way = this.#x * (centre[0]! - this.remembered[0]!) + this.#y * (centre[1]! - this.remembered[1]!);
    const contact = Math.min(5e-7 * squares(views.cfrc_ext), 10);
    return (0.25 * way) / this.simulation.timestep - 0.1 * squares(views.ctrl) - contact + 5;
  }

  protected hasFallen({ qpos }: SimulationViews): boolean {
    const z = qpos[2]!;
    return !(z >= 1 && z <= 2);
  }
}

export const humanoidDir: TaskFamily = simulatedFamily(
  {
    name: 'humanoid-dir',
    summary: 'A humanoid walks in a direction from U(0, 2π).',
    observationSize: 376,
    actionSize: 17,
    horizon: 200,
    tasks: (options = {}) => randomDirections('humanoid-dir', options),
    describe: (task) => describeDirection(task, 'humanoid-dir'),
  },
  humanoid,
  (options, simulation) => new HumanoidDir(options, simulation),
);
