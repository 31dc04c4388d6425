// Writes the last obtained results into this folder's README, and keeps the claims.json that they come from beside it.
//
//   npx twoview reproduce feature-decorrelation
//   node papers/feature-decorrelation/table.mjs runs/reproduce-feature-decorrelation-minutes/claims.json
//
// Without an argument it writes the tables of the claims.json that is here.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const kept = path.join(here, 'claims.json');
const record = JSON.parse(readFileSync(process.argv[2] ?? kept, 'utf8'));
delete record.environment.folder;
if (process.argv[2]) writeFileSync(kept, `${JSON.stringify(record, null, 1)}\n`);

const cell = (text) => String(text).replaceAll('|', '\\|');
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const number = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : value);

const words = { pass: 'holds', fail: '**fails**', notRun: 'not run' };
const verdicts = table(
  ['claim', 'verdict', 'seconds', 'remark'],
  record.claims.map(({ claim, status, seconds, reason }) => [claim, words[status], Math.round(seconds), reason ?? '']),
);
const numbers = table(
  ['claim', 'number', 'measured', 'threshold', ''],
  record.claims.flatMap(({ claim, measured, threshold, failed = [] }) =>
    Object.entries(measured).map(([name, value]) => [
      claim,
      name,
      number(value),
      threshold[name],
      failed.includes(name) ? 'fails' : 'holds',
    ]),
  ),
);
const settings = record.tables.map(
  ({ caption, head, rows }) =>
    `### ${cell(caption)}\n\n${table(
      ['', ...head],
      rows.map(({ name, cells }) => [name, ...cells.map((text) => text ?? '–')]),
    )}`,
);

const { started, libtorch, blas, cpu, node } = record.environment;
const made = `\`${record.command}\`, ${started.slice(0, 10)}, libtorch ${libtorch}, ${blas}, Node ${node}, ${cpu}; scale ${record.scale}, seeds ${record.seeds.join(', ')}. Seconds are those of all experiments a claim rests on, shared ones counted for each, on a busy machine.`;
const text = [made, verdicts, ...settings, '### Every number beside its threshold', numbers].join('\n\n');

const readme = path.join(here, 'README.md');
const [before, rest] = readFileSync(readme, 'utf8').split('<!-- results -->\n');
const after = rest.split('<!-- /results -->')[1];
writeFileSync(readme, `${before}<!-- results -->\n${text}\n<!-- /results -->${after}`);
