// The papers whose claims can be run.

import { ascl } from './ascl/index.js';
import type { Paper, Scale } from './claim.js';
import { directPred } from './directpred/index.js';
import { dualNetworks } from './dual-networks/index.js';
import { featureDecorrelation } from './feature-decorrelation/index.js';
import { featureDecoupling } from './feature-decoupling/index.js';
import { tcl } from './tcl/index.js';

export const papers: readonly Paper[] = [ascl, directPred, dualNetworks, featureDecorrelation, featureDecoupling, tcl];

/** @throws RangeError that names the papers there are */
export function findPaper(id: string): Paper {
  const paper = papers.find((candidate) => candidate.id === id);
  if (paper) return paper;
  throw new RangeError(`there is no paper ${id} to reproduce; there is ${papers.map((p) => p.id).join(', ')}`);
}

/** A claim in the list of all claims. */
export interface ListedClaim {
  paper: string;
  claim: string;
  statement: string;
  source: string;
  expected: string;
  scales: readonly Scale[];
}

/** All claims of all papers, in order. */
export function listClaims(): ListedClaim[] {
  return papers.flatMap((paper) =>
    paper.claims.map(({ id, statement, source, expected, scales }) => ({
      paper: paper.id,
      claim: id,
      statement,
      source,
      expected,
      scales,
    })),
  );
}
