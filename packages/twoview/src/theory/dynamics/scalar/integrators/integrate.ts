// Follows a flow by the method of one's choice and keeps what is asked for.
import { DormandPrince } from './dormand-prince.js';
import type { Method, StepObserver, VectorField } from './field.js';
import { eulerStep, fixedSteps, rk4Step } from './fixed-step.js';

/** Takes y from one time to another, in place; returns the time reached. */
export type Integrator = (y: Float64Array, from: number, to: number, observe?: StepObserver) => number;

/** An integrator of states [size]. @throws RangeError when the method's numbers are out of range */
export function integrator(field: VectorField, size: number, method: Method = { name: 'dormandPrince' }): Integrator {
  switch (method.name) {
    case 'euler':
    case 'rk4': {
      const advance = method.name === 'euler' ? eulerStep(field, size) : rk4Step(field, size);
      return (y, from, to, observe) => (to > from ? fixedSteps(advance, y, from, to, method.step, observe) : to);
    }
    case 'dormandPrince': {
      const solver = new DormandPrince(field, size, method);
      return (y, from, to, observe) => solver.advance(y, from, to, observe);
    }
    default:
      throw new RangeError(
        `the method must be euler, rk4 or dormandPrince, not ${String((method as { name?: unknown }).name)}`,
      );
  }
}

/**
 * States of a flow at the times asked for.
 * @param initial state [N] at time 0
 * @param times in ascending order, none negative
 * @param method Dormand-Prince with a relative error of 1e-10 a step if left out
 * @returns one state [N] a time
 * @throws RangeError when the times are not in order, the initial state is not finite or the method's numbers are out of
 *   range; Error when an adaptive step cannot be found or the state is not finite
 */
export function integrate(
  field: VectorField,
  initial: Float64Array,
  times: readonly number[],
  method?: Method,
): Float64Array[] {
  if (!initial.every(Number.isFinite)) throw new RangeError('the initial state has a number that is not finite');
  const advance = integrator(field, initial.length, method);
  const y = initial.slice();
  let now = 0;
  return times.map((t) => {
    if (!(t >= now) || !Number.isFinite(t))
      throw new RangeError(`times must be finite, ascending and at least 0; ${t} comes after ${now}`);
    if (t > now) advance(y, now, t);
    if (!y.every(Number.isFinite)) throw new Error(`the flow is not finite at t = ${t}`);
    now = t;
    return y.slice();
  });
}
