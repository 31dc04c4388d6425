// Trains the runs of the validation, several at a time; goes on where it was interrupted.
//
//   TWOVIEW_DATA=FOLDER node validation/collapse-doctor/run.mjs calibration|matrix [--jobs 2] [--out runs/collapse-doctor]
//
// FOLDER holds cifar-10-batches-bin, and imagenette with train/CLASS/*.jpg and val/CLASS/*.jpg.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { calibration, matrix } from './cases.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '2' }, out: { type: 'string', default: 'runs/collapse-doctor' } },
});
const cases = { calibration, matrix }[positionals[0]];
if (!cases) throw new Error('say calibration or matrix');

/** Where a case's files are. */
const folderOf = ({ dataset, recipe, seed }) =>
  path.join(values.out, positionals[0], `${dataset}-${recipe.replace(/[^a-z0-9.]+/gi, '-')}-${seed}`);

const waiting = cases.filter((entry) => !existsSync(path.join(folderOf(entry), 'case.json')));
const total = waiting.length;
const began = performance.now();
let done = 0;

function next() {
  const entry = waiting.shift();
  if (!entry) return;
  const program = fileURLToPath(new URL('run-case.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(entry), folderOf(entry)], { stdio: 'inherit' });
  child.on('exit', () => {
    done++;
    const minutes = (performance.now() - began) / 60000;
    console.log(
      `${done} of ${total}, ${minutes.toFixed(1)} min, ${((minutes / done) * (total - done)).toFixed(0)} min left`,
    );
    next();
  });
}
for (let i = 0; i < Number(values.jobs); i++) next();
