// Checks of plain numbers that settings of this room share.

/** Throws a RangeError unless `value` is finite and at least `least`. */
export function checkAtLeast(where: string, name: string, value: number, least: number): void {
  if (!(value >= least) || !Number.isFinite(value)) {
    throw new RangeError(`${where}: ${name} must be a number of at least ${least}, not ${value}`);
  }
}

/** Throws a RangeError unless `value` is a whole number from `least` to `most`. */
export function checkWhole(where: string, name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${where}: ${name} must be a whole number from ${least} to ${most}, not ${value}`);
}
