// The training runs behind the claims, by name.

import type { HltmVariant } from './experiment.js';
import { alternatives, controls, deep, lows, seedCounts, small, watched, widths } from './settings.js';

/** Runs of one setting. */
export interface RunGroup {
  variant: HltmVariant;
  /** Seeds 0 to count - 1, or those that were asked for where they are more. */
  count: number;
}

type Low = (typeof lows)[number];
type Width = (typeof widths)[number];

/** Name of a run of depth 5 or 3. */
export const deepName = (low: Low, width: Width): string => `L=5, polarity from ${low}, ${width} units`;
export const smallName = (width: number): string => `L=3, polarity from 0.8, ${width} units`;

/** Depth 5 with every polarity and width. */
export const deepGroups: Readonly<Record<string, RunGroup>> = Object.fromEntries(
  lows.flatMap((low) =>
    widths.map((width) => [deepName(low, width), { variant: deep(low, width), count: seedCounts.deep }]),
  ),
);

/** Depth 3. */
export const smallGroups: Readonly<Record<string, RunGroup>> = Object.fromEntries(
  [2, 10].map((width) => [smallName(width), { variant: small(width), count: seedCounts.small }]),
);

export const watchedGroup: RunGroup = { variant: watched, count: seedCounts.watched };
export const coldGroup: RunGroup = { variant: alternatives.cold, count: seedCounts.alternatives };
export const differenceGroup: RunGroup = { variant: alternatives.difference, count: seedCounts.alternatives };
export const sameRootGroup: RunGroup = { variant: controls.sameRoot, count: seedCounts.controls };
export const stillGroup: RunGroup = { variant: controls.still, count: 1 };
export const severedGroup: RunGroup = { variant: controls.severed, count: 1 };

/** Some of the groups. */
export function pickGroups(
  groups: Readonly<Record<string, RunGroup>>,
  names: readonly string[],
): Readonly<Record<string, RunGroup>> {
  return Object.fromEntries(
    names.map((name) => {
      const group = groups[name];
      if (!group) throw new RangeError(`there are no runs ${name}`);
      return [name, group];
    }),
  );
}
