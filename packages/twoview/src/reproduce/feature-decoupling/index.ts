// Toward Understanding the Feature Learning Process of Self-supervised Contrastive Learning: its claims.
import type { Paper } from '../claim.js';
import {
  bothNeeded,
  complementaryNeeded,
  denseFeatures,
  initialLottery,
  lossMisleads,
  noiseDominance,
  sparseFeatures,
} from './claims/features.js';
import { accuracyRises, colorIsForgotten, lossRises, sparserActivations } from './claims/images.js';
import { decouplingIdentity, dimension, phaseOneGrowth, phases } from './claims/phases.js';
import { drawReport } from './report.js';

export const featureDecoupling: Paper = {
  id: 'feature-decoupling',
  title: 'Toward Understanding the Feature Learning Process of Self-supervised Contrastive Learning',
  citation: 'Wen, Li. ICML 2021, arXiv 2105.15134',
  claims: [
    decouplingIdentity,
    phaseOneGrowth,
    sparseFeatures,
    denseFeatures,
    lossMisleads,
    noiseDominance,
    bothNeeded,
    complementaryNeeded,
    initialLottery,
    phases,
    dimension,
    accuracyRises,
    colorIsForgotten,
    sparserActivations,
    lossRises,
  ],
  report: drawReport,
};

export { type ArmClaim, ArmResults, armExperiment } from './claims/arm-claim.js';
export type { ImageClaim, ImageRuns } from './claims/images.js';
export { type AtT1, dimensionChecks, identityChecks, rateChecks } from './claims/phases.js';
export * as images from './images/index.js';
export { type Arm, armSeeds, armSettings, arms, phaseOneOnly } from './toy/arms.js';
export {
  type MomentMeasures,
  momentExperiment,
  type RunMeasures,
  rateExperiment,
  runExperiment,
} from './toy/experiments.js';
export { type Range, type ReferenceRow, reference, referenceDimensions, referenceRates } from './toy/reference.js';
