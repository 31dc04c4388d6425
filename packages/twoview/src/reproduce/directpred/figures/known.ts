// Results that are there already, for figures.
import type { ReportInput } from '../../claim.js';
import type { Experiment } from '../../experiment.js';

/** In the order of the experiments. */
export const found = <R>({ known }: ReportInput, experiments: readonly Experiment<R>[]): R[] =>
  experiments.flatMap((experiment) => known(experiment) ?? []);
