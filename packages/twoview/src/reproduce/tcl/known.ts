// Results that are there already, for tables and figures.
import type { ReportInput } from '../claim.js';
import { type ArmName, arms, type MetaRlMeasures, metaRlExperiment } from './runs/index.js';

export interface Found {
  name: ArmName;
  runs: readonly { seed: number; measures: MetaRlMeasures }[];
}

/** Runs that are finished, by arm and seed; arms without any left out. */
export function knownRuns({ known, context }: ReportInput): Found[] {
  return (Object.keys(arms) as ArmName[]).flatMap((name) => {
    const runs = context.seeds.flatMap((seed) => {
      const measures = known(metaRlExperiment(name, arms[name], seed));
      return measures ? [{ seed, measures }] : [];
    });
    return runs.length === 0 ? [] : [{ name, runs }];
  });
}

/** Those that did not diverge. */
export const sound = (found: readonly Found[]): Found[] =>
  found
    .map(({ name, runs }) => ({ name, runs: runs.filter(({ measures }) => measures.diverged === null) }))
    .filter(({ runs }) => runs.length > 0);
