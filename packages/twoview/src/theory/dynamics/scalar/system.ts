// The flow of the weights of n modes, for any filling of the slots (Tian, Chen, Ganguli 2021, eqs. 11 to 13 in the weights'
// own form, which divides by nothing; appendix D for data that are not isotropic).
import type { VectorField } from './integrators/field.js';
import { checkModeData, type ModeData, type Resolved, resolveParameters, type ScalarParameters } from './parameters.js';
import { type ModeState, toWeights } from './state.js';

/** A flow over n modes. A state is [3 n]: n of w, then n of wp, then n of wa. */
export interface ModeSystem {
  parameters: Resolved;
  data: readonly ModeData[];
  field: VectorField;
  /** Sets what the slots determine and the flow leaves alone: wp that is not trained, wa that is no average. In place. */
  complete(state: Float64Array): void;
}

/**
 * The system of n modes. Modes meet only in `directSet` with epsilon above 0, through the largest correlation.
 * @param data one entry a mode; a single mode with the parameters' own data if left out
 * @throws RangeError when a parameter is out of range, or there is no mode
 */
export function modeSystem(given: ScalarParameters, data?: readonly ModeData[]): ModeSystem {
  const parameters = resolveParameters(given);
  const modes = data?.map(checkModeData) ?? [{ lambdaS: parameters.lambdaS, lambdaD: parameters.lambdaD }];
  if (modes.length === 0) throw new RangeError('a system needs one mode at least');
  return { parameters, data: modes, field: flow(parameters, modes), complete: completion(parameters, modes) };
}

/**
 * A state of the system that starts at these modes, [3 n].
 * @throws RangeError when their number is not the system's, a number is not finite, or s is negative
 */
export function initialState(system: ModeSystem, modes: readonly ModeState[]): Float64Array {
  const n = system.data.length;
  if (modes.length !== n)
    throw new RangeError(`the system has ${n} modes, but ${modes.length} initial states are given`);
  const state = new Float64Array(3 * n);
  const tau = system.parameters.target.name === 'ema' ? 0 : 1;
  modes.forEach((mode, j) => {
    const { w, wp, wa } = toWeights({ tau, ...mode });
    state[j] = w;
    state[n + j] = wp;
    state[2 * n + j] = wa;
  });
  system.complete(state);
  return state;
}

/** Mode j of a state [3 n]. */
export function readMode(system: ModeSystem, state: Float64Array, j = 0): Required<ModeState> {
  const n = system.data.length;
  const w = state[j] as number;
  const s = w * w;
  const { target } = system.parameters;
  // Of weights so small that s is 0 the ratio has no digits left.
  const lag = s === 0 ? Number.NaN : (state[2 * n + j] as number) / w;
  const tau = target.name === 'ema' ? lag : target.name === 'online' ? 1 : target.tau;
  return { p: state[n + j] as number, s, tau };
}

function flow({ alphaP, etaP, etaS, predictor, target }: Resolved, data: readonly ModeData[]): VectorField {
  const n = data.length;
  const lambdaS = Float64Array.from(data, (mode) => mode.lambdaS);
  const lambdaD = Float64Array.from(data, (mode) => mode.lambdaD);
  const isTrained = predictor.name === 'linear';
  const setPredictor = predictorSetter(predictor, lambdaS, lambdaD);
  const set = new Float64Array(n);
  const fixedTau = target.name === 'stopGradient' ? target.tau : 1;
  const beta = target.name === 'ema' ? target.beta : 0;
  const throughTarget = target.name === 'online';
  return (_t, y, dy) => {
    setPredictor?.(y, set);
    for (let j = 0; j < n; j++) {
      const w = y[j] as number;
      const wp = setPredictor ? (set[j] as number) : (y[n + j] as number);
      const wa = beta > 0 ? (y[2 * n + j] as number) : fixedTau * w;
      const ls = lambdaS[j] as number;
      const ld = lambdaD[j] as number;
      const error = wa * ld - wp * w * ls;
      // Through the target too (theorem 2): minus (wp^2 + 1) x' + (wp - 1)^2 x of X' = ls - ld and X = ld.
      const pull = throughTarget ? wp * error + (wp * ld - ls) * w : wp * error;
      dy[j] = pull - etaS * w;
      dy[n + j] = isTrained ? alphaP * error * w - etaP * wp : 0;
      dy[2 * n + j] = beta > 0 ? beta * (w - wa) : 0;
    }
  };
}

function completion({ predictor, target }: Resolved, data: readonly ModeData[]): (state: Float64Array) => void {
  const n = data.length;
  const lambdaS = Float64Array.from(data, (mode) => mode.lambdaS);
  const lambdaD = Float64Array.from(data, (mode) => mode.lambdaD);
  const setPredictor = predictorSetter(predictor, lambdaS, lambdaD);
  return (state) => {
    setPredictor?.(state, state.subarray(n, 2 * n));
    if (target.name === 'ema') return;
    const tau = target.name === 'stopGradient' ? target.tau : 1;
    for (let j = 0; j < n; j++) state[2 * n + j] = tau * (state[j] as number);
  };
}

/** Writes the predictor's eigenvalues [n] that the encoder of a state determines; undefined where they are trained. */
function predictorSetter(
  predictor: Resolved['predictor'],
  lambdaS: Float64Array,
  lambdaD: Float64Array,
): ((state: Float64Array, p: Float64Array) => void) | undefined {
  const n = lambdaS.length;
  if (predictor.name === 'linear') return undefined;
  if (predictor.name === 'identity') return (_state, p) => void p.fill(1);
  const { exponent, epsilon } = predictor;
  const lambda = predictor.correlation === 'views' ? lambdaS : lambdaD;
  return (state, p) => {
    let largest = 0;
    for (let j = 0; j < n; j++) {
      const w = state[j] as number;
      const f = (lambda[j] as number) * w * w;
      largest = Math.max(largest, f);
      p[j] = exponent === 0.5 ? Math.sqrt(f) : f ** exponent;
    }
    for (let j = 0; j < n; j++) p[j] = (p[j] as number) + epsilon * largest;
  };
}
