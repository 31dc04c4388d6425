// Points along an axis, and results that are there already.
import type { ReportInput } from '../../claim.js';
import type { Experiment } from '../../experiment.js';

/** Results that are there, in order. */
export const found = <R>({ known }: ReportInput, experiments: readonly Experiment<R>[]): R[] =>
  experiments.flatMap((experiment) => known(experiment) ?? []);

/** `count` points from one end to the other, both included. */
export const range = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
