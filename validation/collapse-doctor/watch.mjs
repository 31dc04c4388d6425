// The live watch of a recorded run, replayed from its batches.
import { CollapseTracker, measureBatch, sampleOf } from 'twoview/diagnosis';

/** What the live watch wrote down at logged steps, from the recorded batches. */
export function watchedSamples(entry, batches) {
  return entry.metrics
    .filter(({ step, loss }) => loss !== undefined && batches.has(String(step)))
    .map(({ step, loss }) => {
      const measures = Object.entries(measureBatch(batches.get(String(step)))).map(([name, value]) => [
        `z.${name}`,
        value,
      ]);
      return sampleOf({ step, loss, ...Object.fromEntries(measures) });
    });
}

/** Its warnings; `cleared` is the step at which one was taken back. */
export function watch(samples) {
  const tracker = new CollapseTracker();
  const warnings = [];
  for (const sample of samples) {
    const { step } = sample;
    for (const event of tracker.add(sample)) {
      if (event.state === 'warning') warnings.push({ kind: event.kind, step, cleared: null });
      else warnings.findLast(({ kind }) => kind === event.kind).cleared = step;
    }
  }
  return warnings;
}
