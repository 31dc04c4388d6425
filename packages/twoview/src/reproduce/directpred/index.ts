// Understanding Self-Supervised Learning Dynamics without Contrastive Pairs: its claims, on the linear model, a toy and images.
import type { Paper } from '../claim.js';
import { alignmentDynamics, commutator } from './claims/alignment.js';
import { gradients, invariant, noStopGradient } from './claims/balance.js';
import { escapeBasins, predictorRate } from './claims/basins.js';
import { epsilonTradeoff, varianceThreshold } from './claims/direct-set.js';
import { criticalDecay, goldenCourse, memory, separateDecays, targetLag } from './claims/fixed-points.js';
import { genericFlow, minibatches } from './claims/flow.js';
import { realImages } from './claims/images.js';
import { nonlinearToy } from './claims/toy.js';
import { drawReport } from './report.js';

export const directPred: Paper = {
  id: 'directpred',
  title: 'Understanding Self-Supervised Learning Dynamics without Contrastive Pairs',
  citation: 'Tian, Chen, Ganguli. ICML 2021, arXiv 2102.06810',
  claims: [
    invariant,
    gradients,
    goldenCourse,
    criticalDecay,
    escapeBasins,
    predictorRate,
    memory,
    targetLag,
    separateDecays,
    commutator,
    alignmentDynamics,
    genericFlow,
    minibatches,
    noStopGradient,
    epsilonTradeoff,
    varianceThreshold,
    nonlinearToy,
    realImages,
  ],
  report: drawReport,
};
