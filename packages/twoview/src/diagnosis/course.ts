// The course of a run, read from its rows: what the early warning would have said, and when a collapse began.
import type { MetricsRow } from '../runs/index.js';
import { CollapseTracker, sampleOf, type TrackedEvent, type TrackedSample } from './tracker.js';
import type { Verdict } from './verdict.js';

export interface Course {
  /** Warnings and all-clears in their order. */
  events: TrackedEvent[];
  /** The warning that still stands and fits the verdict: when the collapse began; null for none. */
  began: TrackedEvent | null;
  /** Whether the run was watched while it trained; else only complete collapse can be dated. */
  watched: boolean;
  /** The measures of logged batches, thinned to some hundreds. */
  samples: TrackedSample[];
}

const most = 300;

/** Replays a run's rows. @returns null for a run that has none with embeddings in them */
export function courseOf(rows: readonly MetricsRow[], verdict: Verdict): Course | null {
  const samples = rows.map(sampleOf).filter((sample) => sample !== null);
  if (samples.length === 0) return null;
  const tracker = new CollapseTracker();
  const events = samples.flatMap((sample) => tracker.add(sample));
  const standing = new Map<string, TrackedEvent>();
  for (const event of events) {
    if (event.state === 'warning') standing.set(event.kind, event);
    else standing.delete(event.kind);
  }
  const stride = Math.ceil(samples.length / most);
  return {
    events,
    began: standing.get(verdict) ?? null,
    watched: samples.some(({ participationRatio }) => !Number.isNaN(participationRatio)),
    samples: samples.filter((_, i) => i % stride === 0 || i === samples.length - 1),
  };
}
