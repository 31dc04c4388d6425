// Writes the last obtained results of a paper into its folder's README, between the `results` marks, and keeps the claims.json
// that they come from beside it.
//
//   npx twoview reproduce feature-decorrelation
//   node papers/table.mjs feature-decorrelation runs/reproduce-feature-decorrelation-minutes/claims.json
//
// Without the file it writes the tables of the claims.json that is in the folder.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [paper, measured] = process.argv.slice(2);
if (paper === undefined)
  throw new Error('name a folder of papers/, as in: node papers/table.mjs feature-decorrelation');
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), paper);
const kept = path.join(folder, 'claims.json');
const record = JSON.parse(readFileSync(measured ?? kept, 'utf8'));
delete record.environment.folder;
if (measured) writeFileSync(kept, `${JSON.stringify(record, null, 1)}\n`);

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

const readme = path.join(folder, 'README.md');
const [before, rest] = readFileSync(readme, 'utf8').split('<!-- results -->\n');
const after = rest.split('<!-- /results -->')[1];
writeFileSync(readme, `${before}<!-- results -->\n${text}\n<!-- /results -->${after}`);
