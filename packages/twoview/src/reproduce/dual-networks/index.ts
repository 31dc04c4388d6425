// Understanding Self-supervised Learning with Dual Deep Networks: its claims.
import type { Paper } from '../claim.js';
import { drawReport } from './report.js';

export const dualNetworks: Paper = {
  id: 'dual-networks',
  title: 'Understanding Self-supervised Learning with Dual Deep Networks',
  citation: 'Tian, Yu, Chen, Ganguli. 2020, arXiv 2010.00578',
  claims: [],
  report: drawReport,
};
