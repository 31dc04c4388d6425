/** A bench's table: the same cells as HTML and as Markdown. */
import type { BenchMeasure, BenchRow, BenchTable } from '../bench-table.js';
import { type Html, html } from '../html.js';
import { formatNumber, formatPercent, formatRank } from '../numbers.js';

interface Column {
  name: string;
  label: string;
  explanation: string;
  /** What values are multiplied by before they are written: 100 for percentages. */
  scale?: number;
  format: (value: number) => string;
}

const fixed = (value: number) => value.toFixed(1);

/** Measures in the order in which they are shown; one that no row has is left out. */
const columns: readonly Column[] = [
  {
    name: 'knn',
    label: 'kNN last %',
    scale: 100,
    format: fixed,
    explanation: 'kNN accuracy of h after the last epoch',
  },
  {
    name: 'knn.best',
    label: 'kNN best %',
    scale: 100,
    format: fixed,
    explanation: 'of the checkpoint that live kNN found best',
  },
  {
    name: 'linear',
    label: 'linear last %',
    scale: 100,
    format: fixed,
    explanation: 'linear probe on h after the last epoch',
  },
  {
    name: 'linear.best',
    label: 'linear best %',
    scale: 100,
    format: fixed,
    explanation: 'linear probe on the best checkpoint',
  },
  { name: 'h.effectiveRank', label: 'rank of h', format: formatRank, explanation: 'effective rank of the features h' },
  {
    name: 'z.effectiveRank',
    label: 'rank of z',
    format: formatRank,
    explanation: 'effective rank of the embeddings z',
  },
  {
    name: 'h.participationRatio',
    label: 'part. ratio of h',
    format: formatRank,
    explanation: 'participation ratio of the features h',
  },
  {
    name: 'z.participationRatio',
    label: 'part. ratio of z',
    format: formatRank,
    explanation: 'participation ratio of the embeddings z',
  },
];

const costs: readonly Column[] = [
  {
    name: 'minutes',
    label: 'minutes',
    format: formatNumber,
    explanation: 'wall-clock time of training, mean over seeds',
  },
  {
    name: 'viewsPerSecond',
    label: 'views/s',
    format: formatNumber,
    explanation: 'augmented views trained on, per second',
  },
];

/** `62.3 ± 0.4`, both with the mean's decimals; the value alone for a single seed. */
function plusMinus({ mean, std }: BenchMeasure, scale: number, format: (value: number) => string): string {
  const text = format(scale * mean);
  return std === null ? text : `${text} ± ${(scale * std).toFixed(text.split('.')[1]?.length ?? 0)}`;
}

const verdictWords = ({ verdicts }: BenchRow): string => {
  const entries = Object.entries(verdicts);
  return entries.map(([word, count]) => (entries.length === 1 ? word : `${word} × ${count}`)).join(', ') || '–';
};

interface Cells {
  head: { label: string; explanation: string }[];
  body: string[][];
}

/** The table as text, without decoration. */
function cells({ rows, untrained }: BenchTable): Cells {
  const all = [...rows, ...(untrained ? [untrained] : [])];
  const present = (list: readonly Column[]) => list.filter(({ name }) => all.some((row) => row.measures[name]));
  const [measured, spent] = [present(columns), present(costs)];
  const value = (row: BenchRow, { name, scale = 1, format }: Column, spread: boolean): string => {
    const measure = row.measures[name];
    return measure ? (spread ? plusMinus(measure, scale, format) : format(scale * measure.mean)) : '–';
  };
  return {
    head: [
      { label: 'method', explanation: 'preset' },
      ...measured,
      { label: 'verdict', explanation: 'judgement on the embeddings z after the last epoch' },
      ...spent,
      { label: 'seeds', explanation: 'done, of those asked for' },
      { label: 'config', explanation: 'hash of the configuration without seed and machine' },
    ],
    body: all.map((row) => [
      row.name,
      ...measured.map((column) => value(row, column, true)),
      verdictWords(row),
      ...spent.map((column) => value(row, column, false)),
      `${row.done.length}/${row.seeds.length}`,
      row.hash ?? '–',
    ]),
  };
}

/** The table, scrolling where it is too wide. */
export function benchTable(table: BenchTable): Html {
  const { head, body } = cells(table);
  const titles = head.map(({ label, explanation }) => html`<th scope="col" title="${explanation}">${label}</th>`);
  const rows = body.map(
    ([name, ...others]) =>
      html`<tr><th scope="row">${name}</th>${others.map((cell) => (/[a-z]{3}/.test(cell) && cell.includes(' ') ? html`<td class="words">${cell}</td>` : html`<td>${cell}</td>`))}</tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Results"><table class="dense"><caption>Mean ± standard deviation over seeds</caption><thead><tr>${titles}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

const several = (values: readonly (string | number)[], none = 'unknown'): string =>
  values.length > 0 ? values.join(' or ') : none;

const day = (iso: string | undefined): string => iso?.slice(0, 16).replace('T', ' ') ?? '';

/** Seeds that failed for one reason share a line. */
function failureLines({ name, failures }: BenchRow): string[] {
  return [...new Set(failures.map(({ reason }) => reason))].map((reason) => {
    const seeds = failures.filter((failure) => failure.reason === reason).map(({ seed }) => seed);
    return `${name}, ${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}, failed: ${reason}.`;
  });
}

/** What belongs beneath the table, one sentence each: how it was measured, what failed, where and when. */
export function benchNotes({ evaluation, chance, rows, notes, provenance, complete }: BenchTable): string[] {
  const { devices, threads, libtorch, cpus, began, ended } = provenance;
  const failures = rows.flatMap(failureLines);
  const own = rows.flatMap(({ name, own = {} }) => {
    const given = Object.entries(own).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return given.length > 0 ? [`${name} alone has ${given.join(', ')}.`] : [];
  });
  return [
    ...(complete ? [] : ['Not all runs are done: the same command goes on with them.']),
    ...failures,
    ...own,
    ...(evaluation
      ? [
          `kNN by cosine similarity with k = ${evaluation.k}, temperature ${evaluation.temperature}; linear probe: ${evaluation.probe} regression on frozen features at its optimum. "best" is the checkpoint that live kNN on test images found best: judge by "last".${chance === undefined ? '' : ` Guessing: ${formatPercent(chance)}.`}`,
        ]
      : ['Without labels there is no accuracy.']),
    ...notes,
    `Device ${several(devices)}, ${several(threads)} ${threads.length === 1 && threads[0] === 1 ? 'thread' : 'threads'}, libtorch ${several(libtorch)}, ${several(cpus)}${began ? `; ${day(began)} to ${day(ended)} UTC` : ''}.`,
  ];
}

/** The whole table as Markdown, with its notes and the command. */
export function benchMarkdown(table: BenchTable): string {
  const { head, body } = cells(table);
  const safe = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = [head.map(({ label }) => label), ...body].map((row) => row.map(safe));
  const widths = head.map((_, i) => Math.max(...lines.map((row) => row[i]!.length)));
  const pad = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const notes = benchNotes(table).map((note) => `- ${note.replaceAll('\n', ' ')}`);
  return `# ${table.rows.length} methods on ${table.dataset}, ${table.encoder}

${[pad(lines[0]!), rule, ...lines.slice(1).map(pad)].join('\n')}

${notes.join('\n')}
- Command: \`${table.provenance.command}\`
`;
}
