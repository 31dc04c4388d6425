// The paper's report: verdicts, what was measured beside the reference, and divergences beside robustness.
import { renderClaimsReport } from '../../report/index.js';
import type { PaperReport, ReportInput } from '../claim.js';
import { claimEntries } from '../entries.js';
import { figureGroups } from './figures.js';
import { ascl } from './index.js';
import { reportTables } from './tables.js';

export function drawReport(input: ReportInput): PaperReport {
  const { context, outcomes, command, environment } = input;
  const tables = reportTables(input);
  const page = renderClaimsReport({
    title: ascl.title,
    citation: ascl.citation,
    lead: [
      'An attack moves the latent of an image away from its class. What survives depends on how far that is in units of the distance to other classes: the relative intra-class divergence. ASCL trains on attacked images and draws latents of a class together, images and attacked images alike, over those pairs that the network’s own predictions relate.',
      'E1 to E7 hold exactly or do not; T1 to T4 are measured on a toy of ten classes; S1 to S7 on a small network and a fifth of CIFAR-10; P1 and P2 are the published setting. A number that misses its threshold is shown as it is.',
    ],
    facts: [`seeds ${context.seeds.join(', ')}`, `scale ${context.scale}`],
    claims: claimEntries(ascl.claims, outcomes),
    tables,
    figures: figureGroups(input),
    command,
    environment,
  });
  return { page, tables: tables.map(({ table }) => table) };
}
