// A SimSiam training step of ResNet-18 (CIFAR stem), TypeScript beside Python on the same libtorch: views a second and
// peak resident memory. Batch 64 of two views, channels_last, SGD with momentum.
//   node benchmarks/resnet-step.mjs [--threads 2] [--rounds 7] [--steps 4] [--json]
import { readFileSync } from 'node:fs';
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
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '4' },
    json: { type: 'boolean' },
  },
});
const batch = 64;

if (values.worker) await work();
else await compare();

/** Peak resident bytes of this process, as Linux counts them. */
function peakResident() {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}

async function work() {
  const torch = await import('@twoview/torch');
  const nn = await import('@twoview/torch/nn');
  const { SGD } = await import('@twoview/torch/optim');
  const { resnet18 } = await import('twoview/models');
  torch.setNumThreads(Number(values.threads));
  const generator = new torch.Generator({ seed: 1 });

  class SimSiam extends nn.Module {
    constructor() {
      super();
      const linear = (inputs, outputs, bias) => new nn.Linear(inputs, outputs, { bias, generator });
      this.encoder = this.module('encoder', resnet18({ stem: 'cifar', generator }));
      this.projector = this.module(
        'projector',
        new nn.Sequential(
          linear(512, 2048, false),
          new nn.BatchNorm1d(2048),
          new nn.ReLU(),
          linear(2048, 2048, false),
          new nn.BatchNorm1d(2048, { affine: false }),
        ),
      );
      this.predictor = this.module(
        'predictor',
        new nn.Sequential(linear(2048, 512, false), new nn.BatchNorm1d(512), new nn.ReLU(), linear(512, 2048, true)),
      );
    }

    forward(view) {
      const z = this.projector.forward(this.encoder.forward(view));
      return [this.predictor.forward(z), z.detach()];
    }
  }

  const model = new SimSiam().toMemoryFormat('channels_last');
  const optimizer = new SGD(model.namedParameters(), { lr: 0.03, momentum: 0.9, weightDecay: 5e-4 });
  const views = [0, 1].map(() =>
    torch.randn([batch, 3, 32, 32], { generator }).contiguous({ memoryFormat: 'channels_last' }),
  );

  const step = () =>
    torch.scope(() => {
      optimizer.zeroGrad();
      const [[p1, z1], [p2, z2]] = views.map((view) => model.forward(view));
      const similarity = (p, z) => torch.cosineSimilarity(p, z, 1).mean();
      const loss = similarity(p1, z2).add(similarity(p2, z1)).mul(-0.5);
      loss.backward();
      optimizer.step();
      return loss.item();
    });

  await serve(async ({ steps }) => {
    const start = performance.now();
    let loss = 0;
    for (let i = 0; i < steps; i++) {
      loss = step();
      await new Promise(setImmediate); // as training does
    }
    const seconds = (performance.now() - start) / 1000;
    return { viewsPerSecond: (2 * batch * steps) / seconds, loss, peakResident: peakResident() };
  });
}

async function compare() {
  const threads = Number(values.threads);
  const env = await environment(threads);
  const sides = [
    typescriptSide(import.meta.url, env, ['--threads', values.threads]),
    pythonSide('resnet_step.py', env, [values.threads]),
  ];
  const warm = await takeTurns(sides, 1, { steps: 1 });
  const answers = await takeTurns(sides, Number(values.rounds), { steps: Number(values.steps) });
  for (const side of sides) side.stop();
  const rows = sides.map(({ name }) => {
    const speeds = answers[name].map((answer) => answer.viewsPerSecond);
    return {
      side: name,
      viewsPerSecond: median(speeds),
      spread: spread(speeds, 1),
      peakResidentMB: answers[name].at(-1).peakResident / 2 ** 20,
      firstLoss: warm[name][0].loss,
      lastLoss: answers[name].at(-1).loss,
    };
  });
  if (values.json) {
    console.log(
      JSON.stringify({ threads, coreType: env.OPENBLAS_CORETYPE ?? null, memoryFormat: 'channels_last', batch, rows }),
    );
    return;
  }
  await printMachine(env, threads);
  console.log(
    `ResNet-18, CIFAR stem, SimSiam, batch ${batch} of two views 3x32x32, float32, channels_last; ${values.rounds} rounds of ${values.steps} steps\n`,
  );
  printTable(
    ['side', 'views/s, median', 'middle half', 'peak resident, MB', 'first loss', 'last loss'],
    rows.map((row) => [
      row.side,
      row.viewsPerSecond.toFixed(1),
      row.spread,
      row.peakResidentMB.toFixed(0),
      row.firstLoss.toFixed(4),
      row.lastLoss.toFixed(4),
    ]),
  );
}
