// The course of z, read from the rows of a run that was watched.
import type { MetricsRow } from '../runs/index.js';
import { sampleOf } from './tracker.js';
import type { SpreadPoint } from './trend.js';

/** The spread of z at logged steps, oldest first; empty for a run that was not watched. */
export function spreadHistory(rows: readonly MetricsRow[]): SpreadPoint[] {
  return rows
    .map(sampleOf)
    .filter((sample) => sample !== null)
    .filter(({ participationRatio }) => !Number.isNaN(participationRatio));
}
