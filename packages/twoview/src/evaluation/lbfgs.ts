// L-BFGS with a strong Wolfe line search (Nocedal & Wright 2006, algorithms 7.4, 3.5 and 3.6), on plain arrays: what
// costs is the function, and that is the caller's. Deterministic.

/** A function's value and gradient at a point. The gradient must be a new array each time. */
export type Differentiable = (x: Float64Array) => { value: number; gradient: Float64Array };

export interface LbfgsOptions {
  /** Pairs of steps and gradient differences that make up the curvature: 10 if left out. */
  history?: number;
  /** 300 if left out. */
  maxIterations?: number;
  /** Stops once no component of the gradient is larger: 1e-6 if left out. */
  tolerance?: number;
  /** Awaited after each iteration. */
  onIteration?: (iteration: number, value: number) => void | Promise<void>;
}

export interface LbfgsResult {
  x: Float64Array;
  value: number;
  /** The largest absolute component of the gradient at x. */
  gradientSize: number;
  iterations: number;
  evaluations: number;
  /** Whether the gradient is within tolerance; else iterations ran out or no step made progress any more. */
  converged: boolean;
}

interface Point {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
}

interface Pair {
  s: Float64Array;
  y: Float64Array;
  rho: number;
}

/** Minimises a smooth function from `start`, which is left unchanged. */
export async function lbfgs(fn: Differentiable, start: Float64Array, options: LbfgsOptions = {}): Promise<LbfgsResult> {
  const { history = 10, maxIterations = 300, tolerance = 1e-6, onIteration } = options;
  let evaluations = 0;
  const at = (x: Float64Array): Point => {
    evaluations++;
    return { x, ...fn(x) };
  };
  let point = at(start.slice());
  const pairs: Pair[] = [];
  let iterations = 0;
  while (iterations < maxIterations && largest(point.gradient) > tolerance) {
    let direction = descent(point.gradient, pairs);
    // Rounding can spoil the curvature at the very end: start again from steepest descent.
    if (!(dot(direction, point.gradient) < 0)) {
      pairs.length = 0;
      direction = descent(point.gradient, pairs);
    }
    const first = pairs.length === 0 ? Math.min(1, 1 / sumOfAbsolutes(point.gradient)) : 1;
    const next = wolfeStep(at, point, direction, first);
    if (next === undefined) {
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    const s = next.x.map((value, i) => value - point.x[i]!);
    const y = next.gradient.map((value, i) => value - point.gradient[i]!);
    const curvature = dot(s, y);
    if (curvature > 1e-10 * dot(y, y)) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > history) pairs.shift();
    point = next;
    iterations++;
    await onIteration?.(iterations, point.value);
  }
  const gradientSize = largest(point.gradient);
  return {
    x: point.x,
    value: point.value,
    gradientSize,
    iterations,
    evaluations,
    converged: gradientSize <= tolerance,
  };
}

/** -H g by the two-loop recursion (algorithm 7.4). */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i]!;
    alphas[i] = rho * dot(s, q);
    axpy(-alphas[i]!, y, q);
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = 1 / (newest.rho * dot(newest.y, newest.y));
    for (let i = 0; i < q.length; i++) q[i]! *= scale;
  }
  pairs.forEach(({ s, y, rho }, i) => {
    axpy(alphas[i]! - rho * dot(y, q), s, q);
  });
  return q;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_TRIALS = 25;

interface Trial {
  step: number;
  point: Point;
  /** Derivative along the direction. */
  slope: number;
}

/** A point along `direction` that meets the strong Wolfe conditions; undefined if none with a lower value is found. */
function wolfeStep(
  at: (x: Float64Array) => Point,
  from: Point,
  direction: Float64Array,
  first: number,
): Point | undefined {
  const slope0 = dot(from.gradient, direction);
  const try_ = (step: number): Trial => {
    const x = from.x.slice();
    axpy(step, direction, x);
    const point = at(x);
    return { step, point, slope: dot(point.gradient, direction) };
  };
  const decreases = ({ step, point }: Trial) => point.value <= from.value + SUFFICIENT_DECREASE * step * slope0;
  const isFlat = ({ slope }: Trial) => Math.abs(slope) <= -CURVATURE * slope0;

  // Bracketing (algorithm 3.5): grow the step until the interval between the last two holds a good one.
  let low: Trial = { step: 0, point: from, slope: slope0 };
  let high: Trial | undefined;
  let step = first;
  let trials = 0;
  while (high === undefined && trials++ < MAX_TRIALS) {
    const trial = try_(step);
    if (!decreases(trial) || (low.step > 0 && trial.point.value >= low.point.value)) high = trial;
    else if (isFlat(trial)) return trial.point;
    else if (trial.slope >= 0) [low, high] = [trial, low];
    else {
      low = trial;
      step *= 2;
    }
  }
  // Narrowing (algorithm 3.6): `low` is the best point so far that decreases enough.
  while (high !== undefined && trials++ < MAX_TRIALS) {
    const trial = try_(between(low, high));
    if (!decreases(trial) || trial.point.value >= low.point.value) high = trial;
    else if (isFlat(trial)) return trial.point;
    else {
      if (trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
  }
  return low.point.value < from.value ? low.point : undefined;
}

/** The minimum of the cubic through two trials (equation 3.59), kept off the ends; the middle where there is none. */
function between(a: Trial, b: Trial): number {
  const [left, right] = a.step < b.step ? [a, b] : [b, a];
  const width = right.step - left.step;
  const d1 = left.slope + right.slope - (3 * (left.point.value - right.point.value)) / (left.step - right.step);
  const root = Math.sqrt(d1 ** 2 - left.slope * right.slope);
  const cubic = right.step - (width * (right.slope + root - d1)) / (right.slope - left.slope + 2 * root);
  const margin = 0.1 * width;
  return cubic >= left.step + margin && cubic <= right.step - margin ? cubic : left.step + width / 2;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** y += a x */
function axpy(a: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i]! += a * x[i]!;
}

const largest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const sumOfAbsolutes = (x: Float64Array) => x.reduce((sum, value) => sum + Math.abs(value), 0);
