// Every line that a diagnosis draws, in one place, each with how it was set.
//
// Small runs: a ConvNet of 16, 32 and 64 channels on the embedded images, batch 64, z of 32 dimensions, 200 to 600 steps; one
// seed each. Toys: the experiments with known outcomes that imitate Tian et al. 2021 and Hua et al. 2021. "Healthy" are DirectPred, BYOL,
// SimSiam, SimCLR.

import type { WideningThresholds } from './trend.js';

/** Where the verdicts, the early warning and the causes draw their lines. */
export interface Thresholds {
  /** Embeddings z, what the loss sees. */
  z: {
    /** Complete collapse: normalised std below this, and ... */
    completeStd: number;
    /** ... the variance share below this. */
    completeVarianceShare: number;
    /** Dimensional collapse: participation ratio of the covariance below this, or ... */
    participationRatio: number;
    /** ... mean absolute correlation of two dimensions above this. */
    correlation: number;
  };
  /** Features h, what is kept. They come out of a ReLU: a large common mean is no collapse. */
  h: {
    /** Complete collapse: variance share below this. */
    completeVarianceShare: number;
    /** Dimensional collapse: participation ratio of the covariance below this, or ... */
    participationRatio: number;
    /** ... RankMe below this share of D ... */
    rankShare: number;
    /** ... where D counts for at most this much. */
    dimensionCap: number;
  };
  /** Either layer: this share of dead dimensions is worth a word; it decides nothing. */
  deadShare: number;
  /** A dimension counts as dead below this share of the mean std. */
  deadFraction: number;
  /** Before this many steps embeddings tell of the initialisation. */
  steps: number;
  /** Horizons 1 / (1 - momentum) of a moving average before which a narrow z is no verdict: a young target is narrow. */
  emaHorizons: number;
  /** When a narrow layer is on its way out, and not judged yet. */
  widening: WideningThresholds;
  watch: WatchThresholds;
  causes: CauseThresholds;
}

/** The early warning, on single batches. */
export interface WatchThresholds {
  /** Logged steps that a trend is fitted to. */
  window: number;
  /** A trend counts from this many standard errors of its slope. */
  significance: number;
  /** Complete: variance share below this at two logged steps in a row. */
  varianceShare: number;
  /** Complete, by trend: below this, ... */
  fallingVarianceShare: number;
  /** ... so many times lower than at the start of the window, and about to reach `z.completeVarianceShare` ... */
  fall: number;
  /** ... within this many times the steps taken so far. */
  horizon: number;
  /** Dimensional: participation ratio below this and ... */
  participationRatio: number;
  /** ... correlation above this, at so many logged steps in a row. */
  correlation: number;
  consecutive: number;
  /** Diverging: the length of embeddings grows to so many times what it was at the first step. */
  normGrowth: number;
  /** All clear: variance share and participation ratio above these for `clearAfter` logged steps. */
  clearVarianceShare: number;
  clearParticipationRatio: number;
  clearAfter: number;
}

/** What points to a cause. */
export interface CauseThresholds {
  /** Whitening epsilon from which the spectrum is free again. */
  whiteningEpsilon: number;
  /** How close to the width of a group the participation ratio must be to tell of copies between groups. */
  groupTolerance: number;
  /** Views of an image closer than this share of the distance of two images, before training: a trivial task. */
  trivialViews: number;
  /** Views farther apart than this share, after training: nothing in common to learn. */
  unrelatedViews: number;
  /** Fewer embedding dimensions than this cannot hold much, whatever the method. */
  projectorSize: number;
  /** The loss at the end above its lowest value by more than this share of its whole range: unstable. */
  lossRise: number;
  /** Share of the critical weight decay from which it is named. */
  weightDecay: number;
}

export const thresholds: Readonly<Thresholds> = {
  z: {
    // Complete: 0.02-0.04 in small runs under a cosine loss, 0.07-0.10 under the squared distance (whose last variance fades
    // slowly), 0.006-0.027 on the toy of Hua et al. Not collapsed: 0.15 at least (a free linear predictor), healthy 0.23 and more.
    completeStd: 0.1,
    // Complete: 0.0004-0.01. Not collapsed: 0.03 at least.
    completeVarianceShare: 0.02,
    // BatchNorm alone 1.00-1.05, a free linear predictor 1.13 in a small run; copies between groups of two axes 2.00-2.02 on the
    // toy. Healthy: 2.1 (DirectPred after 600 steps) to 5.2.
    participationRatio: 2.05,
    // BatchNorm alone 0.98-1.0, a free linear predictor 0.67-0.70, groups of two 0.60. Healthy: 0.33-0.51. Three
    // directions filled evenly have 0.5, two 0.64.
    correlation: 0.58,
  },
  h: {
    // Dead encoder (weight decay 0.1): 2e-6. With a collapsed z but features of use: 0.12-0.4. Untrained: 0.13.
    completeVarianceShare: 5e-4,
    // Of the sixteen calibration runs (validation/collapse-doctor), those below 2 had at the end no better kNN accuracy than before
    // training, but for one; all above had, but for DirectPred, which had only begun.
    participationRatio: 2,
    // Five directions from D = 50 on. Dead encoder: 1.3. With a collapsed z but features of use: 10-30; healthy 33-41.
    rankShare: 0.1,
    dimensionCap: 50,
  },
  // A convention.
  deadShare: 0.25,
  deadFraction: 0.05,
  // In small runs complete collapse is over by then.
  steps: 100,
  // DirectPred (momentum 0.996, horizon 250): participation ratio 1.3-1.6 until step 300, 2.1 at 600.
  emaHorizons: 2,
  widening: {
    // Calibration runs from step 100 to 200: DirectPred's variance share grows 2.7 times at a ratio of 1.04, Barlow Twins' ratio 1.4
    // times from 1.3; of those that stay narrow none grows by more than 1.2 times, and none with a clear slope.
    significance: 3,
    varianceShare: 0.5,
    shareGrowth: 2,
    ratioGrowth: 1.15,
  },
  watch: {
    // All of these: by replaying the recorded batches of small runs.
    window: 6,
    significance: 3,
    // Where any two images have a cosine of 0.99. In the calibration a free linear predictor stays at 0.015, DirectPred begins at 0.016.
    varianceShare: 0.01,
    fallingVarianceShare: 0.15,
    fall: 2.5,
    horizon: 1,
    participationRatio: 1.35,
    correlation: 0.66,
    consecutive: 3,
    normGrowth: 30,
    clearVarianceShare: 0.05,
    clearParticipationRatio: 2,
    clearAfter: 5,
  },
  causes: {
    // Hua et al.'s layer with epsilon: up to 1e-4 unchanged, 1e-3 narrower, 1e-1 collapsed.
    whiteningEpsilon: 5e-4,
    groupTolerance: 0.15,
    // Conventions.
    trivialViews: 0.05,
    unrelatedViews: 0.9,
    projectorSize: 8,
    lossRise: 0.5,
    // The estimate carries a factor of a few.
    weightDecay: 0.5,
  },
};
