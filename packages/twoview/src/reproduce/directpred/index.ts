// Understanding Self-Supervised Learning Dynamics without Contrastive Pairs: its claims, on the linear model, a toy and images.
import type { Paper } from '../claim.js';
import { alignmentDynamics, commutator } from './claims/alignment.js';
import { gradients, invariant, noStopGradient } from './claims/balance.js';
import { escapeBasins, predictorRate } from './claims/basins.js';
import { epsilonTradeoff, varianceThreshold } from './claims/direct-set.js';
import { criticalDecay, goldenCourse, memory, separateDecays, targetLag } from './claims/fixed-points.js';
import { genericFlow, minibatches } from './claims/flow.js';
import { realImages } from './claims/images.js';
import { linearNetworks, realEncoder } from './claims/practice.js';
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
    linearNetworks,
    realEncoder,
  ],
  report: drawReport,
};

export { alignmentChecks, alignmentReference } from './claims/alignment.js';
export { type EscapeTable, escapeChecks, escapeExperiment, escapeReference } from './claims/basins.js';
export { sgdChecks } from './claims/flow.js';
export { imageChecks, imageExperiments } from './claims/images.js';
export { encoderChecks, linearChecks } from './claims/practice.js';
export { type ToyRuns, toyChecks } from './claims/toy.js';
export { type ImageMeasures, imageConfig, imageExperiment, imageVariantNames } from './images.js';
export { type AlignmentCourse, type AlignmentResult, alignmentExperiment } from './linear/alignment.js';
export { type FlowResult, flowExperiment, type TargetResult, targetExperiment } from './linear/flow.js';
export { type SgdResult, type SgdVariant, sgdExperiment, sgdVariants } from './linear/sgd.js';
export { publishedTables, toyReference } from './published.js';
export * as toy from './toy/index.js';
