// Claim E17: DirectPred and its ablations on a nonlinear toy, every variant over three seeds.
//
//   node papers/directpred/toy.mjs [--seeds 0,1,2] [--steps 3000] [--rows directpred,no-stop-gradient] [--out papers/directpred]
//
// Data: ten class means m ~ N(0, I_16); content c = m + 0.7 N(0, I_16); a view is [c + 0.3 N(0, I_16); 1.5 N(0, I_48)] Q
// with a fixed random orthogonal Q: 48 of 64 dimensions are noise that differs between views, and louder than the content.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { ridgeProbe } from 'twoview/evaluation';
import { presetMethod, Siamese } from 'twoview/methods';
import { correlationMatrix, effectiveRank, normalizedStd, predictorAlignment } from 'twoview/metrics';
import { Encoder, mlp } from 'twoview/models';
import { createOptimizer } from 'twoview/training';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0,1,2' },
    steps: { type: 'string', default: '3000' },
    rows: { type: 'string' },
    out: { type: 'string', default: here },
  },
});

const [contentSize, noiseSize, batchSize] = [16, 48, 128];

/** Linear 64-128, BatchNorm, ReLU, Linear 128-64 gives h, which is probed; the projector sees ReLU(h). */
class ToyEncoder extends Encoder {
  featureSize = 64;
  constructor(generator) {
    super();
    this.body = this.module('body', mlp({ sizes: [64, 128, 64], norm: 'plain', generator }));
  }
  h(x) {
    return this.body.forward(x);
  }
  forward(x) {
    return this.h(x).relu();
  }
}

function createData(seed) {
  const generator = new torch.Generator({ seed: 1000 + seed });
  const normal = (shape) => torch.randn(shape, { generator });
  const means = torch.keep(normal([10, contentSize]));
  const rotation = torch.keep(nn.init.orthogonal_(torch.empty([64, 64]), { generator }));
  const contents = (count) => {
    const labels = torch.randint(0, 10, [count], { generator });
    return { labels, content: means.indexSelect(0, labels).add(normal([count, contentSize]), { alpha: 0.7 }) };
  };
  const view = (content) => {
    const count = content.shape[0];
    const kept = content.add(normal([count, contentSize]), { alpha: 0.3 });
    return torch.cat([kept, normal([count, noiseSize]).mul(1.5)], 1).matmul(rotation);
  };
  return { contents, view };
}

const linear = (target, extra = {}) => ({
  predictor: { name: 'linear', symmetric: false, bias: false, ...extra },
  target,
});
const ema = { name: 'ema', momentum: 0.996, schedule: 'constant', start: 'random', scope: 'all' };
const stopGradient = { name: 'stopGradient' };
const direct = (changes, target = ema) => ({
  predictor: { ...presetMethod('directpred').predictor, ...changes },
  target,
});
const identity = (target) => ({ predictor: { name: 'identity' }, target });

const rows = {
  untrained: { title: 'untrained', untrained: true, ...identity(stopGradient) },
  'sgd-linear': { title: 'SGD linear predictor, EMA', ...linear(ema) },
  'sgd-symmetric': { title: 'same, symmetric', ...linear(ema, { symmetric: true }) },
  'sgd-no-ema': { title: 'SGD linear, no EMA', ...linear(stopGradient) },
  directpred: { title: 'DirectPred eps=.1 rho=.3, EMA', ...direct({}) },
  'directpred-eps0': { title: 'DirectPred eps=0', ...direct({ epsilon: 0 }) },
  'directpred-freq5': { title: 'DirectPred freq=5', ...direct({ every: 5 }) },
  directcopy: { title: 'DirectCopy eps=.3', predictor: presetMethod('directcopy').predictor, target: ema },
  'directpred-no-ema': { title: 'DirectPred, no EMA', ...direct({}, stopGradient) },
  'no-predictor': { title: 'no predictor, EMA', ...identity(ema) },
  'no-predictor-no-ema': { title: 'no predictor, no EMA', ...identity(stopGradient) },
  'no-stop-gradient': { title: 'no stop-gradient (no EMA)', ...linear({ name: 'online' }) },
};

function run(row, seed, steps) {
  const generator = new torch.Generator({ seed });
  const projector = { hidden: [128], size: 32, norm: 'plain', lastNorm: 'none', bias: true };
  const config = { ...presetMethod('directpred'), projector, predictor: row.predictor, target: row.target };
  const model = new Siamese(config, (g) => new ToyEncoder(g), generator);
  const optimizerConfig = {
    name: 'sgd',
    learningRate: 0.03,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 4e-4,
    exclude: 'none',
    schedule: { name: 'constant', warmupEpochs: 0 },
  };
  const optimizer = createOptimizer(optimizerConfig, config.predictorTraining, model.parameterGroups());
  const data = createData(seed);
  let loss = Number.NaN;
  for (let step = 0; !row.untrained && step < steps; step++) {
    torch.scope(() => {
      const { content } = data.contents(batchSize);
      optimizer.zeroGrad();
      const result = model.step([data.view(content), data.view(content)]);
      loss = result.loss.item();
      result.loss.backward();
      optimizer.step();
      model.afterStep(step, steps);
    });
  }
  return torch.noGrad(() =>
    torch.scope(() => {
      const { content, labels } = data.contents(4000);
      const h = model.encoder.h(data.view(content));
      const z = model.online.projector.forward(h.relu());
      const half = (x, second) => x.narrow(0, second ? 2000 : 0, 2000).contiguous();
      const accuracy = ridgeProbe({
        train: half(h, false),
        test: half(h, true),
        trainLabels: Int32Array.from(half(labels, false).tolist()),
        testLabels: Int32Array.from(half(labels, true).tolist()),
        classes: 10,
      }).accuracy;
      const matrix = model.predictor.matrix;
      const alignment = matrix ? predictorAlignment(matrix, correlationMatrix(z), { top: 8 }) : null;
      return {
        accuracy,
        std: normalizedStd(z),
        effectiveRank: effectiveRank(z),
        loss,
        alignment: alignment?.mean ?? null,
        asymmetry: alignment?.asymmetry ?? null,
      };
    }),
  );
}

torch.setNumThreads(1);
const seeds = values.seeds.split(',').map(Number);
const steps = Number(values.steps);
const chosen = values.rows?.split(',') ?? Object.keys(rows);
const format = (list, digits) => {
  const known = list.filter((x) => x !== null && !Number.isNaN(x));
  if (known.length === 0) return '–';
  const [low, high] = [Math.min(...known).toFixed(digits), Math.max(...known).toFixed(digits)];
  return low === high ? low : `${low} to ${high}`;
};
const results = {};
const began = performance.now();
for (const name of chosen) {
  const start = performance.now();
  results[name] = seeds.map((seed) => run(rows[name], seed, steps));
  const of = (key, digits) =>
    format(
      results[name].map((r) => r[key]),
      digits,
    );
  console.log(
    `${rows[name].title.padEnd(32)} acc ${of('accuracy', 3)}  std ${of('std', 3)}  erank ${of('effectiveRank', 2)}  loss ${of('loss', 3)}  alignment ${of('alignment', 3)}  (${((performance.now() - start) / 1000).toFixed(0)} s)`,
  );
}

// What is asserted, over all seeds.
const all = (name, test) => results[name]?.every(test);
const collapsed = (r) => r.std < 0.05 && r.effectiveRank < 1.05 && r.loss < -3.99;
const claims = [
  [
    'the last two rows collapse: std < 0.05, effective rank < 1.05, loss < -3.99',
    ['no-predictor', 'no-predictor-no-ema', 'no-stop-gradient'].every((n) => all(n, collapsed)),
  ],
  [
    'no other trained row collapses',
    chosen.filter((n) => !/^(untrained|no-)/.test(n)).every((n) => all(n, (r) => !collapsed(r))),
  ],
  ['DirectPred: std > 0.8 and effective rank > 7', all('directpred', (r) => r.std > 0.8 && r.effectiveRank > 7)],
  [
    'DirectPred is more accurate than the SGD linear predictor, seed by seed',
    results.directpred?.every((r, i) => r.accuracy > (results['sgd-linear']?.[i]?.accuracy ?? 1)),
  ],
  ['alignment of the top 8 eigenvectors: DirectPred > 0.99', all('directpred', (r) => r.alignment > 0.99)],
  ['alignment: symmetric >= 0.98', all('sgd-symmetric', (r) => r.alignment >= 0.98)],
  ['alignment: plain >= 0.92', all('sgd-linear', (r) => r.alignment >= 0.92)],
];
console.log();
for (const [claim, holds] of claims)
  console.log(`${holds === undefined ? 'not run' : holds ? 'pass' : 'FAIL'}  ${claim}`);

if (values.rows === undefined) {
  const table = [
    '# E17: nonlinear toy',
    '',
    `\`node papers/directpred/toy.mjs --seeds ${values.seeds} --steps ${steps}\`, ${((performance.now() - began) / 1000).toFixed(0)} s, libtorch ${torch.version}, one thread. Ranges over the seeds.`,
    '',
    '| variant | accuracy | std | effective rank | final loss | alignment | asymmetry |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...chosen.map((name) => {
      const of = (key, digits) =>
        format(
          results[name].map((r) => r[key]),
          digits,
        );
      return `| ${rows[name].title} | ${of('accuracy', 3)} | ${of('std', 3)} | ${of('effectiveRank', 2)} | ${of('loss', 3)} | ${of('alignment', 3)} | ${of('asymmetry', 2)} |`;
    }),
    '',
    ...claims.map(([claim, holds]) => `- ${holds ? 'pass' : 'FAIL'}: ${claim}`),
    '',
  ];
  writeFileSync(path.join(values.out, 'toy.md'), table.join('\n'));
  writeFileSync(path.join(values.out, 'toy.json'), `${JSON.stringify({ steps, seeds, results }, null, 2)}\n`);
}
