// Toward Understanding the Feature Learning Process of Self-supervised Contrastive Learning: its claims.
import type { Paper } from '../claim.js';
import { drawReport } from './report.js';

export const featureDecoupling: Paper = {
  id: 'feature-decoupling',
  title: 'Toward Understanding the Feature Learning Process of Self-supervised Contrastive Learning',
  citation: 'Wen, Li. ICML 2021, arXiv 2105.15134',
  claims: [],
  report: drawReport,
};
