// On Feature Decorrelation in Self-Supervised Learning: its claims on a toy and on images.
import type { Paper } from '../claim.js';
import { completeCollapse, decorrelation, dimensionalCollapse, picture } from './claims/collapse.js';
import { epsilon } from './claims/epsilon.js';
import { cholesky, fixedGroups, groupSize, shuffling } from './claims/groups.js';
import { identities } from './claims/identities.js';
import {
  imageCollapse,
  imageDecorrelation,
  imageGroups,
  imageShuffling,
  knnOrder,
  linearAccuracy,
} from './claims/images.js';
import { lossIsNoMeasure, unsupervisedMetric, utility } from './claims/utility.js';
import { drawReport } from './report.js';

export const featureDecorrelation: Paper = {
  id: 'feature-decorrelation',
  title: 'On Feature Decorrelation in Self-Supervised Learning',
  citation: 'Hua, Wang, Xue, Ren, Wang, Zhao. ICCV 2021, arXiv 2105.00470',
  claims: [
    completeCollapse,
    dimensionalCollapse,
    decorrelation,
    fixedGroups,
    shuffling,
    utility,
    unsupervisedMetric,
    epsilon,
    lossIsNoMeasure,
    picture,
    groupSize,
    cholesky,
    identities,
    knnOrder,
    imageCollapse,
    imageDecorrelation,
    imageGroups,
    imageShuffling,
    linearAccuracy,
  ],
  report: drawReport,
};

export { copiedGroupsCorrelation } from './claims/groups.js';
export { identityChecks, measureIdentities } from './claims/identities.js';
export type { ImageClaim, ImageRuns } from './claims/images.js';
export { type ToyClaim, ToyResults } from './claims/toy-claim.js';
export { reference } from './published.js';
