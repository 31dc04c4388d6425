// What the doctor said of the recorded runs, beside what became of them.
//
//   node validation/collapse-doctor/judge.mjs calibration|matrix [--out runs/collapse-doctor] [--write]
//
// --write puts the table and the numbers beside this program: matrix.md, matrix.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { judgeLayer, measureLayer, settledSteps } from 'twoview/diagnosis';
import { outcome } from './outcome.mjs';
import { confusion, markdown } from './tables.mjs';
import { watch, watchedSamples } from './watch.mjs';

/** The doctor is asked twice: early, at a quarter of the run, and at its end. */
const early = 200;
/** A probe has fallen when it is this much below its best and stays there. */
const fallBy = 0.03;

/** First step from which a probe stays more than `fallBy` below the best before it; null if there is none. */
export function fallStep(rows, probe) {
  let best = Number.NEGATIVE_INFINITY;
  for (const [i, row] of rows.entries()) {
    if (row[probe] < best - fallBy && rows.slice(i).every((later) => later[probe] < best - fallBy)) return row.step;
    best = Math.max(best, row[probe]);
  }
  return null;
}

function judge(entry, points, samples, layer, step) {
  const features = points.get(`${layer}.test.${step}`);
  if (!features) return null;
  const measures = measureLayer(features);
  const { verdict } = judgeLayer(measures, {
    layer,
    step,
    settled: settledSteps(entry.config),
    history: layer === 'z' ? samples.filter((sample) => sample.step <= step) : [],
  });
  const { varianceShare, normalizedStd, participationRatio, effectiveRank, rankMe, offDiagonalCorrelation } = measures;
  return { verdict, varianceShare, normalizedStd, participationRatio, effectiveRank, rankMe, offDiagonalCorrelation };
}

/** Everything about one run. */
function examine(dir) {
  const entry = JSON.parse(readFileSync(path.join(dir, 'case.json'), 'utf8'));
  const { tensors: points } = safetensors.load(path.join(dir, 'points.safetensors'));
  const { tensors: batches } = safetensors.load(path.join(dir, 'batches.safetensors'));
  const last = entry.rows.at(-1).step;
  const diverged = entry.outcome !== 'done';
  const samples = watchedSamples(entry, batches);
  const layer = (name) => ({
    outcome: diverged ? { name: 'diverged' } : outcome(points.get(`${name}.test.${last}`)),
    early: judge(entry, points, samples, name, early),
    end: judge(entry, points, samples, name, last),
  });
  const result = {
    dataset: entry.dataset,
    recipe: entry.recipe,
    seed: entry.seed,
    z: layer('z'),
    h: layer('h'),
    warnings: watch(samples),
    probes: {
      knn: { first: entry.rows[0].knn, last: entry.rows.at(-1).knn, fell: fallStep(entry.rows, 'knn') },
      linear: { first: entry.rows[0].linear, last: entry.rows.at(-1).linear, fell: fallStep(entry.rows, 'linear') },
    },
    seconds: entry.seconds,
  };
  for (const tensor of [...points.values(), ...batches.values()]) tensor.dispose();
  return result;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'runs/collapse-doctor' }, write: { type: 'boolean', default: false } },
});
torch.setNumThreads(1);
const [set = 'matrix'] = positionals;
const root = path.join(values.out, set);
const results = readdirSync(root)
  .sort()
  .flatMap((name) => {
    try {
      return [examine(path.join(root, name))];
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      return [];
    }
  });
const text = markdown(results, { set, early, fallBy });
console.log(text);
if (values.write) {
  const here = path.dirname(fileURLToPath(import.meta.url));
  writeFileSync(path.join(here, `${set}.md`), text);
  writeFileSync(
    path.join(here, `${set}.json`),
    `${JSON.stringify({ early, fallBy, confusion: confusion(results), results }, null, 1)}\n`,
  );
}
