// Runs of the matrix flow: states at the times asked for.
import type { Method } from '../scalar/integrators/field.js';
import { integrate, integrator } from '../scalar/integrators/integrate.js';
import { type MatrixFlow, matrixFlow } from './flow.js';
import type { MatrixParameters } from './parameters.js';
import type { MatrixStart, MatrixState } from './state.js';

/**
 * Dormand-Prince with a relative error of 1e-8 a step: matrices have small entries that nobody asks for. It gives up after
 * seconds for small matrices where a flow is too stiff for it.
 */
const standard: Method = { name: 'dormandPrince', relative: 1e-8, absolute: 1e-12, maxSteps: 100_000 };

/**
 * States of the linear model at the times asked for.
 * @param times in ascending order, none negative: learning rate times steps
 * @throws RangeError for parameters, a start or times out of range; Error when the flow runs off to infinity
 */
export function matrixTrajectory(
  parameters: MatrixParameters,
  start: MatrixStart,
  times: readonly number[],
  method: Method = standard,
): MatrixState[] {
  const { layout, field } = matrixFlow(parameters);
  return integrate(field, layout.write(start), times, method).map((y) => layout.read(y));
}

/** Ends a run of the matrix flow early when it returns true. The state's memory is the run's own: copy to keep. */
export type MatrixObserver = (time: number, state: MatrixState) => boolean | undefined;

/**
 * Follows the flow up to a time, and shows every step of the integrator.
 * @returns the last state
 * @throws as `matrixTrajectory`
 */
export function followMatrix(
  flow: MatrixFlow,
  start: MatrixStart,
  until: number,
  observe: MatrixObserver,
  method: Method = standard,
): MatrixState {
  if (!(until >= 0 && Number.isFinite(until))) throw new RangeError(`until must be a finite time from 0, not ${until}`);
  const y = flow.layout.write(start);
  if (!observe(0, flow.layout.read(y)) && until > 0) {
    const advance = integrator(flow.field, y.length, method);
    const end = advance(y, 0, until, (time, state) => observe(time, flow.layout.read(state)));
    if (!y.every(Number.isFinite)) throw new Error(`the flow is not finite at t = ${end}`);
  }
  return flow.layout.read(y);
}
