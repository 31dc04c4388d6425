// The paper's report: verdicts, what was measured beside the independent implementation, and the pictures of decoupling.
import { renderClaimsReport } from '../../report/index.js';
import type { PaperReport, ReportInput } from '../claim.js';
import { claimEntries } from '../entries.js';
import { figureGroups } from './figures/index.js';
import { featureDecoupling } from './index.js';
import { reportTables } from './tables.js';

export function drawReport(input: ReportInput): PaperReport {
  const { context, outcomes, command, environment } = input;
  const tables = reportTables(input);
  const page = renderClaimsReport({
    title: featureDecoupling.title,
    citation: featureDecoupling.citation,
    lead: [
      'Data are a few atoms of a dictionary under dense noise of far larger energy. A network of one layer is trained to tell samples apart. Without augmentation the noise is the easiest way to do so: the loss goes to zero and the features are noise. With complementary random masks the noise no longer agrees between the views, and every neuron ends on one atom.',
      'W1 to W11 are measured on that model; their thresholds come from an independent NumPy implementation, because the paper publishes theorems and figures, and no number that could be compared. I1 to I4 ask for the direction of the same effects on images. A number that misses its threshold is shown as it is.',
    ],
    facts: [`seeds ${context.seeds.join(', ')}`, `scale ${context.scale}`],
    claims: claimEntries(featureDecoupling.claims, outcomes),
    tables,
    figures: figureGroups(input),
    command,
    environment,
  });
  return { page, tables: tables.map(({ table }) => table) };
}
