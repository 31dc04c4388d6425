// Runs of modes: p, s and tau over time.
import type { Method } from './integrators/field.js';
import { integrate } from './integrators/integrate.js';
import type { ModeData, ScalarParameters } from './parameters.js';
import type { ModeState } from './state.js';
import { initialState, modeSystem, readMode } from './system.js';

/** A mode at the times asked for, [T] each. */
export interface ModeTrajectory {
  p: Float64Array;
  s: Float64Array;
  tau: Float64Array;
}

export interface TrajectoryOptions {
  /** Data of each mode; the parameters' own for all if left out. */
  data?: readonly ModeData[];
  /** Dormand-Prince with a relative error of 1e-10 a step if left out. */
  method?: Method;
}

/** wa / w of a mode that collapses is a ratio of two numbers that are as good as 0: only relative errors keep it. */
const relativeError: Method = { name: 'dormandPrince', absolute: 1e-300 };

/**
 * Follows several modes, which meet only in `directSet` with epsilon above 0.
 * @param times in ascending order, none negative; learning rate times steps
 * @throws RangeError for parameters, states or times out of range; Error when the flow runs off to infinity
 */
export function trajectories(
  parameters: ScalarParameters,
  initial: readonly ModeState[],
  times: readonly number[],
  { data, method = relativeError }: TrajectoryOptions = {},
): ModeTrajectory[] {
  const { lambdaS, lambdaD } = modeSystem(parameters).parameters;
  const system = modeSystem(parameters, data ?? initial.map(() => ({ lambdaS, lambdaD })));
  const states = integrate(system.field, initialState(system, initial), times, method);
  for (const state of states) system.complete(state);
  return initial.map((_, j) => {
    const modes = states.map((state) => readMode(system, state, j));
    return {
      p: Float64Array.from(modes, ({ p }) => p),
      s: Float64Array.from(modes, ({ s }) => s),
      tau: Float64Array.from(modes, ({ tau }) => tau),
    };
  });
}

/** Follows a single mode. @throws as `trajectories` */
export function trajectory(
  parameters: ScalarParameters,
  initial: ModeState,
  times: readonly number[],
  method?: Method,
): ModeTrajectory {
  return trajectories(parameters, [initial], times, { method })[0] as ModeTrajectory;
}
