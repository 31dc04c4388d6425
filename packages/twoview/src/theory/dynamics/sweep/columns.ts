// The input of a sweep: one number for all trajectories, or a column of one a trajectory.

/** A number for all, or one a trajectory [N]. */
export type Column = number | Float64Array;

/** Scalar modes with a trained linear predictor and a target without gradient; numbers as in `ScalarParameters`. */
export interface SweepInput {
  /** Where p starts. */
  p0: Column;
  /** Where s starts; on the parabola, p0^2 / alphaP, if left out. */
  s0?: Column;
  /** 1 if left out. */
  alphaP?: Column;
  /** Weight decay of both; 0 if left out. */
  eta?: Column;
  /** In place of eta. */
  etaP?: Column;
  etaS?: Column;
  /** lambdaD = 1, lambdaS = 1 + sigma2; 0 if left out. */
  sigma2?: Column;
  /** In place of sigma2, together. */
  lambdaS?: Column;
  lambdaD?: Column;
  /** A moving average of this rate as target, which starts at wa = tau0 w. */
  beta?: Column;
  /** 0 if left out. Only with beta. */
  tau0?: Column;
  /** wa = tau w, in place of a moving average; 1 if left out. */
  tau?: Column;
}

/** Columns [N] with every default filled in. */
export interface Columns {
  size: number;
  p0: Float64Array;
  s0: Float64Array;
  alphaP: Float64Array;
  etaP: Float64Array;
  etaS: Float64Array;
  lambdaS: Float64Array;
  lambdaD: Float64Array;
  /** The fixed tau, or where a moving average starts. */
  tau: Float64Array;
  /** Null at a fixed tau. */
  beta: Float64Array | null;
}

const names: ReadonlySet<string> = new Set<keyof SweepInput>([
  'p0',
  's0',
  'alphaP',
  'eta',
  'etaP',
  'etaS',
  'sigma2',
  'lambdaS',
  'lambdaD',
  'beta',
  'tau0',
  'tau',
]);
const least: Record<string, number> = { s0: 0, eta: 0, etaP: 0, etaS: 0, sigma2: 0 };
const positive = new Set(['alphaP', 'lambdaS', 'lambdaD', 'beta', 'tau']);

/**
 * Fills defaults in and makes every number a column.
 * @throws RangeError when columns differ in length, a number is out of range, or two exclude each other
 */
export function columnsOf(input: SweepInput): Columns {
  const size = sizeOf(input);
  for (const [name, column] of Object.entries(input)) if (column !== undefined) checkColumn(name, column as Column);
  const column = (value: Column): Float64Array =>
    typeof value === 'number' ? new Float64Array(size).fill(value) : value;
  const { eta = 0, beta, tau, tau0 } = input;
  if (beta !== undefined && tau !== undefined)
    throw new RangeError('a sweep has a fixed tau or a moving average of rate beta, not both');
  if (beta === undefined && tau0 !== undefined)
    throw new RangeError('tau0 is where a moving average starts: give beta');
  const p0 = column(input.p0);
  const alphaP = column(input.alphaP ?? 1);
  return {
    size,
    p0,
    s0: input.s0 === undefined ? p0.map((p, i) => (p * p) / (alphaP[i] as number)) : column(input.s0),
    alphaP,
    etaP: column(input.etaP ?? eta),
    etaS: column(input.etaS ?? eta),
    ...dataColumns(input, column),
    tau: column(beta === undefined ? (tau ?? 1) : (tau0 ?? 0)),
    beta: beta === undefined ? null : column(beta),
  };
}

function dataColumns(
  { sigma2, lambdaS, lambdaD }: SweepInput,
  column: (value: Column) => Float64Array,
): { lambdaS: Float64Array; lambdaD: Float64Array } {
  if ((lambdaS === undefined) !== (lambdaD === undefined)) throw new RangeError('give lambdaS and lambdaD together');
  if (lambdaS === undefined || lambdaD === undefined)
    return { lambdaS: column(sigma2 ?? 0).map((noise) => 1 + noise), lambdaD: column(1) };
  if (sigma2 !== undefined) throw new RangeError('sigma2 stands for lambdaS and lambdaD: give one or the others');
  const columns = { lambdaS: column(lambdaS), lambdaD: column(lambdaD) };
  const at = columns.lambdaS.findIndex((value, i) => value < (columns.lambdaD[i] as number));
  if (at >= 0) throw new RangeError(`lambdaS must be at least lambdaD, but is less in trajectory ${at}`);
  return columns;
}

function sizeOf(input: SweepInput): number {
  const sizes = new Set(
    Object.values(input).flatMap((column) => (column instanceof Float64Array ? [column.length] : [])),
  );
  if (sizes.size > 1) throw new RangeError(`columns must have one length, not ${[...sizes].join(' and ')}`);
  const [size = 1] = sizes;
  if (size === 0) throw new RangeError('a sweep needs one trajectory at least');
  return size;
}

function checkColumn(name: string, column: Column): void {
  if (!names.has(name)) throw new RangeError(`a sweep has no ${name}; it has ${[...names].join(', ')}`);
  if (typeof column !== 'number' && !(column instanceof Float64Array))
    throw new RangeError(`${name} must be a number or a Float64Array of one a trajectory`);
  const values = typeof column === 'number' ? [column] : column;
  const from = least[name] ?? Number.NEGATIVE_INFINITY;
  const isPositive = positive.has(name);
  for (const value of values) {
    if (!Number.isFinite(value) || value < from || (isPositive && value <= 0)) {
      const expected = isPositive ? 'positive' : from === 0 ? 'finite and at least 0' : 'finite';
      throw new RangeError(`${name} must be ${expected} in every trajectory, not ${value}`);
    }
  }
}
