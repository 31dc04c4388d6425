// The collapse verdict: a few thresholds on two numbers, and the reasons in words. Simple on purpose.

/** What is wrong, if anything, with the embeddings z of the online projector. */
export type Verdict = 'complete collapse' | 'dimensional collapse' | 'healthy' | 'too early' | 'diverged';

/** What the verdict is based on. All on z, the projector's output, of at least a few hundred images. */
export interface CollapseEvidence {
  /** `normalizedStd(z)`: 1 healthy, 0 collapsed. */
  std: number;
  /** `effectiveRank(z)`: 1 collapsed, D isotropic. */
  effectiveRank: number;
  /** D. */
  dimension: number;
  /** The training loss now. It decides nothing (collapse minimises it), and is told among the reasons. */
  loss?: number;
  /** The lowest value that the loss can take, if it has one: -1 for `cosine`, -4 for DirectPred's two directions. */
  lossFloor?: number;
  /** Optimiser steps taken. The verdict waits for `thresholds.steps` of them; it does not wait if left out. */
  step?: number;
}

/** Where the verdict draws its lines. */
export interface CollapseThresholds {
  /** Complete collapse: std below this ... */
  std: number;
  /** ... and effective rank below this. */
  completeRank: number;
  /** Dimensional collapse: effective rank below this share of D ... */
  rankShare: number;
  /** ... where D counts for at most this much, so that a wide projector is not blamed for its width. */
  dimensionCap: number;
  /** Before this many steps the embeddings tell of the initialisation. */
  steps: number;
}

/**
 * The defaults. The two of complete collapse are those at which DirectPred's toy experiments separate without overlap
 * (collapsed: std 0.01-0.02 and rank 1.00; all others: std above 0.4 and rank above 2). That of dimensional collapse, a
 * tenth of D but no more than 5 directions, is a convention: it calls a free linear predictor collapsed in dimension (rank
 * 2.0-3.3 of 32 on the toy, 2.8 of 128 on CIFAR-10) and DirectPred healthy (rank 9-12, and 8.9 while it still grows).
 */
export const collapseThresholds: Readonly<CollapseThresholds> = {
  std: 0.05,
  completeRank: 1.05,
  rankShare: 0.1,
  dimensionCap: 50,
  steps: 100,
};

export interface CollapseVerdict {
  verdict: Verdict;
  /** One sentence: the verdict and what decided it. */
  summary: string;
  /** Every number that was looked at, beside its threshold. */
  evidence: string[];
}

/**
 * Judges whether an encoder has collapsed. In this order:
 *
 * 1. `diverged` when a number is NaN or infinite;
 * 2. `too early` when fewer than `thresholds.steps` steps were taken;
 * 3. `complete collapse` when std < 0.05 and effective rank < 1.05: every image has the same embedding;
 * 4. `dimensional collapse` when the effective rank is below a tenth of D (at most 5), or only one of the two signs
 *    of complete collapse is there;
 * 5. else `healthy`.
 */
export function collapseVerdict(
  evidence: CollapseEvidence,
  overrides: Partial<CollapseThresholds> = {},
): CollapseVerdict {
  const limits = { ...collapseThresholds, ...overrides };
  const { std, effectiveRank, dimension, step } = evidence;
  const rankLimit = Math.max(limits.completeRank, limits.rankShare * Math.min(dimension, limits.dimensionCap));
  const lines = [
    `std of the normalised embeddings is ${format(std)} (1 is an even spread; complete collapse is below ${limits.std})`,
    `effective rank is ${format(effectiveRank)} of ${dimension} (complete collapse is below ${limits.completeRank}, dimensional below ${format(rankLimit)})`,
  ];
  if (evidence.loss !== undefined) lines.push(lossLine(evidence.loss, evidence.lossFloor));
  if (step !== undefined) lines.push(`${step} steps taken (judged from step ${limits.steps})`);
  const conclude = (verdict: Verdict, reason: string): CollapseVerdict => ({
    verdict,
    summary: `${verdict[0]!.toUpperCase()}${verdict.slice(1)}: ${reason}.`,
    evidence: lines,
  });

  const lossIsFinite = evidence.loss === undefined || Number.isFinite(evidence.loss);
  if (!Number.isFinite(std) || !Number.isFinite(effectiveRank) || !lossIsFinite) {
    return conclude(
      'diverged',
      'a measure is not a finite number; lower the learning rate or the precision is too small',
    );
  }
  if (step !== undefined && step < limits.steps) {
    return conclude(
      'too early',
      `after ${step} of ${limits.steps} steps the embeddings still tell of the initialisation`,
    );
  }
  const [flat, narrow] = [std < limits.std, effectiveRank < limits.completeRank];
  if (flat && narrow) {
    return conclude(
      'complete collapse',
      `all embeddings are nearly the same (std ${format(std)}, effective rank ${format(effectiveRank)})`,
    );
  }
  if (flat || effectiveRank < rankLimit) {
    return conclude(
      'dimensional collapse',
      `the embeddings use about ${format(effectiveRank)} of ${dimension} directions (std ${format(std)})`,
    );
  }
  return conclude(
    'healthy',
    `the embeddings use about ${format(effectiveRank)} of ${dimension} directions, with std ${format(std)}`,
  );
}

function lossLine(loss: number, floor: number | undefined): string {
  if (floor === undefined) return `loss is ${format(loss)}`;
  const gap = Number((loss - floor).toPrecision(2));
  return `loss is ${format(loss)}, ${gap} above its lowest value ${floor}, which complete collapse reaches too`;
}

function format(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);
}
