// The paper's report: verdicts, tables, figures.
import { renderClaimsReport } from '../../report/index.js';
import type { PaperReport, ReportInput } from '../claim.js';
import { claimEntries } from '../entries.js';
import { treeFigures } from './figures.js';
import { dualNetworks } from './index.js';
import { treeTables } from './tables.js';

export function drawReport(input: ReportInput): PaperReport {
  const { context, outcomes, command, environment } = input;
  const tables = treeTables(input);
  const page = renderClaimsReport({
    title: dualNetworks.title,
    citation: dualNetworks.citation,
    lead: [
      'A contrastive step multiplies the weights of every layer by a covariance operator: what varies between data points and survives augmentation grows. Where data come from a tree of hidden causes, and augmentation redraws all but the first, hidden units come to stand for causes that nothing told the network of.',
      'The paper’s own tables could not be verified: numbers are compared with closed forms, and with an independent implementation in NumPy. A number that misses its threshold is shown as it is.',
    ],
    facts: [`seeds ${context.seeds.join(', ')} and those that a claim names`, `scale ${context.scale}`],
    claims: claimEntries(dualNetworks.claims, outcomes),
    tables,
    figures: treeFigures(input),
    command,
    environment,
  });
  return { page, tables: tables.map(({ table }) => table) };
}
