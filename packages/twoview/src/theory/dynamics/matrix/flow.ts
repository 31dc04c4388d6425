// The gradient flow of the linear model, eqs. 2 to 4 of Tian, Chen, Ganguli 2021 (lemma 1), for any filling of the slots.
import type { VectorField } from '../scalar/integrators/field.js';
import { add, combine, multiply, subtract, symmetricPart, transpose } from './algebra.js';
import { type MatrixParameters, type ResolvedMatrixParameters, resolveMatrixParameters } from './parameters.js';
import { type MatrixState, StateLayout, times } from './state.js';

/** A flow over matrices. A state is one vector, laid out by `layout`. */
export interface MatrixFlow {
  parameters: ResolvedMatrixParameters;
  layout: StateLayout;
  field: VectorField;
}

/** @throws RangeError when a parameter is out of range */
export function matrixFlow(given: MatrixParameters): MatrixFlow {
  const parameters = resolveMatrixParameters(given);
  const layout = new StateLayout(parameters);
  const field: VectorField = (_t, y, dy) => {
    const slope = derivative(parameters, layout.read(y));
    const out = layout.parts(dy);
    out.w.values.set(slope.w.values);
    out.wp?.values.set(slope.wp.values);
    out.wa?.values.set(slope.wa.values);
  };
  return { parameters, layout, field };
}

/**
 * dW/dt, dWp/dt and dWa/dt, each as if it were free: with E = -Wp W (X + X') + Wa X,
 *
 *   dWp/dt = alpha_p E W^T - eta_p Wp      (2)
 *   dW/dt  = Wp^T E - eta_s W              (3)
 *   dWa/dt = beta (W - Wa)                 (4)
 *
 * Through both branches (target `online`) dW/dt has (Wp W X - W (X + X')) besides: theorem 2.
 */
export function derivative(parameters: ResolvedMatrixParameters, { w, wp, wa }: MatrixState): MatrixState {
  const { x, views, alphaP, etaP, etaS, predictor, target } = parameters;
  const seen = times(w, views);
  const error = subtract(times(wa, x), multiply(wp, seen));
  const back = multiply(transpose(wp), error);
  const pull = target.name === 'online' ? add(back, subtract(times(multiply(wp, w), x), seen)) : back;
  const push = multiply(error, transpose(w));
  const isSymmetric = predictor.name === 'linear' && predictor.symmetric;
  return {
    w: combine(1, pull, -etaS, w),
    wp: combine(alphaP, isSymmetric ? symmetricPart(push) : push, -etaP, wp),
    wa: target.name === 'ema' ? combine(target.beta, w, -target.beta, wa) : wa,
  };
}
