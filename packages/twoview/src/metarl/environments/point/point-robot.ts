// Point robots: a point in the plane that moves by 0.1 a to a goal it is not told. Dense: a goal in a square, from anywhere.
// Sparse: a goal on half a circle, from the centre, with a reward near the goal alone. Tasks and rewards: PEARL.
import { EpisodicEnvironment } from '../base/episodic-environment.js';
import { family } from '../base/family.js';
import { vectorOf } from '../base/parameters.js';
import { counts, split } from '../base/task-split.js';
import { type Frame, GOAL_COLOUR, marker } from '../frame.js';
import { RandomState } from '../random/numpy.js';
import type { Stream } from '../random/stream.js';
import type { Task, TaskFamily } from '../types.js';

const STEP = 0.1;
/** How near the goal the sparse reward begins. */
const GOAL_RADIUS = 0.2;

/** Observation: x, y. */
class PointRobot extends EpisodicEnvironment {
  readonly #sparse: boolean;
  #goal: readonly number[] = [0, 0];

  constructor(options: { family: string; observationSize: number; horizon: number }, sparse: boolean) {
    super({ ...options, actionSize: 2 });
    this.#sparse = sparse;
  }

  protected useTask(task: Task): void {
    this.#goal = vectorOf(task, this.family, 'goal', 2);
  }

  protected start(stream: Stream): void {
    for (let i = 0; i < 2; i++) this.observation[i] = this.#sparse ? 0 : stream.uniform(-1, 1);
  }

  protected advance(): void {
    const { observation, action, outcome } = this;
    for (let i = 0; i < 2; i++) observation[i]! += STEP * action[i]!;
    const distance = Math.hypot(observation[0]! - this.#goal[0]!, observation[1]! - this.#goal[1]!);
    outcome.reward = -distance;
    if (this.#sparse) {
      outcome.success = distance <= GOAL_RADIUS;
      outcome.sparseReward = outcome.success ? 1 - distance : 0;
    }
  }

  protected get carriedSize(): number {
    return 0;
  }

  protected saveCarried(): void {
    // The observation is the whole state.
  }

  protected loadCarried(): void {
    // Likewise.
  }

  frame(): Frame {
    const [x, y] = [this.observation[0]!, this.observation[1]!];
    return {
      step: this.steps,
      geometries: [
        marker('robot', [x, y, 0], 0.04, [0.2, 0.4, 0.8, 1]),
        marker('goal', [this.#goal[0]!, this.#goal[1]!, 0], this.#sparse ? GOAL_RADIUS : 0.04, GOAL_COLOUR),
      ],
    };
  }

  dispose(): void {
    // Nothing outside the garbage collector's reach.
  }
}

const goalTask = (x: number, y: number): Task => ({ parameters: { goal: [x, y] } });

function describeGoal(task: Task, name: string): Readonly<Record<string, number>> {
  const [x, y] = vectorOf(task, name, 'goal', 2);
  return { x: x!, y: y! };
}

export const pointRobot: TaskFamily = family(
  {
    name: 'point-robot',
    summary: 'A point moves to a goal in a square.',
    observationSize: 2,
    actionSize: 2,
    horizon: 20,
    tasks: (options = {}) => {
      const wanted = counts('point-robot', options, { train: 80, test: 20 });
      const random = new RandomState(options.seed ?? 1337);
      const goals = Array.from({ length: wanted.train + wanted.test }, () => {
        const x = random.uniform(-1, 1);
        return goalTask(x, random.uniform(-1, 1));
      });
      return split(goals, wanted);
    },
    describe: (task) => describeGoal(task, 'point-robot'),
  },
  (options) => new PointRobot(options, false),
);

export const sparsePointRobot: TaskFamily = family(
  {
    name: 'sparse-point-robot',
    summary: 'A point moves to a goal on a half circle and is rewarded near it alone.',
    observationSize: 2,
    actionSize: 2,
    horizon: 20,
    sparse: true,
    tasks: (options = {}) => {
      const wanted = counts('sparse-point-robot', options, { train: 80, test: 20 });
      const total = wanted.train + wanted.test;
      const goals = Array.from({ length: total }, (_, i) => {
        const angle = i === total - 1 ? Math.PI : i * (Math.PI / (total - 1));
        return goalTask(Math.cos(angle), Math.sin(angle));
      });
      return split(new RandomState(options.seed ?? 1337).shuffle(goals), wanted);
    },
    describe: (task) => describeGoal(task, 'sparse-point-robot'),
  },
  (options) => new PointRobot(options, true),
);
