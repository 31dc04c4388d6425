// Understanding Self-supervised Learning with Dual Deep Networks: its claims.
import type { Paper } from '../claim.js';
import { bayesBound } from './claims/bound.js';
import { controls } from './claims/controls.js';
import { betaUpdate, byolUpdate, connectionIdentity, simpleUpdate, weightedUpdate } from './claims/covariance.js';
import { generator } from './claims/generator.js';
import { activationCovariance, selectivity } from './claims/identities.js';
import { emergence, hierarchy, overParameterisation, polarity } from './claims/levels.js';
import { linearTree } from './claims/linear.js';
import { derivativeWeights, exactCovarianceLoss } from './claims/losses.js';
import { operatorGrowth } from './claims/operator.js';
import { temperature } from './claims/temperature.js';
import { twoObjects } from './claims/two-objects.js';
import { drawReport } from './report.js';

export const dualNetworks: Paper = {
  id: 'dual-networks',
  title: 'Understanding Self-supervised Learning with Dual Deep Networks',
  citation: 'Tian, Yu, Chen, Ganguli. 2020, arXiv 2010.00578',
  claims: [
    connectionIdentity,
    simpleUpdate,
    betaUpdate,
    weightedUpdate,
    byolUpdate,
    derivativeWeights,
    exactCovarianceLoss,
    generator,
    bayesBound,
    selectivity,
    activationCovariance,
    linearTree,
    emergence,
    overParameterisation,
    polarity,
    hierarchy,
    operatorGrowth,
    controls,
    twoObjects,
    temperature,
  ],
  report: drawReport,
};

export { boundChecks } from './claims/bound.js';
export { type HltmClaim, HltmRuns } from './claims/hltm-claim.js';
export { atLeastSeeds, type HltmVariant, hltmExperiment } from './hltm/index.js';
export { type ReferenceRuns, reference, smallReference } from './published.js';
