// What every attack tells between its steps, and what it ends with.
import type { AttackResult } from './outcome.js';

/** How far an attack has come. */
export interface AttackProgress {
  /** From 0. */
  readonly restart: number;
  /** Steps of this restart that are done. */
  readonly step: number;
  /** Images that are still attacked. */
  readonly active: number;
}

/** What a sequence of steps returns at its end. */
export function ended(steps: Generator<AttackProgress, AttackResult>): AttackResult {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
