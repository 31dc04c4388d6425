// The rewards of Meta-World's reach, push and pick-place, version 1, and what counts as success.
// f is the point between the fingers, p the object, g the goal, D the distance to be closed and D0 its first value.
import type { Ml1Task, Placement, Point } from './boxes.js';

const SCALE = 1000;
/** How far the object has to be lifted, and how much of it may be missing. */
const LIFT = 0.04;
const LIFT_TOLERANCE = 0.01;
const REACH_SUCCESS = 0.05;
const OBJECT_SUCCESS = 0.07;

type Position = ArrayLike<number>;

const planar = (a: Position, b: Position): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);
export const distance = (a: Position, b: Position): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);

/** max(0, 1000 (D0 - D) + 1000 (exp(-D²/0.01) + exp(-D²/0.001))). */
export function closing(first: number, now: number): number {
  return Math.max(0, SCALE * (first - now) + SCALE * (Math.exp(-(now ** 2) / 0.01) + Math.exp(-(now ** 2) / 0.001)));
}

/** The reward of an episode; `score` is called once a step, in order, for pick-place remembers that it has lifted. */
export class Ml1Reward {
  readonly #task: Ml1Task;
  #goal: Point = [0, 0, 0];
  #first = 0;
  #handHeight = 0;
  #objectHeight = 0;
  /** Whether the object has been lifted in this episode. */
  lifted = false;
  reward = 0;
  success = false;

  constructor(task: Ml1Task) {
    this.#task = task;
  }

  /** @param objectHeight height of the resting object */
  start(hand: Position, { object, goal }: Placement, objectHeight: number): void {
    this.#goal = goal;
    this.#handHeight = hand[2]!;
    this.#objectHeight = objectHeight;
    this.lifted = false;
    const lift = objectHeight + LIFT;
    if (this.#task === 'reach') this.#first = distance(hand, goal);
    else if (this.#task === 'push') this.#first = planar(object, goal);
    else this.#first = distance([object[0], object[1], lift], goal) + lift;
  }

  score(hand: Position, object: Position, grip: number): void {
    if (this.#task === 'reach') this.#reach(hand);
    else if (this.#task === 'push') this.#push(hand, object);
    else this.#pickPlace(hand, object, grip);
  }

  #reach(hand: Position): void {
    const now = distance(hand, this.#goal);
    this.reward = closing(this.#first, now);
    this.success = now <= REACH_SUCCESS;
  }

  #push(hand: Position, object: Position): void {
    const [reach, now] = [distance(hand, object), planar(object, this.#goal)];
    this.reward = -reach + (reach < 0.05 ? closing(this.#first, now) : 0);
    this.success = now <= OBJECT_SUCCESS;
  }

  #pickPlace(hand: Position, object: Position, grip: number): void {
    const [reach, now, height] = [distance(hand, object), distance(object, this.#goal), object[2]!];
    const lift = this.#objectHeight + LIFT;
    if (height >= lift - LIFT_TOLERANCE) this.lifted = true;
    const lowest = this.#objectHeight + 0.005;
    const dropped = height < lowest && now > 0.02 && reach > 0.02;
    const holds = this.lifted && !dropped;
    this.reward = this.#approach(hand, object, reach, grip);
    if (holds) this.reward += 100 * lift;
    else if (reach < 0.1 && height > lowest) this.reward += 100 * Math.min(lift, height);
    if (holds && reach < 0.1) this.reward += closing(this.#first, now);
    this.success = now <= OBJECT_SUCCESS;
  }

  /** Over the object come down, away from it stay high; close the fingers when there. */
  #approach(hand: Position, object: Position, reach: number, grip: number): number {
    if (reach < 0.05) return -reach + Math.max(grip, 0) / 50;
    const aside = planar(hand, object);
    return aside < 0.05 ? -reach : -aside - 2 * Math.abs(hand[2]! - this.#handHeight);
  }

  /** What has to be kept to go on: first distance, heights, whether lifted. */
  static readonly size = 4;

  save(out: Float64Array): void {
    out[0] = this.#first;
    out[1] = this.#handHeight;
    out[2] = this.#objectHeight;
    out[3] = this.lifted ? 1 : 0;
  }

  load(values: Float64Array, { goal }: Placement): void {
    this.#goal = goal;
    this.#first = values[0]!;
    this.#handHeight = values[1]!;
    this.#objectHeight = values[2]!;
    this.lifted = values[3] === 1;
  }
}
