// A worker that loads the engine by itself, computes, and answers messages; workers.test.ts starts it.
import { parentPort, workerData } from 'node:worker_threads';
import * as torch from '../../dist/index.js';

if (workerData?.spin) {
  // Ended from outside in the middle of its work.
  const a = torch.randn([128, 128]);
  parentPort.postMessage('spinning');
  for (;;) torch.scope(() => a.matmul(a).relu().sum().item());
}

if (workerData?.foreign !== undefined) {
  // A tensor of another thread arrives as a plain object, and its handle as a number.
  const attempts = [
    () => torch.ones([2]).add(workerData.foreign),
    () => torch.scope(() => workerData.foreign.add(1)),
    () => new torch.Tensor(workerData.handle).shape,
    () => torch.ones([2]).add(new torch.Tensor(workerData.handle)),
    () => torch.cat([torch.ones([2]), new torch.Tensor(workerData.handle)]),
    () => torch.grad(new torch.Tensor(workerData.handle), []),
  ];
  const messages = attempts.map((attempt) => {
    try {
      attempt();
      return 'no error';
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  });
  parentPort.postMessage(messages);
}

parentPort.on('message', ({ seed, rounds }) => {
  const generator = new torch.Generator({ seed });
  let total = 0;
  for (let i = 0; i < rounds; i++) {
    total += torch.scope(() => {
      const w = torch.randn([16, 16], { generator, dtype: 'float64', requiresGrad: true });
      w.matmul(w.t()).exp().mul(1e-3).sum().backward();
      return w.grad.abs().mean().item();
    });
  }
  parentPort.postMessage({ total, handles: torch.memory().handles });
});
