// Dormand and Prince's embedded method of orders 5 and 4 (1980), with a step size that keeps the error of each step in bounds.
import { checkNumber } from '../parameters.js';
import type { Method, StepObserver, VectorField } from './field.js';

/** Nodes, and rows of the tableau; the last row is the solution of order 5, whose stage is the next step's first. */
const nodes = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const rows = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Order 5 minus order 4. */
const errors = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

const safety = 0.9;
const [shrink, grow] = [0.2, 5];

type Options = Omit<Extract<Method, { name: 'dormandPrince' }>, 'name'>;

/** An integrator that remembers its step size between calls. */
export class DormandPrince {
  readonly #stages: Float64Array[];
  readonly #next: Float64Array;
  readonly #relative: number;
  readonly #absolute: number;
  readonly #maxSteps: number;
  #step = 0;
  #steps = 0;

  /** @throws RangeError when a tolerance is not above 0 */
  constructor(
    private readonly field: VectorField,
    private readonly size: number,
    { relative = 1e-10, absolute = 1e-14, maxSteps = 1_000_000 }: Options = {},
  ) {
    this.#relative = checkNumber('relative', relative, { above: 0 });
    this.#absolute = checkNumber('absolute', absolute, { above: 0 });
    this.#maxSteps = checkNumber('maxSteps', maxSteps, { least: 1 });
    this.#stages = nodes.map(() => new Float64Array(size));
    this.#next = new Float64Array(size);
  }

  /**
   * Takes y from `from` to `to`, in place; the last step is shortened to end there, so that a time which is asked for costs
   * no accuracy.
   * @returns the time reached: `to`, or where the observer ended it
   * @throws Error when it takes more steps than allowed, or the flow runs off to infinity
   */
  advance(y: Float64Array, from: number, to: number, observe?: StepObserver): number {
    let t = from;
    this.field(t, y, this.#stages[0] as Float64Array);
    if (this.#step === 0) this.#step = this.#firstStep(y, to - from);
    while (t < to) {
      if (++this.#steps > this.#maxSteps)
        throw new Error(
          `the flow needs more than ${this.#maxSteps} steps to t = ${to}: its rates are too fast for so long a time`,
        );
      const isLast = t + this.#step * (1 + 1e-9) >= to;
      const h = isLast ? to - t : this.#step;
      const error = this.#attempt(t, y, h);
      const factor = safety * error ** -0.2;
      if (!(error <= 1)) {
        this.#step = h * Math.max(factor, shrink);
        if (!(t + this.#step > t)) throw new Error(`the flow is not finite near t = ${t}`);
        continue;
      }
      t = isLast ? to : t + h;
      y.set(this.#next);
      this.#reuseLastStage();
      // A step that was cut short says little about how long the next may be: it may only lengthen it.
      const proposal = h * Math.min(grow, Math.max(shrink, factor));
      this.#step = isLast ? Math.max(this.#step, proposal) : proposal;
      if (observe?.(t, y)) return t;
    }
    return to;
  }

  /** Computes the state after a step into #next. @returns its error over what is allowed */
  #attempt(t: number, y: Float64Array, h: number): number {
    const { size } = this;
    const next = this.#next;
    for (let stage = 1; stage < nodes.length; stage++) {
      const row = rows[stage] as number[];
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let k = 0; k < stage; k++) sum += (row[k] as number) * ((this.#stages[k] as Float64Array)[i] as number);
        next[i] = (y[i] as number) + h * sum;
      }
      this.field(t + (nodes[stage] as number) * h, next, this.#stages[stage] as Float64Array);
    }
    let worst = 0;
    for (let i = 0; i < size; i++) {
      let error = 0;
      for (let k = 0; k < errors.length; k++)
        error += (errors[k] as number) * ((this.#stages[k] as Float64Array)[i] as number);
      const scale = Math.max(Math.abs(y[i] as number), Math.abs(next[i] as number));
      const share = Math.abs(h * error) / (this.#absolute + this.#relative * scale);
      // A step that leads out of the finite numbers has to be refused.
      if (Number.isNaN(share)) return Number.POSITIVE_INFINITY;
      worst = Math.max(worst, share);
    }
    return worst;
  }

  #reuseLastStage(): void {
    const first = this.#stages[0] as Float64Array;
    const last = this.#stages.length - 1;
    this.#stages[0] = this.#stages[last] as Float64Array;
    this.#stages[last] = first;
  }

  /** Short enough that the first trial is not wasted. */
  #firstStep(y: Float64Array, span: number): number {
    const slope = this.#stages[0] as Float64Array;
    let ratio = 0;
    for (let i = 0; i < this.size; i++)
      ratio = Math.max(ratio, Math.abs(slope[i] as number) / (this.#absolute ** 0.5 + Math.abs(y[i] as number)));
    return Math.min(span, ratio > 0 ? 0.01 / ratio : span);
  }
}
