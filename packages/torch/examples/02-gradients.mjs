// Logistic regression by gradient descent, with a generator of its own so that every run draws the same numbers.
import { binaryCrossEntropyWithLogits, Generator, noGrad, randn, scope, zeros } from '@twoview/torch';

const generator = new Generator({ seed: 1 });
const points = randn([200, 2], { generator });
const labels = points
  .matmul(randn([2, 1], { generator }))
  .gt(0)
  .float();
const weights = zeros([2, 1], { requiresGrad: true });

for (let step = 0; step <= 100; step++) {
  const loss = scope(() => {
    const value = binaryCrossEntropyWithLogits(points.matmul(weights), labels);
    value.backward();
    noGrad(() => {
      weights.sub_(weights.grad, { alpha: 1 });
      weights.grad.zero_();
    });
    return value.item();
  });
  if (step % 50 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}`);
}

const accuracy = scope(() => points.matmul(weights).gt(0).eq(labels).float().mean().item());
console.log(`accuracy ${accuracy}`);
