// How well a prediction and a measurement agree, over rows and modes.

/** Errors that count as agreement. */
export const tolerance = 0.1;

export interface Agreement {
  /** Weighted sum of |predicted - measured| over that of |measured|; 0 where both are 0. */
  error: number;
  /** 1 - the sum of squared weighted errors over that of deviations from the first row: 1 is perfect, 0 no better than "nothing changes"; null where nothing does. */
  skill: number | null;
  /** Share of rows whose error is within the tolerance. */
  within: number;
}

export interface AgreementInput {
  /** `[rows][modes]`; two rows or more. */
  measured: readonly (readonly number[])[];
  predicted: readonly (readonly number[])[];
  weights: readonly (readonly number[])[];
}

/** The first row is what predictions start from, and counts for nothing. */
export function agreement({ measured, predicted, weights }: AgreementInput): Agreement {
  let [difference, size, squared, change] = [0, 0, 0, 0];
  let good = 0;
  for (let k = 1; k < measured.length; k++) {
    let [rowDifference, rowSize] = [0, 0];
    for (const [j, value] of measured[k]!.entries()) {
      const weight = Math.max(weights[k]![j]!, 0);
      const off = predicted[k]![j]! - value;
      rowDifference += weight * Math.abs(off);
      rowSize += weight * Math.abs(value);
      squared += (weight * off) ** 2;
      change += (weight * (value - measured[0]![j]!)) ** 2;
    }
    difference += rowDifference;
    size += rowSize;
    if (rowDifference <= tolerance * rowSize) good++;
  }
  return {
    error: difference === 0 ? 0 : difference / size,
    skill: change > 1e-18 * size ** 2 ? 1 - squared / change : null,
    within: good / (measured.length - 1),
  };
}
