// Why the optimisers work on lists: an SGD step with momentum and weight decay on ResNet-18's parameters, once with
// foreach operators (one crossing into libtorch a list) and once tensor by tensor, in alternating rounds.
//   node benchmarks/optimizer-step.mjs [--threads 1] [--rounds 15] [--width 1]
import { parseArgs } from 'node:util';
import * as torch from '@twoview/torch';
import { resnet18 } from 'twoview/models';
import { median, printTable, spread } from './harness.mjs';

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '15' },
    width: { type: 'string', default: '1' },
  },
});
torch.setNumThreads(Number(values.threads));
const [lr, momentum, weightDecay] = [0.03, 0.9, 5e-4];
const params = resnet18({ stem: 'cifar', width: Number(values.width) }).parameters();
const grads = params.map((p) => torch.randn(p.shape).mul(1e-3));
const buffers = params.map((p) => torch.zeros(p.shape));

const ways = {
  'lists (foreach)': () => {
    const direction = torch.foreachAdd(grads, params, { alpha: weightDecay });
    torch.foreachMul_(buffers, momentum);
    torch.foreachAdd_(buffers, direction);
    torch.foreachAdd_(params, buffers, { alpha: -lr });
  },
  'one by one': () => {
    for (const [i, param] of params.entries()) {
      const direction = grads[i].add(param, { alpha: weightDecay });
      buffers[i].mul_(momentum).add_(direction);
      param.add_(buffers[i], { alpha: -lr });
    }
  },
};

const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
torch.noGrad(() => {
  for (let round = -2; round < Number(values.rounds); round++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      torch.scope(way);
      if (round >= 0) times[name].push(performance.now() - start);
    }
  }
});
console.log(
  `${params.length} tensors, ${params.reduce((sum, p) => sum + p.numel, 0)} parameters, ${values.threads} thread(s)\n`,
);
printTable(
  ['way', 'ms a step, median', 'middle half', 'least'],
  Object.entries(times).map(([name, list]) => [
    name,
    median(list).toFixed(2),
    spread(list),
    Math.min(...list).toFixed(2),
  ]),
);
