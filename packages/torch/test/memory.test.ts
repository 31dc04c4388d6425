// Many training steps leave nothing behind: the same live handles after each, and flat memory of the process.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Generator, memory, randn, scope, type Tensor, tensor } from '@twoview/torch';
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  functional,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@twoview/torch/nn';
import { SGD } from '@twoview/torch/optim';
import { expect, it } from 'vitest';

const steps = 2000;

/** Resident bytes of the process without JavaScript's garbage, which is not what this test is about. */
function resident(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().rss;
}

it(`stays flat over ${steps} training steps of a small convolutional network`, () => {
  const generator = new Generator({ seed: 1 });
  const net = new Sequential(
    new Conv2d(3, 8, 3, { padding: 1, bias: false, generator }),
    new BatchNorm2d(8),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(8 * 16, 16, { generator }),
    new BatchNorm1d(16),
    new Linear(16, 4, { generator }),
  ).toMemoryFormat('channels_last');
  const optimizer = new SGD(net.namedParameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-4 });
  const images = randn([16, 3, 8, 8], { generator }).contiguous({ memoryFormat: 'channels_last' });
  const labels = tensor(
    Array.from({ length: 16 }, (_, i) => i % 4),
    { dtype: 'int64' },
  );

  const step = () =>
    scope(() => {
      optimizer.zeroGrad();
      const loss: Tensor = functional.crossEntropy(net.forward(images), labels);
      loss.backward();
      optimizer.step();
      return loss.item();
    });

  const counts = new Set<number>();
  /** Takes so many steps; returns the last loss. The collector runs now and then, so that its heap does not grow for want of it. */
  const run = (count: number): number => {
    let loss = 0;
    for (let i = 0; i < count; i++) {
      loss = step();
      counts.add(memory().handles);
      if (i % 500 === 499) resident();
    }
    return loss;
  };

  const first = step();
  run(1000); // until the compiled code and V8's heap have their size: measured, both grow for about so long and no longer
  const { handles, bytes } = memory();
  const before = resident();
  counts.clear();
  const last = run(steps);
  expect([...counts]).toEqual([handles]);
  expect(memory().bytes).toBe(bytes);
  expect(last).toBeLessThan(first / 10);
  expect(resident() - before).toBeLessThan(4 * 2 ** 20);
});
