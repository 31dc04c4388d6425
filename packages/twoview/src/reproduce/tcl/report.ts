// The paper's report: verdicts, what was measured arm by arm, curves and adaptation.
import { renderClaimsReport } from '../../report/index.js';
import type { PaperReport, ReportInput } from '../claim.js';
import { claimEntries } from '../entries.js';
import { figureGroups } from './figures.js';
import { tcl } from './index.js';
import { reportTables } from './tables.js';

export function drawReport(input: ReportInput): PaperReport {
  const { context, outcomes, command, environment } = input;
  const tables = reportTables(input);
  const page = renderClaimsReport({
    title: tcl.title,
    citation: tcl.citation,
    lead: [
      'An agent meets a new task, plays a few episodes of it and must then do it well. PEARL infers a posterior over a latent task variable from a set of transitions and acts by samples of it; TCL trains the encoder of that posterior to recognise two windows of one trajectory among windows of others, too.',
      'U1 to U8 and B1 hold exactly or do not; P1 to P5 are meta-training of point robots at reduced size, H1 to H4 of half-cheetahs; C1 and C2 are the published setting, which takes a CPU hours and is measured at scale paper. A number that misses its threshold is shown as it is.',
    ],
    facts: [`seeds ${context.seeds.join(', ')}`, `scale ${context.scale}`],
    claims: claimEntries(tcl.claims, outcomes),
    tables,
    figures: figureGroups(input),
    command,
    environment,
  });
  return { page, tables: tables.map(({ table }) => table) };
}
