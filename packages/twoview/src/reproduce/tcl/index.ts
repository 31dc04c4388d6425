// Trajectory contrastive learning for meta-RL: exact properties of the agent, point robots, half-cheetahs.
import type { Paper } from '../claim.js';
import { bodies } from './claims/bodies.js';
import { clearing, timeLimit } from './claims/buffers.js';
import { bothDirections, velocityNotWorse, velocityOrder, velocityReturn } from './claims/half-cheetah.js';
import { encoderLearns, keysFollow } from './claims/learning.js';
import { adaptation, encoderQuality, notWorse, pretextTask, sparseRewards } from './claims/point-robot.js';
import { publishedCurve, publishedNotWorse } from './claims/published.js';
import { anyOrder, contrastEnds, goldenValues, priorDivergence } from './claims/values.js';
import { drawReport } from './report.js';

export const tcl: Paper = {
  id: 'tcl',
  title: 'Improving Context-Based Meta-Reinforcement Learning with Self-Supervised Trajectory Contrastive Learning',
  citation:
    'Wang, Xu, Keutzer, Gao, Wu. 2021, arXiv 2103.06386; on PEARL: Rakelly, Zhou, Quillen, Finn, Levine. 2019, arXiv 1903.08254',
  claims: [
    goldenValues,
    anyOrder,
    priorDivergence,
    encoderLearns,
    contrastEnds,
    keysFollow,
    clearing,
    timeLimit,
    bodies,
    adaptation,
    pretextTask,
    notWorse,
    encoderQuality,
    sparseRewards,
    velocityReturn,
    velocityOrder,
    velocityNotWorse,
    bothDirections,
    publishedCurve,
    publishedNotWorse,
  ],
  report: drawReport,
};

export type { UnitClaim } from '../unit-claim.js';
export type { Encodings, MetaRlRuns, TrainingClaim } from './claims/training-claim.js';
export * as runs from './runs/index.js';
