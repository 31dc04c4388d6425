import * as torch from '@twoview/torch';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import { convNet, patterns, seeded, stateOf, trained, values } from './networks.js';

const model = trained(1);
const { x, y } = patterns(2, 200);
const clean = torch.noGrad(() => values(attacks.crossEntropy(model.forward(x), y)));
const linf = { norm: 'linf', eps: 0.031 } as const;
const base = { ball: linf, steps: 10, stepSize: 0.007, mode: 'eval' } as const;

describe.each([linf, { norm: 'l2', eps: 0.3 } as const])('on a trained network, $norm', (ball) => {
  test.each(['crossEntropy', 'margin'] as const)('%s: the cross-entropy rises for 95 % of the images', (loss) => {
    const options = { ...base, ball, stepSize: ball.eps / 4, loss, generator: seeded(3) };
    const result = attacks.pgd(model, x, y, options);
    attacks.checkInside('test', result.images, x, ball);
    const after = values(attacks.crossEntropy(model.forward(result.images), y));
    expect(after.filter((value, i) => value >= clean[i]!).length / after.length).toBeGreaterThanOrEqual(0.95);
  });

  test('kl: the divergence rises above that of the start for 95 % of the images', () => {
    const options = { ...base, ball, stepSize: ball.eps / 4, loss: 'kl', generator: seeded(3) } as const;
    const result = attacks.pgd(model, x, y, options);
    attacks.checkInside('test', result.images, x, ball);
    const start = model.forward(attacks.uniformStart(x, ball, seeded(3)));
    const before = values(attacks.klDivergence(start, model.forward(x)));
    const rises = values(result.losses).filter((value, i) => value > before[i]!).length;
    expect(rises / before.length).toBeGreaterThanOrEqual(0.95);
  });

  test('momentum raises it too', () => {
    const result = attacks.pgd(model, x, y, {
      ...base,
      ball,
      stepSize: ball.eps / 4,
      momentum: 1,
      generator: seeded(3),
    });
    attacks.checkInside('test', result.images, x, ball);
    const rises = values(result.losses).filter((value, i) => value >= clean[i]!).length;
    expect(rises / clean.length).toBeGreaterThanOrEqual(0.95);
  });
});

test('losses and verdicts returned are those of the images returned', () => {
  for (const keep of ['last', 'best'] as const) {
    const result = attacks.pgd(model, x, y, { ...base, keep, restarts: 2, generator: seeded(4) });
    const logits = model.forward(result.images);
    const difference = attacks.crossEntropy(logits, y).sub(result.losses).abs().amax().item();
    expect(difference).toBeLessThan(1e-5);
    expect(values(logits.argmax(1).ne(y))).toEqual(values(result.fooled));
  }
});

test.each(['last', 'best'] as const)('restarts never make an image worse: %s', (keep) => {
  const runs = [1, 2, 5].map((restarts) =>
    attacks.pgd(model, x, y, { ...base, steps: 2, keep, restarts, generator: seeded(5) }),
  );
  for (const [few, more] of [runs.slice(0, 2), runs.slice(1)] as [attacks.AttackResult, attacks.AttackResult][]) {
    const [a, b] = [values(few.fooled), values(more.fooled)];
    const [p, q] = [values(few.losses), values(more.losses)];
    for (let i = 0; i < a.length; i++) {
      expect(b[i]).toBeGreaterThanOrEqual(a[i]!);
      if (a[i] === b[i]) expect(q[i]).toBeGreaterThanOrEqual(p[i]!);
    }
  }
  expect(values(runs[2]!.losses)).not.toEqual(values(runs[0]!.losses));
});

test('an image is attacked alike alone and in a batch', () => {
  const options = { ...base, start: 'image' } as const;
  const whole = attacks.pgd(model, x, y, options).images;
  const part = attacks.pgd(model, x.slice(0, 7, 12), y.slice(0, 7, 12), options).images;
  expect(
    part
      .sub(whole.slice(0, 7, 12))
      .abs()
      .amax()
      .item(),
  ).toBeLessThan(1e-6);
});

test.each(['last', 'best'] as const)('shrinking changes no verdict: %s', (keep) => {
  const options = { ...base, ball: { ...linf, eps: 0.015 }, keep, restarts: 3 };
  const whole = attacks.pgd(model, x, y, { ...options, generator: seeded(6) });
  const active: number[] = [];
  const steps = attacks.pgdSteps(model, x, y, { ...options, shrink: true, generator: seeded(6) });
  let next = steps.next();
  for (; !next.done; next = steps.next()) active.push(next.value.active);
  expect(values(next.value.fooled)).toEqual(values(whole.fooled));
  const fooled = values(whole.fooled).filter(Boolean).length;
  expect(fooled).toBeGreaterThan(5);
  expect(fooled).toBeLessThan(195);
  expect(active.at(-1)).toBeLessThan(active[0]!);
});

test('one seed gives one result, bit for bit', () => {
  const run = (seed: number) => values(attacks.pgd(model, x, y, { ...base, generator: seeded(seed) }).images);
  expect(run(7)).toEqual(run(7));
  expect(run(7)).not.toEqual(run(8));
});

test('images and, in mode eval, the whole state stay; each module has its own mode back; no gradient is left', () => {
  const net = convNet(9, 4, 'float32').train();
  const [, norm] = [...net.modules()].slice(1);
  norm!.training = false;
  const modes = () => Array.from(net.modules(), (module) => module.training);
  const [before, state, pixels] = [modes(), stateOf(net), values(x)];
  attacks.pgd(net, x, y, { ...base, generator: seeded(1) });
  expect(stateOf(net)).toEqual(state);
  expect(values(x)).toEqual(pixels);
  expect(modes()).toEqual(before);
  expect(net.parameters().every((p) => p.grad === null)).toBe(true);
  expect(() =>
    attacks.withMode(net, 'train', () => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(modes()).toEqual(before);
});

test('the training attack runs in mode train: running statistics move, parameters and gradients do not', () => {
  const net = convNet(9, 4, 'float32').eval();
  const before = stateOf(net);
  const adversarial = attacks.trainingAttack(net, x, y, { generator: seeded(1) });
  attacks.checkInside('test', adversarial, x, linf);
  const after = stateOf(net);
  for (const name of Object.keys(before)) {
    if (/running|tracked/.test(name)) expect(after[name]).not.toEqual(before[name]);
    else expect(after[name]).toEqual(before[name]);
  }
  expect(after['1.num_batches_tracked']).toEqual([11]);
  expect(net.training).toBe(false);
  expect(adversarial.requiresGrad).toBe(false);
  expect(net.parameters().every((p) => p.grad === null)).toBe(true);
});

test('the loss of a batch in mode train rises', () => {
  const net = convNet(9, 4, 'float32');
  const loss = (images: torch.Tensor) =>
    attacks.withMode(net, 'train', () => net.forward(images).crossEntropyLoss(y).item());
  const adversarial = attacks.trainingAttack(net, x, y, { generator: seeded(1) });
  expect(loss(adversarial)).toBeGreaterThan(loss(x));
  const trades = attacks.trainingAttack(net, x, y, { generator: seeded(1), loss: 'kl', start: 'gaussian' });
  expect(loss(trades)).not.toBe(loss(x));
});

test('works inside noGrad and frees all but what it returns', () => {
  torch.noGrad(() => attacks.pgd(model, x, y, { ...base, generator: seeded(1) }));
  const before = torch.memory().handles;
  const result = attacks.pgd(model, x, y, { ...base, keep: 'best', shrink: true, momentum: 1, generator: seeded(1) });
  expect(torch.memory().handles - before).toBe(3);
  for (const tensor of [result.images, result.losses, result.fooled]) tensor.dispose();
  const steps = attacks.pgdSteps(model, x, y, { ...base, loss: 'kl', generator: seeded(1) });
  steps.next();
  steps.return(result);
  expect(torch.memory().handles).toBe(before);
});
