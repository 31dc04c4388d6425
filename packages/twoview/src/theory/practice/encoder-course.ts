// What the theory says of the embeddings while the network trains. The linear network's eq. 12,
//
//     ds_j/dt = 2 kappa growth_j - 2 eta s_j,   growth_j = p_j (drive_j - drag_j p_j)
//
// holds with kappa = 1 for a linear encoder of white data. A deep network moves its embeddings by more than one matrix's worth, so
// kappa, one number for all modes, is fitted to an earlier part of the run.
import type { ModeRow } from './course.js';
import type { RunRates } from './time.js';

export interface EncoderRates {
  /** How many times faster than a linear encoder's F grows. */
  kappa: number;
  /** Weight decay. */
  eta: number;
}

/** Modes below this share of the largest are the batch's noise. */
export const noise = 1e-3;

/** growth_j of a row; where gradient flows into the target too, its share as well. */
export function growthOf({ p, drive, drag, pull }: ModeRow): number[] {
  return p.map((value, j) => {
    const online = value * (drive[j]! - drag[j]! * value);
    return pull ? online + value * drive[j]! - pull[j]! : online;
  });
}

/** One change of ln s_j between two rows, whose averages lie half an interval before them. */
interface Change {
  /** Of kappa. */
  growth: number;
  /** Time that passed. */
  time: number;
  change: number;
}

function changesOf(before: ModeRow, after: ModeRow, rates: RunRates): (Change | null)[] {
  // From the middle of one average to the middle of the next.
  const time = ((before.window * before.lr + after.window * after.lr) / 2) * rates.timePerRate;
  const [first, last] = [growthOf(before), growthOf(after)];
  const floor = noise * Math.max(after.s[0]!, before.s[0]!);
  return after.s.map((s, j) => {
    const was = before.s[j]!;
    if (s <= floor || was <= floor) return null;
    return { growth: time * (first[j]! / was + last[j]! / s), time, change: Math.log(s / was) };
  });
}

/**
 * The kappa whose courses of ln s_j come closest to the measured ones, by least squares over rows and modes, with the
 * optimiser's decay. Courses rather than single changes: the noise of a batch is as large as what happens between two rows.
 * @returns null where there are too few rows
 */
export function fitEncoder(rows: readonly ModeRow[], rates: RunRates): EncoderRates | null {
  const eta = rates.etaS;
  let [squares, products, count] = [0, 0, 0];
  const growth = rows[0]!.s.map(() => 0);
  const change = rows[0]!.s.map(() => 0);
  for (let k = 1; k < rows.length; k++) {
    for (const [j, step] of changesOf(rows[k - 1]!, rows[k]!, rates).entries()) {
      if (step === null) continue;
      growth[j]! += step.growth;
      change[j]! += step.change + 2 * eta * step.time;
      squares += growth[j]! ** 2;
      products += growth[j]! * change[j]!;
      count++;
    }
  }
  if (count < 8 || !(squares > 0)) return null;
  // A negative rate would say that modes shrink as the theory has them grow: then it explains nothing.
  return { kappa: Math.max(products / squares, 0), eta };
}

/** s_j of every row `[rows][modes]`, from the first row's s_j and the growth that was measured. */
export function predictEncoder(rows: readonly ModeRow[], rates: RunRates, { kappa, eta }: EncoderRates): number[][] {
  const course = [rows[0]!.s.map((s) => Math.max(s, Number.MIN_VALUE))];
  for (const [k, row] of rows.slice(1).entries()) {
    const changes = changesOf(rows[k]!, row, rates);
    course.push(
      course[k]!.map((s, j) => {
        const change = changes[j];
        return change ? s * Math.exp(kappa * change.growth - 2 * eta * change.time) : row.s[j]!;
      }),
    );
  }
  return course;
}
