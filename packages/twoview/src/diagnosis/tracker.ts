// The early warning as a small state machine: sees one sample a logged step, says when a collapse begins. Pure.
import type { MetricsRow } from '../runs/index.js';
import { thresholds, type WatchThresholds } from './thresholds.js';
import { fitTrend, stepsUntil } from './trend.js';

/** What a logged step tells; NaN where it does not. */
export interface TrackedSample {
  step: number;
  varianceShare: number;
  participationRatio: number;
  offDiagonalCorrelation: number;
  norm: number;
}

/** What a warning warns of. */
export type WarningKind = 'complete collapse' | 'dimensional collapse' | 'diverged';

/** A change: a collapse begins, or what looked like one has passed. */
export interface TrackedEvent {
  kind: WarningKind;
  state: 'warning' | 'clear';
  step: number;
  /** The numbers behind it, in words. */
  evidence: string[];
}

/** Names of the measures in `metrics.jsonl`. */
export const trackedNames = {
  varianceShare: 'z.varianceShare',
  participationRatio: 'z.participationRatio',
  offDiagonalCorrelation: 'z.offDiagonalCorrelation',
  spectrumTail: 'z.spectrumTail',
  norm: 'z.norm',
} as const;

/**
 * The sample in a row that a watched run wrote. Of a run without the watch, the square of `z.std` stands for the variance share,
 * which is at least that, and the rest is unknown.
 * @returns null for a row of an evaluation
 */
export function sampleOf(row: MetricsRow): TrackedSample | null {
  const read = (name: string): number => (typeof row[name] === 'number' ? (row[name] as number) : Number.NaN);
  const std = typeof row.loss === 'number' ? read('z.std') : Number.NaN;
  const share = read(trackedNames.varianceShare);
  const varianceShare = Number.isNaN(share) ? std ** 2 : share;
  if (Number.isNaN(varianceShare)) return null;
  return {
    step: row.step,
    varianceShare,
    participationRatio: read(trackedNames.participationRatio),
    offDiagonalCorrelation: read(trackedNames.offDiagonalCorrelation),
    norm: read(trackedNames.norm),
  };
}

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** Follows a run. Its state is the last few samples, the first length, and which warnings stand. */
export class CollapseTracker {
  private recent: TrackedSample[] = [];
  private firstNorm = Number.NaN;
  /** Warnings that stand, with the samples seen since. */
  private readonly standing = new Map<WarningKind, number>();

  constructor(private readonly limits: WatchThresholds = thresholds.watch) {}

  /** Takes the next sample. @returns what changed: each kind warns once until it clears */
  add(sample: TrackedSample): TrackedEvent[] {
    if (Number.isNaN(this.firstNorm)) this.firstNorm = sample.norm;
    this.recent.push(sample);
    const kept = Math.max(this.limits.window, this.limits.consecutive, this.limits.clearAfter);
    if (this.recent.length > kept) this.recent.shift();
    return (['diverged', 'complete collapse', 'dimensional collapse'] as const).flatMap((kind) => {
      if (this.standing.has(kind)) return this.clears(kind) ? [this.event(kind, 'clear', this.clearEvidence())] : [];
      const evidence = this.warns(kind);
      return evidence ? [this.event(kind, 'warning', evidence)] : [];
    });
  }

  private event(kind: WarningKind, state: TrackedEvent['state'], evidence: string[]): TrackedEvent {
    if (state === 'warning') this.standing.set(kind, 0);
    else this.standing.delete(kind);
    return { kind, state, step: this.recent.at(-1)!.step, evidence };
  }

  private last(count: number): readonly TrackedSample[] | null {
    return this.recent.length < count ? null : this.recent.slice(-count);
  }

  private warns(kind: WarningKind): string[] | null {
    if (kind === 'complete collapse') return this.completeByLevel() ?? this.completeByTrend();
    if (kind === 'dimensional collapse') return this.dimensional();
    const { norm } = this.recent.at(-1)!;
    const growth = norm / this.firstNorm;
    if (Number.isNaN(growth) || growth < this.limits.normGrowth) return null;
    return [
      `embeddings have grown ${number(growth)} times as long (to ${number(norm)}); ${this.limits.normGrowth} times is alarming`,
    ];
  }

  private completeByLevel(): string[] | null {
    const samples = this.last(2);
    if (!samples?.every(({ varianceShare }) => varianceShare < this.limits.varianceShare)) return null;
    return [
      `variance share is ${number(samples[1]!.varianceShare)}, below ${this.limits.varianceShare}: images hardly differ`,
    ];
  }

  /** Much of it is gone, it falls at each of the last three steps, and at their pace little is left soon. */
  private completeByTrend(): string[] | null {
    const { window, significance, fallingVarianceShare, fall, horizon } = this.limits;
    const samples = this.last(window)?.map(({ step, varianceShare }) => ({ step, value: varianceShare }));
    if (!samples) return null;
    const [first, last] = [samples[0]!, samples.at(-1)!];
    const recent = samples.slice(-4);
    const falling = recent.every(({ value }, i) => i === 0 || value < recent[i - 1]!.value);
    if (!falling || last.value > fallingVarianceShare || last.value * fall > first.value) return null;
    const [whole, pace] = [fitTrend(samples)!, fitTrend(samples.slice(-3))!];
    const remaining = stepsUntil({ ...pace, last: last.value }, thresholds.z.completeVarianceShare);
    if (whole.slope > -significance * whole.error || remaining > horizon * last.step) return null;
    return [
      `variance share fell from ${number(first.value)} to ${number(last.value)} within ${last.step - first.step} steps`,
      `at this pace it is below ${thresholds.z.completeVarianceShare} in about ${Math.ceil(remaining)} steps`,
    ];
  }

  private dimensional(): string[] | null {
    // A point has no dimensions to lose: what is left of it is noise.
    if (this.standing.has('complete collapse')) return null;
    const { consecutive, participationRatio, correlation } = this.limits;
    const samples = this.last(consecutive);
    const narrow = samples?.every(
      (sample) => sample.participationRatio < participationRatio && sample.offDiagonalCorrelation > correlation,
    );
    if (!samples || !narrow) return null;
    const now = samples.at(-1)!;
    return [
      `participation ratio is ${number(now.participationRatio)}, below ${participationRatio} at ${consecutive} logged steps in a row`,
      `mean |correlation| of dimensions is ${number(now.offDiagonalCorrelation)}, above ${correlation}`,
    ];
  }

  /** Asked once for every sample after the warning. */
  private clears(kind: WarningKind): boolean {
    const since = this.standing.get(kind)! + 1;
    this.standing.set(kind, since);
    const samples = this.last(this.limits.clearAfter);
    if (!samples || since < this.limits.clearAfter) return false;
    if (kind === 'diverged') return samples.every(({ norm }) => norm / this.firstNorm < this.limits.normGrowth / 3);
    if (kind === 'complete collapse') {
      return samples.every(({ varianceShare }) => varianceShare > this.limits.clearVarianceShare);
    }
    return samples.every(({ participationRatio }) => participationRatio > this.limits.clearParticipationRatio);
  }

  private clearEvidence(): string[] {
    const { varianceShare, participationRatio } = this.recent.at(-1)!;
    return [`variance share is ${number(varianceShare)} again, participation ratio ${number(participationRatio)}`];
  }
}
