// The paper's report: verdicts, tables, figures.
import { renderClaimsReport } from '../../report/index.js';
import type { PaperReport, ReportInput } from '../claim.js';
import { claimEntries } from '../entries.js';
import { dualNetworks } from './index.js';

export function drawReport({ context, outcomes, command, environment }: ReportInput): PaperReport {
  const page = renderClaimsReport({
    title: dualNetworks.title,
    citation: dualNetworks.citation,
    lead: [],
    facts: [`seeds ${context.seeds.join(', ')}`, `scale ${context.scale}`],
    claims: claimEntries(dualNetworks.claims, outcomes),
    command,
    environment,
  });
  return { page, tables: [] };
}
