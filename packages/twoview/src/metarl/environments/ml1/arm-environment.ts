// Meta-World's arm: the action moves a mocap body, to which the hand is welded, and closes the gripper.
import { EpisodicEnvironment } from '../base/episodic-environment.js';
import { type Frame, GOAL_COLOUR, marker } from '../frame.js';
import type { Simulation, SimulationViews } from '../mujoco/simulation.js';
import type { Task } from '../types.js';
import type { ArmParts } from './arm-names.js';
import { HAND_BOX, HAND_START, type Ml1Task, type Placement, placementOf } from './boxes.js';
import { Ml1Reward } from './rewards.js';

/** Metres of the mocap body for an action of 1. */
const STEP = 0.01;
/** The hand points down. */
const DOWN = [1, 0, 1, 0];
/** Environment steps in which the hand goes to its start. */
const SETTLE = 10;

/** Observation: hand 3, object 3 and 3 zeros, and 3 zeros in place of the goal. */
export class ArmEnvironment extends EpisodicEnvironment {
  readonly #simulation: Simulation;
  readonly #parts: ArmParts;
  readonly #reward: Ml1Reward;
  readonly #fingers = new Float64Array(3);
  readonly #object: Float64Array;
  readonly #before = new Float64Array(12);
  #placement: Placement = { object: [0, 0, 0], goal: [0, 0, 0] };

  constructor(
    options: { family: string; observationSize: number; horizon: number },
    task: Ml1Task,
    simulation: Simulation,
    parts: ArmParts,
  ) {
    super({ ...options, actionSize: 4 });
    this.#simulation = simulation;
    this.#parts = parts;
    this.#reward = new Ml1Reward(task);
    this.#object = this.observation.subarray(3, 6);
    releaseWelds(simulation);
  }

  protected useTask(task: Task): void {
    this.#placement = placementOf(task, this.family);
  }

  protected start(): void {
    const { views } = this.#simulation;
    this.#simulation.reset();
    for (let i = 0; i < SETTLE; i++) {
      views.mocap_pos.set(HAND_START, 3 * this.#parts.mocap);
      this.#drive(-1);
    }
    this.#look();
    const objectHeight = views.geom_xpos[3 * this.#parts.objectGeom + 2]!;
    views.qpos.set(this.#placement.object, this.#parts.objectPosition);
    views.qvel.fill(0, this.#parts.objectVelocity, this.#parts.objectVelocity + 6);
    this.#simulation.forward();
    this.#reward.start(this.#fingers, this.#placement, objectHeight);
    this.#look();
  }

  /** One step with the gripper at `grip`. @returns false if the simulation diverged */
  #drive(grip: number): boolean {
    const { mocap_quat, ctrl } = this.#simulation.views;
    for (let i = 0; i < 4; i++) mocap_quat[4 * this.#parts.mocap + i] = DOWN[i]!;
    ctrl[0] = grip;
    ctrl[1] = -grip;
    return this.#simulation.step();
  }

  /** Writes the observation and the point between the fingers. */
  #look(): void {
    const { xpos, geom_xpos, site_xpos }: SimulationViews = this.#simulation.views;
    const { hand, objectGeom, rightFinger, leftFinger } = this.#parts;
    for (let i = 0; i < 3; i++) {
      this.observation[i] = xpos[3 * hand + i]!;
      this.observation[3 + i] = geom_xpos[3 * objectGeom + i]!;
      this.#fingers[i] = (site_xpos[3 * rightFinger + i]! + site_xpos[3 * leftFinger + i]!) / 2;
    }
  }

  protected advance(): void {
    const { action, outcome } = this;
    const { mocap_pos } = this.#simulation.views;
    const at = 3 * this.#parts.mocap;
    for (let i = 0; i < 3; i++) {
      const to = mocap_pos[at + i]! + STEP * action[i]!;
      mocap_pos[at + i] = Math.min(HAND_BOX.high[i]!, Math.max(HAND_BOX.low[i]!, to));
    }
    this.#before.set(this.observation);
    if (!this.#drive(action[3]!)) {
      this.observation.set(this.#before);
      outcome.terminated = true;
      outcome.diverged = true;
      outcome.success = false;
      return;
    }
    this.#look();
    this.#reward.score(this.#fingers, this.#object, action[3]!);
    outcome.reward = this.#reward.reward;
    outcome.success = this.#reward.success;
  }

  protected get carriedSize(): number {
    return Ml1Reward.size + this.#simulation.stateSize;
  }

  protected saveCarried(out: Float64Array): void {
    this.#reward.save(out);
    this.#simulation.save(out.subarray(Ml1Reward.size));
  }

  protected loadCarried(values: Float64Array): void {
    this.#reward.load(values, this.#placement);
    this.#simulation.load(values.subarray(Ml1Reward.size));
  }

  frame(): Frame {
    const goal = marker('goal', this.#placement.goal, 0.02, GOAL_COLOUR);
    return { step: this.steps, geometries: [...this.#simulation.geometries(), goal] };
  }

  dispose(): void {
    this.#simulation.dispose();
  }
}

/** Welds hold both frames in one place and direction, wherever the model has them at first. */
function releaseWelds({ mujoco, model }: Simulation): void {
  const [types, data] = [model.eq_type as Int32Array, model.eq_data as Float64Array];
  const size = data.length / types.length;
  for (let i = 0; i < types.length; i++)
    // Anchor 3, position 3, quaternion 4; what follows is the weight of torques.
    if (types[i] === mujoco.mjtEq.mjEQ_WELD.value) data.set([0, 0, 0, 0, 0, 0, 1, 0, 0, 0], i * size);
}
