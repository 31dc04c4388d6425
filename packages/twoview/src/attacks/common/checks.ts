// Checks of settings that several attacks share.

/** Throws a RangeError unless every value is a whole number of at least 1. */
export function whole(where: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${where}: ${name} must be a whole number of at least 1, not ${value}`);
    }
  }
}

/** Throws a RangeError unless every value is a finite number above 0. */
export function positive(where: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0) || !Number.isFinite(value)) {
      throw new RangeError(`${where}: ${name} must be a positive number, not ${value}`);
    }
  }
}

/** Throws a RangeError unless the mode is `eval`. */
export function checkEval(where: string, mode: string): void {
  if (mode !== 'eval') {
    throw new RangeError(
      `${where}: mode must be 'eval', not ${String(mode)}: in 'train' images would depend on each other`,
    );
  }
}

/** Throws a RangeError unless the value is one of those known. */
export function known<T>(where: string, name: string, value: T, all: readonly T[]): void {
  if (!all.includes(value)) {
    throw new RangeError(`${where}: ${name} must be one of ${all.join(', ')}, not ${String(value)}`);
  }
}

/** Throws a RangeError unless every value is in [0, 1]. */
export function checkShare(where: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${where}: ${name} must be a share in [0, 1], not ${value}`);
  }
}
