// Steps of one size: explicit Euler, which is gradient descent itself, and the classical Runge-Kutta method.
import { maxFixedSteps, type Step, type StepObserver, type VectorField } from './field.js';

/** y + h f(t, y). */
export function eulerStep(field: VectorField, size: number): Step {
  const k = new Float64Array(size);
  return (t, y, h) => {
    field(t, y, k);
    for (let i = 0; i < size; i++) y[i] = (y[i] as number) + h * (k[i] as number);
  };
}

/** The classical Runge-Kutta method of order 4. */
export function rk4Step(field: VectorField, size: number): Step {
  const k = new Float64Array(size);
  const sum = new Float64Array(size);
  const at = new Float64Array(size);
  const stage = (t: number, y: Float64Array, weight: number, next: number): void => {
    field(t, at, k);
    for (let i = 0; i < size; i++) {
      sum[i] = (sum[i] as number) + weight * (k[i] as number);
      at[i] = (y[i] as number) + next * (k[i] as number);
    }
  };
  return (t, y, h) => {
    sum.fill(0);
    at.set(y);
    stage(t, y, 1, h / 2);
    stage(t + h / 2, y, 2, h / 2);
    stage(t + h / 2, y, 2, h);
    stage(t + h, y, 1, 0);
    for (let i = 0; i < size; i++) y[i] = (y[i] as number) + (h / 6) * (sum[i] as number);
  };
}

/**
 * Follows a flow from `from` to `to` in equal steps of `step` or the next smaller size that divides the time evenly.
 * @returns the time reached: `to`, or where the observer ended it
 */
export function fixedSteps(
  advance: Step,
  y: Float64Array,
  from: number,
  to: number,
  step: number,
  observe?: StepObserver,
): number {
  if (!(step > 0) || !Number.isFinite(step)) throw new RangeError(`step must be a positive number, not ${step}`);
  // A hair of slack: 10 / 0.1 is to be 100 steps, whatever the rounding.
  const steps = Math.max(1, Math.ceil(((to - from) / step) * (1 - 1e-12)));
  if (steps > maxFixedSteps)
    throw new RangeError(`${steps} steps are too many (at most ${maxFixedSteps}): take a longer step than ${step}`);
  const h = (to - from) / steps;
  for (let i = 0; i < steps; i++) {
    advance(from + i * h, y, h);
    const t = i + 1 === steps ? to : from + (i + 1) * h;
    if (observe?.(t, y)) return t;
  }
  return to;
}
