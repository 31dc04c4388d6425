// Adversarial supervised contrastive learning: its claims exactly, on a toy and on images.
import type { Paper } from '../claim.js';
import { lonelyAnchors, noMistakes } from './claims/anchors.js';
import { attackOutput } from './claims/attack.js';
import { gradients } from './claims/gradients.js';
import {
  imageGain,
  imageKept,
  imageOrder,
  imageRadius,
  imageRobustness,
  imageSanity,
  imageSelection,
} from './claims/images.js';
import { publishedAccuracy, publishedGain } from './claims/published.js';
import { toyDivergence, toyGain, toyKept, toyRobustness } from './claims/toy.js';
import { divergenceValues, goldenValues, supCon } from './claims/values.js';
import { drawReport } from './report.js';

export const ascl: Paper = {
  id: 'ascl',
  title: 'Understanding and Achieving Efficient Robustness with Adversarial Supervised Contrastive Learning',
  citation: 'Bui, Le, Zhao, Montague, Camtepe, Phung. 2021, arXiv 2101.10027',
  claims: [
    goldenValues,
    supCon,
    noMistakes,
    lonelyAnchors,
    divergenceValues,
    attackOutput,
    gradients,
    toyRobustness,
    toyGain,
    toyDivergence,
    toyKept,
    imageRobustness,
    imageGain,
    imageOrder,
    imageRadius,
    imageKept,
    imageSelection,
    imageSanity,
    publishedAccuracy,
    publishedGain,
  ],
  report: drawReport,
};

export type { UnitClaim } from '../unit-claim.js';
export type { ImageClaim, ImageResults, ImageRuns } from './claims/image-claim.js';
export type { ToyClaim, ToyRuns } from './claims/toy.js';
export * as images from './images/index.js';
export * as toy from './toy/index.js';
