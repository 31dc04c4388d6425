// Small CIFAR-10: what each ingredient is worth on real images, with an encoder and a budget for two CPU cores.
//
//   node papers/directpred/cifar10.mjs --data FOLDER [--arms directpred,simclr] [--steps 3700] [--runs runs/cifar10-small]
//
// FOLDER holds cifar-10-batches-bin. Interrupted, the same command goes on. The table goes to cifar10.md and cifar10.json.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RunFolder } from 'twoview/runs';

const here = path.dirname(fileURLToPath(import.meta.url));
const command = path.join(here, '../../packages/twoview/bin/twoview.js');
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.TWOVIEW_DATA ?? 'data' },
    arms: { type: 'string' },
    steps: { type: 'string', default: '3700' },
    runs: { type: 'string', default: 'runs/cifar10-small' },
  },
});

// 10,000 training images, four strided convolutions, projector 512-128, batch 128, SGD 0.06.
const common = [
  '--dataset',
  'cifar10',
  `data.folder=${values.data}`,
  'data.limit=10000',
  'data.testLimit=2000',
  'encoder.name=convnet',
  'optimizer.learningRate=0.06',
  'training.epochs=1000',
  'training.logEvery=20',
  'training.checkpointEvery=400',
  'evaluation.everyEpochs=4',
  'evaluation.maxTrain=10000',
];
const moving = 'method.target.momentum=0.99';
const arms = {
  directpred: { title: 'DirectPred', args: ['--method', 'directpred', moving] },
  'byol-linear': { title: 'BYOL, SGD linear predictor', args: ['--method', 'byol', '--predictor', 'linear', moving] },
  simclr: { title: 'SimCLR', args: ['--method', 'simclr'] },
  'no-stop-gradient': {
    title: 'SGD linear predictor, no stop-gradient',
    args: ['--method', 'directpred', '--predictor', 'linear', '--target', 'online'],
    steps: 800,
  },
};

const readRows = (dir) =>
  readFileSync(path.join(dir, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const isDone = (dir) => existsSync(path.join(dir, 'results.json'));

for (const name of values.arms?.split(',') ?? Object.keys(arms)) {
  const { args, steps } = arms[name];
  const dir = path.join(values.runs, name);
  if (isDone(dir)) continue;
  const total = Math.min(steps ?? Number.POSITIVE_INFINITY, Number(values.steps));
  const call = existsSync(path.join(dir, 'environment.json'))
    ? ['resume', dir]
    : ['train', ...args, ...common, `training.maxSteps=${total}`, '--out', dir];
  console.log(`\n${arms[name].title}`);
  const { status } = spawnSync(process.execPath, [command, ...call], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const finished = Object.keys(arms).filter((name) => isDone(path.join(values.runs, name)));
const percent = (value) => (value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);
const fixed = (value, digits) => (value === undefined ? '–' : Number(value).toFixed(digits));
const table = [];
const threads = new Set();
const results = {};
for (const name of finished) {
  const dir = path.join(values.runs, name);
  const rows = readRows(dir);
  const final = JSON.parse(readFileSync(path.join(dir, 'results.json'), 'utf8'));
  const evaluated = rows.filter((row) => row.knn !== undefined);
  const logged = rows.filter((row) => row['z.effectiveRank'] !== undefined && row.loss !== undefined);
  const collapsedAt = logged.find((row) => row['z.effectiveRank'] < 1.05 && row['z.std'] < 0.05)?.step ?? null;
  const last = rows[rows.length - 1];
  const config = RunFolder.open(dir).config();
  threads.add(config.training.threads);
  const { verdict } = final.verdict;
  const speed = logged[logged.length - 1]?.viewsPerSecond;
  results[name] = {
    title: arms[name].title,
    steps: last.step,
    seconds: last.time,
    viewsPerSecond: speed,
    collapsedAt,
    untrained: evaluated[0]?.knn,
    verdict,
    bestKnn: Math.max(...evaluated.slice(1).map((row) => row.knn)),
    results: final.results,
  };
  if (table.length === 0) {
    table.push(
      `| untrained | ${percent(evaluated[0]?.knn)} | – | – | ${fixed(evaluated[0]?.['h.effectiveRank'], 1)} | – | – | 0 | – | – |`,
    );
  }
  const r = final.results;
  table.push(
    `| ${arms[name].title} | ${percent(r.knn)} | ${percent(results[name].bestKnn)} | ${percent(r.linear)} | ${fixed(r['h.effectiveRank'], 1)} | ${fixed(logged[0]?.['z.effectiveRank'], 1)} to ${fixed(logged[logged.length - 1]?.['z.effectiveRank'], 1)} | ${fixed(logged[logged.length - 1]?.['z.std'], 2)} | ${last.step} | ${fixed(last.time / 60, 1)} | ${verdict}${collapsedAt === null ? '' : `, at step ${collapsedAt}`} |`,
  );
}
const text = [
  '# CIFAR-10, small',
  '',
  `\`node papers/directpred/cifar10.mjs\` on ${os.cpus()[0].model.trim()}, ${os.availableParallelism()} cores shared with other work, ${[...threads].join(' or ')} thread(s) a run. 10,000 training images, 2,000 test images, one seed, convnet 32-64-128-256,`,
  'projector 512-128, batch 128, SGD 0.06, target momentum 0.99. kNN: k = 200, temperature 0.1; last epoch, and the best beside it; linear: logistic regression at its optimum.',
  'Rank of h on test images; rank and std of z on training batches.',
  '',
  '| arm | kNN, last | kNN, best | linear | rank of h | rank of z, first to last | std of z | steps | minutes | verdict |',
  '| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | --- |',
  ...table,
  '',
].join('\n');
console.log(`\n${text}`);
writeFileSync(path.join(here, 'cifar10.md'), text);
writeFileSync(path.join(here, 'cifar10.json'), `${JSON.stringify(results, null, 2)}\n`);
