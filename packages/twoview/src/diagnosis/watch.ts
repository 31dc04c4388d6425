// The live diagnosis: an observer that writes down the spread of each logged batch and warns as soon as it shows a collapse.
import type { MetricsRow } from '../runs/index.js';
import type { Config, Measures, Observer } from '../training/index.js';
import { measureBatch } from './batch.js';
import { type Cause, looksAtEmbeddings, probableCauses } from './causes/index.js';
import { sufficientDirections } from './classes.js';
import { type Thresholds, thresholds } from './thresholds.js';
import { CollapseTracker, sampleOf, type TrackedEvent, trackedNames, type WarningKind } from './tracker.js';

/** A collapse that begins, or an all-clear. */
export interface CollapseWarning {
  step: number;
  verdict: WarningKind;
  layer: 'z';
  /** The numbers behind it, in words. */
  evidence: readonly string[];
  /** The most probable cause, by the configuration and the batch; null for an all-clear, or where no rule applies. */
  cause: Cause | null;
}

export interface CollapseWatchOptions {
  config: Config;
  /** Called once when a kind of collapse begins; again only after an all-clear. */
  onWarning?: (warning: CollapseWarning) => void;
  /** Called when what looked like a collapse has passed. */
  onClear?: (warning: CollapseWarning) => void;
  /** Steps of the whole run, where known: for causes. */
  totalSteps?: number;
  thresholds?: Thresholds;
}

/** An observer with a memory of a few rows, which is not saved: hand it the rows of a run that goes on. */
export interface CollapseWatch extends Observer {
  /** Takes the rows that a resumed run has written so far, without warning again of what they show. */
  seed(rows: readonly MetricsRow[]): void;
}

/**
 * Watches z of each logged batch. Writes `z.varianceShare`, `z.participationRatio`, `z.offDiagonalCorrelation` (left out where it is not defined),
 * `z.spectrumTail` and `z.norm`. Draws no random numbers and leaves the model alone.
 *
 * A batch of N embeddings bounds every rank by N - 1, and the batch's own noise moves them: warnings ask for several steps
 * that agree. The verdict on many images is `diagnoseRun`'s.
 */
export function createCollapseWatch(options: CollapseWatchOptions): CollapseWatch {
  const limits = options.thresholds ?? thresholds;
  // Where the loss does not look at z, it is a projection of h, and its common mean may be large as that of h is.
  const share = limits.h.completeVarianceShare;
  const tracker = new CollapseTracker(
    looksAtEmbeddings(options.config.method)
      ? limits.watch
      : { ...limits.watch, varianceShare: share, fallingVarianceShare: share },
  );

  const announce = (event: TrackedEvent, row: MetricsRow): void => {
    const { kind: verdict, step, evidence, state } = event;
    // A classifier of two or three classes is narrow when all is well.
    if (verdict === 'dimensional collapse' && (sufficientDirections(options.config) ?? 2) <= 1) return;
    const warning = { step, verdict, layer: 'z' as const, evidence };
    if (state === 'clear') {
      options.onClear?.({ ...warning, cause: null });
      return;
    }
    const sample = sampleOf(row);
    const [cause = null] = probableCauses(
      {
        config: options.config,
        verdict: { z: verdict },
        history: [row],
        ...(sample && { measures: sample }),
        ...(options.totalSteps !== undefined && { totalSteps: options.totalSteps }),
      },
      limits,
    );
    options.onWarning?.({ ...warning, cause });
  };

  return {
    onStep({ step, embeddings, loss }): Measures {
      const batch = measureBatch(embeddings);
      const measures: Measures = Object.fromEntries(
        Object.entries(trackedNames)
          .map(([key, name]) => [name, batch[key as keyof typeof batch]] as const)
          .filter(([, value]) => !Number.isNaN(value)),
      );
      const row: MetricsRow = { step, loss, ...measures };
      const sample = sampleOf(row);
      if (sample) for (const event of tracker.add(sample)) announce(event, row);
      return measures;
    },
    seed(rows) {
      for (const row of rows) {
        const sample = sampleOf(row);
        if (sample) tracker.add(sample);
      }
    },
  };
}
