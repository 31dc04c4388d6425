// The weights of the linear model, and how those that a flow changes lie in one vector.
import { combine, type Matrix, matrix, multiply, norm, scale, scaledIdentity, transpose } from './algebra.js';
import { spectralMap, symmetricEigen } from './eigen.js';
import type { Moment, ResolvedMatrixParameters } from './parameters.js';

/** Online network W [outputs, inputs], predictor Wp [outputs, outputs], target Wa [outputs, inputs]. */
export interface MatrixState {
  w: Matrix;
  wp: Matrix;
  wa: Matrix;
}

/** Where a run starts. What the slots determine is left out: a predictor that is not trained, a target that is no average. */
export interface MatrixStart {
  w: Matrix;
  /** Of a trained predictor. */
  wp?: Matrix;
  /** Of a moving average; 0 if left out. */
  wa?: Matrix;
}

/** W M, for a moment M of the data. */
export function times(w: Matrix, moment: Moment): Matrix {
  if (typeof moment === 'number') return moment === 1 ? w : scale(moment, w);
  return multiply(w, moment);
}

/** W M W^T: F with M = X, the predictor's own inputs' correlation with M = X + X'. */
export const correlationOf = (w: Matrix, moment: Moment): Matrix => multiply(times(w, moment), transpose(w));

/** DirectSet's predictor: U diag(f^exponent + epsilon max f) U^T of a correlation U diag(f) U^T (eq. 18 with exponent 1/2). */
export function directSet(correlation: Matrix, { exponent, epsilon }: { exponent: number; epsilon: number }): Matrix {
  if (exponent === 1 && epsilon === 0) return correlation;
  const eigen = symmetricEigen(correlation);
  const largest = Math.max(eigen.values[0]!, 0);
  return spectralMap(eigen, (f) => Math.max(f, 0) ** exponent + epsilon * largest);
}

/** How a state lies in the vector that is integrated: W, then Wp where it is trained, then Wa where it is an average. */
export class StateLayout {
  readonly size: number;
  readonly #w: number;
  readonly #wp: number;

  constructor(private readonly parameters: ResolvedMatrixParameters) {
    const { inputs, outputs, predictor, target } = parameters;
    this.#w = outputs * inputs;
    this.#wp = predictor.name === 'linear' ? outputs * outputs : 0;
    this.size = this.#w + this.#wp + (target.name === 'ema' ? this.#w : 0);
  }

  /** The parts of a vector [size], sharing its memory. */
  parts(y: Float64Array): { w: Matrix; wp?: Matrix; wa?: Matrix } {
    const { inputs, outputs } = this.parameters;
    const part = (columns: number, from: number): Matrix => ({
      rows: outputs,
      columns,
      values: y.subarray(from, from + outputs * columns),
    });
    const end = this.#w + this.#wp;
    return {
      w: part(inputs, 0),
      ...(this.#wp > 0 ? { wp: part(outputs, this.#w) } : {}),
      ...(this.size > end ? { wa: part(inputs, end) } : {}),
    };
  }

  /** All weights at a vector [size]: those that the slots determine are computed. */
  read(y: Float64Array): MatrixState {
    const { w, wp, wa } = this.parts(y);
    return { w, wp: wp ?? this.#predictor(w), wa: wa ?? this.#target(w) };
  }

  #predictor(w: Matrix): Matrix {
    const { predictor, outputs, x, views } = this.parameters;
    if (predictor.name !== 'directSet') return scaledIdentity(outputs);
    return directSet(correlationOf(w, predictor.correlation === 'views' ? views : x), predictor);
  }

  #target(w: Matrix): Matrix {
    const { target } = this.parameters;
    return target.name === 'stopGradient' && target.tau !== 1 ? scale(target.tau, w) : w;
  }

  /**
   * The vector of a start.
   * @throws RangeError when a matrix is missing, is not asked for, has another size or is not finite
   */
  write(start: MatrixStart): Float64Array {
    const { inputs, outputs, predictor } = this.parameters;
    const y = new Float64Array(this.size);
    const parts = this.parts(y);
    put('w', start.w, parts.w, [outputs, inputs]);
    if (parts.wp) put('wp', start.wp, parts.wp, [outputs, outputs]);
    else if (start.wp) throw new RangeError(`wp is set by the predictor ${predictor.name}: leave it out`);
    if (parts.wa && start.wa) put('wa', start.wa, parts.wa, [outputs, inputs]);
    else if (start.wa) throw new RangeError('wa starts at a value of its own for the target ema alone: leave it out');
    if (predictor.name === 'linear' && predictor.symmetric) checkSymmetric(parts.wp!);
    return y;
  }
}

function put(name: string, from: Matrix | undefined, to: Matrix, [rows, columns]: [number, number]): void {
  if (!from) throw new RangeError(`${name} is missing: the predictor is trained and has to start somewhere`);
  if (from.rows !== rows || from.columns !== columns)
    throw new RangeError(`${name} must be ${rows} x ${columns}, not ${from.rows} x ${from.columns}`);
  if (!from.values.every(Number.isFinite)) throw new RangeError(`${name} has an entry that is not a finite number`);
  to.values.set(matrix(rows, columns, from.values).values);
}

function checkSymmetric(wp: Matrix): void {
  if (norm(combine(1, wp, -1, transpose(wp))) > 1e-12 * norm(wp))
    throw new RangeError('wp must start symmetric where the predictor is kept symmetric');
}
