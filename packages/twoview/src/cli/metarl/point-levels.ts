// What point robots return whose policies can be written down. They move by up to 0.1 an axis and step.
import { environments } from '../../metarl/index.js';

type Place = readonly [x: number, y: number];

const step = 0.1;
/** Steps in which a robot is anywhere in the square [-1, 1] x [-1, 1], from anywhere in it. */
const crossing = 20;

/** Centres of cells of the square: their mean is that over uniform starts, to a few thousandths of a return. */
const side = 32;
const centre = (i: number): number => (2 * i + 1) / side - 1;
const everywhere: readonly Place[] = Array.from({ length: side * side }, (_, i) => [
  centre(i % side),
  centre(Math.floor(i / side)),
]);

const distance = ([x, y]: Place, [gx, gy]: Place): number => Math.hypot(x - gx, y - gy);
const dense = (d: number): number => -d;
/** Near the goal alone, as the environment gives it. */
const sparse = (d: number): number => (d <= 0.2 ? 1 - d : 0);

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean return over goals and starts of going to a place as fast as can be, on both axes at once, and staying there. */
function returnOfGoing(
  goals: readonly Place[],
  horizon: number,
  target: (goal: Place) => Place,
  starts: readonly Place[] = everywhere,
  reward = dense,
): number {
  const moving = Math.min(horizon, crossing);
  // By the environment's own arithmetic: whether a robot is within a radius can hang on the last bit.
  const near = (from: number, to: number): number => from + step * Math.max(-1, Math.min(1, (to - from) / step));
  return mean(
    goals.map((goal) => {
      const to = target(goal);
      let sum = 0;
      for (let [x, y] of starts)
        for (let t = 0; t < moving; t++) {
          x = near(x, to[0]);
          y = near(y, to[1]);
          sum += reward(distance([x, y], goal));
        }
      return sum / starts.length + (horizon - moving) * reward(distance(to, goal));
    }),
  );
}

/** The place whose mean distance from the goals is least: their geometric median (Weiszfeld 1937). */
function median(goals: readonly Place[]): Place {
  let place: Place = [mean(goals.map(([x]) => x)), mean(goals.map(([, y]) => y))];
  for (let i = 0; i < 200; i++) {
    const weights = goals.map((goal) => 1 / Math.max(distance(goal, place), 1e-6));
    const total = weights.reduce((a, b) => a + b, 0);
    const along = (axis: 0 | 1): number => goals.reduce((sum, goal, k) => sum + weights[k]! * goal[axis], 0) / total;
    place = [along(0), along(1)];
  }
  return place;
}

/** Knows the goal and goes there: no policy is nearer to it at any step. */
export const knowsTheGoal = (goals: readonly Place[], horizon: number): number =>
  returnOfGoing(goals, horizon, (goal) => goal);

/** The same from the origin with the sparse reward. */
export const knowsTheSparseGoal = (goals: readonly Place[], horizon: number): number =>
  returnOfGoing(goals, horizon, (goal) => goal, [[0, 0]], sparse);

/** Goes to the one place that is nearest to all goals on average. */
export function goesToOnePlace(goals: readonly Place[], horizon: number): number {
  const place = median(goals);
  return returnOfGoing(goals, horizon, () => place);
}

/** Actions uniform in [-1, 1]: from each start a walk of fixed seed and its opposite, the same for all goals. */
export function actsAtRandom(goals: readonly Place[], horizon: number): number {
  const stream = new environments.Stream(0);
  let sum = 0;
  for (const [x, y] of everywhere) {
    let [dx, dy] = [0, 0];
    for (let t = 0; t < horizon; t++) {
      dx += step * stream.uniform(-1, 1);
      dy += step * stream.uniform(-1, 1);
      for (const goal of goals) sum += distance([x + dx, y + dy], goal) + distance([x - dx, y - dy], goal);
    }
  }
  return -sum / (2 * everywhere.length * goals.length);
}
