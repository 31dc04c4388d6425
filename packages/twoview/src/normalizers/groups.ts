// How many groups axes are whitened in.

/** The divisors of n, ascending. */
function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1).filter((candidate) => n % candidate === 0);
}

/** Throws a RangeError that names the choices unless `axes` axes divide into `groups` groups. */
export function checkGroups(where: string, groups: number, axes: number): void {
  if (Number.isInteger(groups) && groups >= 1 && axes % groups === 0) return;
  throw new RangeError(
    `${where}: ${axes} axes do not divide into ${groups} groups; choose ${divisors(axes).join(', ')}`,
  );
}

/**
 * The least number of groups that divides `axes` and leaves a group at most half as many axes as there are samples: Hua et
 * al. 2021 take ceil(2 D / N), from which this goes up to the next divisor. A prime number of axes ends in groups of
 * one, which is batch normalisation.
 */
export function safeGroups(axes: number, samples: number): number {
  const least = Math.ceil((2 * axes) / samples);
  const groups = divisors(axes).find((candidate) => candidate >= least);
  if (groups === undefined)
    throw new RangeError(`${samples} sample cannot be standardised: take a batch of two or more`);
  return groups;
}
