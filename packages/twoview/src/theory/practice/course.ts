// What the observer wrote down, read back: modes over steps.
import type { MetricsRow } from '../../runs/index.js';
import type { Modes } from './modes.js';
import { modeMeasures } from './observer.js';

/** The modes of one logged step, averaged over the steps since the one before. */
export interface ModeRow extends Modes {
  step: number;
  /** Steps it is the average of. */
  window: number;
  /** Mean learning rate of these steps, which a schedule moves. */
  lr: number;
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((x) => typeof x === 'number');

/** The rows that have modes, in order of steps; those after a change in their number are left out. */
export function modeCourse(rows: readonly MetricsRow[]): ModeRow[] {
  const course = rows.flatMap((row): ModeRow[] => {
    const entries = Object.entries(modeMeasures)
      .map(([key, name]) => [key, row[name]] as const)
      .filter(([key, value]) => key !== 'pull' || value !== undefined);
    if (!entries.every(([, value]) => isNumbers(value)) || typeof row.lr !== 'number') return [];
    return [{ step: row.step, window: row.step, lr: row.lr, ...(Object.fromEntries(entries) as unknown as Modes) }];
  });
  return course
    .filter((row) => row.s.length === course[0]!.s.length)
    .map((row, k, all) => averagedRates(row, all[k - 1]));
}

/** A row has the learning rate of its last step alone; between two rows it is taken to change evenly. */
function averagedRates(row: ModeRow, before: ModeRow | undefined): ModeRow {
  if (!before) return row;
  const window = row.step - before.step;
  return { ...row, window, lr: row.lr + ((before.lr - row.lr) * (window - 1)) / (2 * window) };
}
