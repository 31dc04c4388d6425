// A step of adversarial training, TypeScript beside Python on the same libtorch: PGD-10 in training mode, a pass of the images
// and one of the adversarial images, backward, SGD with momentum. ResNet-18 (CIFAR stem), and the small network for CPUs.
//   node benchmarks/adversarial-step.mjs [--threads 2] [--rounds 5] [--steps 1] [--cases smallcnn:128,resnet18:32,...] [--json]
// Processor time is that of all threads; with one thread it does not see other programs on the machine, as the clock does.
// Both sides start from the same weights, images and attacks: their first losses have to agree, else the benchmark fails.
import { parseArgs } from 'node:util';
import {
  environment,
  median,
  printMachine,
  printTable,
  pythonSide,
  serve,
  spread,
  takeTurns,
  typescriptSide,
} from './harness.mjs';

const { values } = parseArgs({
  options: {
    worker: { type: 'boolean' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '1' },
    cases: { type: 'string', default: 'smallcnn:128,resnet18:32,resnet18:64,resnet18:128' },
    json: { type: 'boolean' },
  },
});

/** Relative difference of the first losses; the signs of tiny gradients may differ in the attack's last steps. */
const tolerance = 1e-3;
const memoryFormat = 'channels_last';

if (values.worker) await work();
else await compare();

async function work() {
  const torch = await import('@twoview/torch');
  const nn = await import('@twoview/torch/nn');
  const { SGD } = await import('@twoview/torch/optim');
  const { trainingAttack } = await import('twoview/attacks');
  const { createEncoder } = await import('twoview/models');
  torch.setNumThreads(Number(values.threads));
  const normalize = { mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616] };
  const encoders = {
    resnet18: { name: 'resnet18', stem: 'cifar', normalize },
    smallcnn: {
      name: 'smallcnn',
      channels: [32, 32, 64, 64],
      strides: [2, 1, 2, 1],
      grid: 8,
      features: 128,
      normalize,
    },
  };

  class Classifier extends nn.Module {
    constructor(name, generator) {
      super();
      this.encoder = this.module('encoder', createEncoder(encoders[name], generator));
      this.head = this.module('head', new nn.Linear(this.encoder.featureSize, 10, { generator }));
    }

    forward(images) {
      return this.head.forward(this.encoder.forward(images));
    }
  }

  /** A training of its own for each case, from seed 1. */
  function start(name, batch) {
    const generator = new torch.Generator({ seed: 1 });
    const model = new Classifier(name, generator).toMemoryFormat(memoryFormat);
    const optimizer = new SGD(model.namedParameters(), { lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });
    const images = torch.rand([batch, 3, 32, 32], { generator }).contiguous({ memoryFormat });
    const labels = torch.randint(10, [batch], { generator, dtype: 'int64' });
    return () =>
      torch.scope(() => {
        const adversarial = trainingAttack(model, images, labels, { generator, steps: 10 });
        optimizer.zeroGrad();
        const [benign, attacked] = [images, adversarial].map((x) => model.forward(x).crossEntropyLoss(labels));
        const loss = benign.add(attacked);
        loss.backward();
        optimizer.step();
        return loss.item();
      });
  }

  let current = null;
  await serve(async ({ name, batch, steps }) => {
    const id = `${name}:${batch}`;
    if (current?.id !== id) current = { id, step: start(name, batch) };
    const [began, used] = [performance.now(), process.cpuUsage()];
    let loss = 0;
    for (let i = 0; i < steps; i++) {
      loss = current.step();
      await new Promise(setImmediate); // as training does
    }
    const milliseconds = (performance.now() - began) / steps;
    const { user, system } = process.cpuUsage(used);
    return { milliseconds, processor: (user + system) / 1000 / steps, loss };
  });
}

async function compare() {
  const threads = Number(values.threads);
  const env = await environment(threads);
  const sides = [
    typescriptSide(import.meta.url, env, ['--threads', values.threads]),
    pythonSide('adversarial_step.py', env, [values.threads]),
  ];
  const rows = [];
  for (const text of values.cases.split(',')) {
    const [name, batch] = [text.split(':')[0], Number(text.split(':')[1])];
    const first = await takeTurns(sides, 1, { name, batch, steps: 1 });
    const answers = await takeTurns(sides, Number(values.rounds), { name, batch, steps: Number(values.steps) });
    const [ours, theirs] = sides.map((side) => ({
      times: answers[side.name].map(({ milliseconds }) => milliseconds),
      processor: median(answers[side.name].map(({ processor }) => processor)),
      firstLoss: first[side.name][0].loss,
      lastLoss: answers[side.name].at(-1).loss,
    }));
    rows.push({
      network: name,
      batch,
      ours: { ...ours, median: median(ours.times), spread: spread(ours.times, 0) },
      python: { ...theirs, median: median(theirs.times), spread: spread(theirs.times, 0) },
      ratio: median(ours.times) / median(theirs.times),
      processorRatio: ours.processor / theirs.processor,
    });
    const difference = Math.abs(ours.firstLoss / theirs.firstLoss - 1);
    if (!(difference <= tolerance)) {
      for (const side of sides) side.stop();
      throw new Error(`${text}: the first losses are ${ours.firstLoss} and ${theirs.firstLoss}; they do other things`);
    }
  }
  for (const side of sides) side.stop();
  if (values.json) {
    console.log(JSON.stringify({ threads, coreType: env.OPENBLAS_CORETYPE ?? null, memoryFormat, rows }));
    return;
  }
  await printMachine(env, threads);
  console.log(
    `PGD-10 in training mode, both versions forward, backward, SGD; 3x32x32, float32, ${memoryFormat}; medians of ${values.rounds} rounds of ${values.steps} steps, in ms\n`,
  );
  printTable(
    [
      'network, batch',
      'TypeScript',
      'middle half',
      'Python',
      'middle half',
      'ratio',
      'of processor time',
      'first losses',
      'last losses',
    ],
    rows.map(({ network, batch, ours, python, ratio, processorRatio }) => [
      `${network}, ${batch}`,
      ours.median.toFixed(0),
      ours.spread,
      python.median.toFixed(0),
      python.spread,
      ratio.toFixed(2),
      processorRatio.toFixed(2),
      `${ours.firstLoss.toFixed(4)} ${python.firstLoss.toFixed(4)}`,
      `${ours.lastLoss.toFixed(4)} ${python.lastLoss.toFixed(4)}`,
    ]),
  );
}
