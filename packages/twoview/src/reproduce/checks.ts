// Comparisons of a measured number with a threshold, and the verdict that they give together. NaN never holds.
import type { Verdict } from './claim.js';

/** One number beside its threshold. */
export interface Check {
  /** What was measured; unique within a claim. */
  name: string;
  measured: number;
  /** Such as `<= 0.1` or `from 0.99 to 1.01`. */
  threshold: string;
  holds: boolean;
}

export function atMost(name: string, measured: number, bound: number): Check {
  return { name, measured, threshold: `<= ${tidy(bound, 6)}`, holds: measured <= bound };
}

export function atLeast(name: string, measured: number, bound: number): Check {
  return { name, measured, threshold: `>= ${tidy(bound, 6)}`, holds: measured >= bound };
}

export function below(name: string, measured: number, bound: number): Check {
  return { name, measured, threshold: `< ${tidy(bound, 6)}`, holds: measured < bound };
}

export function above(name: string, measured: number, bound: number): Check {
  return { name, measured, threshold: `> ${tidy(bound, 6)}`, holds: measured > bound };
}

export function within(name: string, measured: number, from: number, to: number): Check {
  return {
    name,
    measured,
    threshold: `from ${tidy(from, 6)} to ${tidy(to, 6)}`,
    holds: measured >= from && measured <= to,
  };
}

/** Within a relative tolerance of an expected value. */
export function near(name: string, measured: number, expected: number, tolerance: number): Check {
  const threshold = `${Number(expected.toPrecision(4))} within ${Number((100 * tolerance).toPrecision(3))} %`;
  return { name, measured, threshold, holds: Math.abs(measured - expected) <= tolerance * Math.abs(expected) };
}

/** The claim holds if all its checks do. */
export function judge(checks: readonly Check[]): Verdict {
  const failed = checks.filter(({ holds }) => !holds);
  const reason = failed.map(({ name, measured, threshold }) => `${name} is ${tidy(measured)}, not ${threshold}`);
  return {
    status: failed.length === 0 && checks.length > 0 ? 'pass' : 'fail',
    measured: Object.fromEntries(checks.map(({ name, measured }) => [name, measured])),
    threshold: Object.fromEntries(checks.map(({ name, threshold }) => [name, threshold])),
    ...(failed.length > 0 ? { failed: failed.map(({ name }) => name), reason: reason.join('; ') } : {}),
  };
}

/** A claim that could not be measured here, and why. */
export function notRun(reason: string): Verdict {
  return { status: 'notRun', measured: {}, threshold: {}, reason };
}

function tidy(value: number, digits = 4): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : String(value);
}
