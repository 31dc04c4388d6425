// Thresholds by schedule, never by gradient: the three phases of training.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { DecouplingSettings } from './config.js';

export type Phase = 'I' | 'II' | 'III';

/** Lengths of weight vectors `[m]`, float64, on this side. */
export function lengths(weights: Tensor): Float64Array {
  return torch.scope(() => weights.linalgVectorNorm(2, [1]).double().data() as Float64Array);
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Which phase a run is in, and its thresholds. */
export class BiasSchedule {
  phase: Phase = 'I';
  /** Steps after which Phases I and II ended. */
  t1: number | null = null;
  t2: number | null = null;
  /** b `[m]`. */
  readonly thresholds: Float64Array;
  private readonly start: Float64Array;
  private before: Float64Array;
  private medianAtT1 = 0;

  /** @param start lengths of the weight vectors before the first step */
  constructor(
    private readonly settings: DecouplingSettings['schedule'],
    private readonly network: DecouplingSettings['network'],
    private readonly atoms: number,
    start: Float64Array,
  ) {
    this.start = start;
    this.before = start;
    this.thresholds = new Float64Array(start.length);
  }

  /** Whether thresholds and phases still change: lengths need not be looked at once they do not. */
  get open(): boolean {
    return this.phase !== 'III';
  }

  /**
   * Takes the step's new lengths.
   *
   * Phase I ends when every vector has grown by `doubling`; then b_i = sqrt(2 log d / d) ||w_i||. In Phase II
   * b_i <- max{(1 + rho) b_i, b_i ||w_i new|| / ||w_i old||}. It ends when the median length has grown by `growth`.
   *
   * @param step from 1
   * @returns whether a phase ended
   * @throws RangeError when it is given another number of lengths
   */
  advance(step: number, now: Float64Array): boolean {
    const { doubling, firstSteps, rho, growth, secondSteps } = this.settings;
    if (now.length !== this.start.length)
      throw new RangeError(`BiasSchedule: ${now.length} lengths for ${this.start.length} neurons`);
    const before = this.before;
    this.before = now;
    if (this.phase === 'I') {
      if (step < firstSteps && !now.every((length, i) => length >= doubling * this.start[i]!)) return false;
      this.phase = 'II';
      this.t1 = step;
      this.medianAtT1 = median(now);
      const ratio = this.network.threshold ? Math.sqrt((2 * Math.log(this.atoms)) / this.atoms) : 0;
      now.forEach((length, i) => {
        this.thresholds[i] = ratio * length;
      });
      return true;
    }
    if (this.phase === 'III') return false;
    now.forEach((length, i) => {
      this.thresholds[i] = this.thresholds[i]! * Math.max(1 + rho, length / before[i]!);
    });
    if (median(now) < growth * this.medianAtT1 && step - this.t1! < secondSteps) return false;
    this.phase = 'III';
    this.t2 = step;
    return true;
  }
}
