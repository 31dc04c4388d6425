// What whitening costs: forward and backward of one view by solver and size, TypeScript beside Python's plain autograd on
// the same libtorch; the share it would add to a training step of a small ConvNet; and how white the result is.
// Times are the processor's, of one thread: other programs on the machine do not lengthen them as they do wall time.
//   node benchmarks/whitening.mjs [--rounds 7] [--sizes 64x128,64x256,128x256,512x1024]
import { parseArgs } from 'node:util';
import {
  environment,
  median,
  printMachine,
  printTable,
  pythonSide,
  serve,
  takeTurns,
  typescriptSide,
} from './harness.mjs';

const { values } = parseArgs({
  options: {
    worker: { type: 'boolean' },
    rounds: { type: 'string', default: '7' },
    sizes: { type: 'string', default: '64x128,64x256,128x256,512x1024' },
  },
});
const solvers = ['bn', 'eigh', 'cholesky', 'newtonSchulz'];
/** Calls a round, after half as many that are not timed: V8 compiles what it has seen often. */
const callsOf = (axes) => (axes >= 256 ? 1 : 30);

if (values.worker) await work();
else await compare();

async function work() {
  const torch = await import('@twoview/torch');
  const nn = await import('@twoview/torch/nn');
  const { SGD } = await import('@twoview/torch/optim');
  const { ConvNet, mlp } = await import('twoview/models');
  const { batchStandardize, whiten } = await import('twoview/normalizers');
  torch.setNumThreads(1);
  const generator = new torch.Generator({ seed: 1 });

  /** Processor milliseconds of forward and backward of one view. */
  function whitening({ axes, samples, solver }) {
    const x = torch.randn([samples, axes], { generator, requiresGrad: true });
    const weights = torch.randn([samples, axes], { generator });
    const normalize = solver === 'bn' ? batchStandardize : (u) => whiten(u, { solver });
    return timed(callsOf(axes), () => void torch.grad(normalize(x).mul(weights).sum(), [x]));
  }

  /** Processor milliseconds of a siamese step without normalizer: two views, forward, backward and SGD. */
  function step({ axes, samples }) {
    class Network extends nn.Module {
      encoder = this.module('encoder', new ConvNet({ generator }));
      projector = this.module('projector', mlp({ sizes: [256, 256, axes], norm: 'affine', generator }));
      forward(view) {
        return this.projector.forward(this.encoder.forward(view));
      }
    }
    const network = new Network().toMemoryFormat('channels_last');
    const optimizer = new SGD(network.namedParameters(), { lr: 1e-3, momentum: 0.9 });
    const views = [0, 1].map(() =>
      torch.randn([samples, 3, 32, 32], { generator }).contiguous({ memoryFormat: 'channels_last' }),
    );
    return timed(1, () => {
      optimizer.zeroGrad();
      const [a, b] = views.map((view) => network.forward(view));
      a.sub(b).square().sum([1]).mean().backward();
      optimizer.step();
    });
  }

  /** max |Z^T Z / N - I| of float32 embeddings [2 axes, axes] whose covariance has this condition number. */
  function whiteness({ axes, condition }) {
    const wide = { dtype: 'float64', generator };
    const scales = torch.logspace(0, -Math.log10(condition) / 2, axes, { dtype: 'float64' });
    const [basis] = torch.linalgQr(torch.randn([axes, axes], wide));
    const x = whiten(torch.randn([2 * axes, axes], wide))
      .mul(scales)
      .mm(basis.t())
      .float();
    const error = (z) => {
      const gram = z.double().t().mm(z.double()).div(z.size(0));
      return gram
        .sub(torch.eye(axes, { dtype: 'float64' }))
        .abs()
        .max()
        .item();
    };
    const plain = () => {
      const centred = x.sub(x.mean([0], true));
      const [l, v] = torch.linalgEigh(centred.t().mm(centred).div(x.size(0)));
      return centred.mm(v).mul(l.clampMin(1e-38).rsqrt()).mm(v.t());
    };
    return Object.fromEntries([
      ...solvers.slice(1).map((solver) => [solver, error(whiten(x, { solver }))]),
      ['float32', error(plain())],
    ]);
  }

  function timed(calls, body) {
    for (let i = 0; i < Math.ceil(calls / 2); i++) torch.scope(body);
    const start = process.cpuUsage();
    for (let i = 0; i < calls; i++) torch.scope(body);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / calls;
  }

  await serve((request) => {
    if (request.condition) return torch.scope(() => whiteness(request));
    if (request.solver === 'step') return torch.scope(() => step(request));
    return torch.scope(() => whitening(request));
  });
}

async function compare() {
  const rounds = Number(values.rounds);
  const env = await environment(1);
  const ours = typescriptSide(import.meta.url, env);
  const peer = pythonSide('whitening.py', env);
  await printMachine(env, 1);

  const rows = [];
  for (const size of values.sizes.split(',')) {
    const [axes, samples] = size.split('x').map(Number);
    const steps = await takeTurns([ours], rounds, { axes, samples, solver: 'step' });
    const step = median(steps[ours.name]);
    for (const solver of solvers) {
      const times = { float32: [], float64: [] };
      const own = [];
      for (const dtype of ['float32', 'float64']) {
        const answers = await takeTurns([ours, peer], rounds, {
          axes,
          samples,
          solver,
          dtype,
          calls: callsOf(axes),
        });
        own.push(...answers[ours.name]);
        times[dtype] = answers[peer.name];
      }
      const time = median(own);
      rows.push([
        `${axes} x ${samples}`,
        solver,
        time.toFixed(2),
        median(times.float32).toFixed(2),
        median(times.float64).toFixed(2),
        `${((200 * time) / step).toFixed(1)} %`,
        step.toFixed(0),
      ]);
    }
  }
  console.log(
    `Forward and backward of one view, processor ms, medians of ${rounds} rounds; "share" is two views by the step's ms\n`,
  );
  printTable(['axes x samples', 'solver', 'TypeScript', 'Python f32', 'Python f64', 'share', 'ConvNet step'], rows);

  console.log(
    '\nmax |Z^T Z / N - I|, float32 embeddings of 128 axes and 256 samples, by condition number of the covariance\n',
  );
  const accuracy = [];
  for (const condition of [1, 1e2, 1e4, 1e6, 1e8]) {
    const errors = await ours.ask({ axes: 128, condition });
    accuracy.push([condition.toExponential(0), ...Object.values(errors).map((error) => error.toExponential(1))]);
  }
  printTable(['condition', ...solvers.slice(1), 'eigh, all in float32'], accuracy);
  ours.stop();
  peer.stop();
}
