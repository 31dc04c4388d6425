// Surrogates of Meta-World's reach, push and pick-place without the arm, whose model is made of mesh files: the hand is a point that
// goes where it is told, and the object goes with it while the gripper is closed on it. Rewards and success are Meta-World's.
import { EpisodicEnvironment } from '../base/episodic-environment.js';
import { family } from '../base/family.js';
import { type Frame, GOAL_COLOUR, marker } from '../frame.js';
import type { Task, TaskFamily } from '../types.js';
import {
  describePlacement,
  HAND_BOX,
  HAND_START,
  type Ml1Task,
  ml1Tasks,
  type Placement,
  placementOf,
} from './boxes.js';
import { distance, Ml1Reward } from './rewards.js';

const STEP = 0.02;
/** A closed gripper holds an object whose centre is nearer than this. */
const GRASP = 0.05;
const OBJECT_HEIGHT = 0.02;
const OBJECT = 3;
const NOWHERE: Placement = { object: [0, 0, 0], goal: [0, 0, 0] };

/** Observation: hand 3, object 3 and 3 zeros, and 3 zeros in place of the goal. Action: three ways of the hand and the gripper. */
class Ml1Surrogate extends EpisodicEnvironment {
  readonly #task: Ml1Task;
  readonly #reward: Ml1Reward;
  /** The object's part of the observation. */
  readonly #object: Float64Array;
  #placement = NOWHERE;

  constructor(options: { family: string; observationSize: number; horizon: number }, task: Ml1Task) {
    super({ ...options, actionSize: 4 });
    this.#task = task;
    this.#reward = new Ml1Reward(task);
    this.#object = this.observation.subarray(OBJECT, OBJECT + 3);
  }

  protected useTask(task: Task): void {
    this.#placement = placementOf(task, this.family);
  }

  protected start(): void {
    this.observation.fill(0);
    this.observation.set(HAND_START);
    this.observation.set(this.#placement.object, OBJECT);
    this.#reward.start(this.observation, this.#placement, OBJECT_HEIGHT);
  }

  protected advance(): void {
    const { observation: o, action, outcome } = this;
    const away = distance(o, this.#object);
    const holds = this.#task !== 'reach' && action[3]! > 0 && away < GRASP;
    // On the table it is dragged, not lifted.
    const axes = this.#task === 'push' ? 2 : 3;
    for (let i = 0; i < 3; i++) {
      const to = Math.min(HAND_BOX.high[i]!, Math.max(HAND_BOX.low[i]!, o[i]! + STEP * action[i]!));
      if (holds && i < axes) o[OBJECT + i]! += to - o[i]!;
      o[i] = to;
    }
    if (!holds || o[OBJECT + 2]! < OBJECT_HEIGHT) o[OBJECT + 2] = OBJECT_HEIGHT;
    this.#reward.score(o, this.#object, action[3]!);
    outcome.reward = this.#reward.reward;
    outcome.success = this.#reward.success;
  }

  protected get carriedSize(): number {
    return Ml1Reward.size;
  }

  protected saveCarried(out: Float64Array): void {
    this.#reward.save(out);
  }

  protected loadCarried(values: Float64Array): void {
    this.#reward.load(values, this.#placement);
  }

  frame(): Frame {
    const [x, y, z] = this.#placement.goal;
    const o = this.observation;
    return {
      step: this.steps,
      geometries: [
        marker('hand', [o[0]!, o[1]!, o[2]!], 0.02, [0.3, 0.3, 0.3, 1]),
        marker('object', [o[3]!, o[4]!, o[5]!], 0.02, [0.2, 0.4, 0.8, 1]),
        marker('goal', [x, y, z], 0.02, GOAL_COLOUR),
      ],
    };
  }

  dispose(): void {
    // Nothing outside the garbage collector's reach.
  }
}

function surrogate(task: Ml1Task, summary: string): TaskFamily {
  const name = `ml1-${task}`;
  return family(
    {
      name,
      summary: `${summary} A surrogate: a point for a hand, Meta-World's rewards.`,
      observationSize: 12,
      actionSize: 4,
      horizon: 50,
      tasks: (options = {}) => ml1Tasks(name, task, options, { train: 50, test: 10 }),
      describe: (given) => describePlacement(given, name),
    },
    (options) => new Ml1Surrogate(options, task),
  );
}

export const ml1Reach = surrogate('reach', 'A hand moves to a goal.');
export const ml1Push = surrogate('push', 'A hand moves an object over a table to a goal.');
export const ml1PickPlace = surrogate('pick-place', 'A hand lifts an object to a goal.');
