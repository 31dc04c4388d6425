// Understanding Self-Supervised Learning Dynamics without Contrastive Pairs: its claims.
import type { Paper } from '../claim.js';
import { nonlinearToy } from './claims/toy.js';
import { drawReport } from './report.js';

export const directPred: Paper = {
  id: 'directpred',
  title: 'Understanding Self-Supervised Learning Dynamics without Contrastive Pairs',
  citation: 'Tian, Chen, Ganguli. ICML 2021, arXiv 2102.06810',
  claims: [nonlinearToy],
  report: drawReport,
};
