// The network in the tree's shape, its losses, and a step of descent against autograd.
import * as torch from '@twoview/torch';
import { hltm } from 'twoview/theory';
import { beforeAll, describe, expect, test } from 'vitest';
import { generator, irregular, numbers } from './helpers.js';

beforeAll(() => torch.setNumThreads(1));

const shape = { depth: 3, children: 3, hidden: 4 };
const network = (seed = 1) => new hltm.TreeNetwork(shape, generator(seed));
const leaves = (samples: number, seed = 2) =>
  new hltm.TreeSampler(irregular(3)).sample(samples, generator(seed)).at(-1)!.double();

describe('network', () => {
  test('each latent sees the ReLU of its own children’s units, in order', () => {
    const net = network();
    const x = leaves(5);
    const found = net.preActivations(x).map((level) => level.tolist() as number[][][]);
    const weights = net.weights.map((weight) => weight.tolist() as number[][][]);
    const biases = net.biases.map((bias) => bias.tolist() as number[][][]);
    const inputs = x.tolist() as number[][];
    const unit = (level: number, node: number, j: number, s: number): number => {
      if (level === 3) return inputs[node]![s]!;
      const below = [0, 1, 2].flatMap((c) =>
        Array.from({ length: level === 2 ? 1 : 4 }, (_, k) => Math.max(0, unit(level + 1, 3 * node + c, k, s))),
      );
      return below.reduce((sum, f, k) => sum + weights[level]![node]![j]![k]! * f, biases[level]![node]![j]![0]!);
    };
    for (const [level, node, j, s] of [
      [2, 7, 3, 4],
      [1, 2, 1, 0],
      [0, 0, 2, 3],
      [0, 0, 0, 4],
    ] as const)
      expect(found[level]![node]![j]![s]).toBeCloseTo(unit(level, node, j, s), 12);
  });

  test('starts uniformly within 1 / sqrt(inputs), biases as well', () => {
    const net = new hltm.TreeNetwork({ depth: 4, children: 2, hidden: 40 }, generator(3));
    net.parameters.forEach((parameter, i) => {
      const bound = 1 / Math.sqrt(i % 4 === 3 ? 2 : 80);
      const largest = parameter.abs().max().item();
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.9 * bound);
      expect(parameter.square().mean().item() / (bound ** 2 / 3)).toBeCloseTo(1, 0);
    });
    expect(net.weights.map(({ shape: size }) => size)).toEqual([
      [1, 40, 80],
      [2, 40, 80],
      [4, 40, 80],
      [8, 40, 2],
    ]);
  });

  test('outputs are o / (||o|| + 1e-4)', () => {
    const net = network();
    const x = leaves(6);
    const o = net.preActivations(x)[0]!.view([4, 6]);
    const f = net.forward(x);
    const norm = numbers(o.square().sum([0]).sqrt());
    numbers(f.square().sum([0]).sqrt()).forEach((length, s) => {
      expect(length).toBeCloseTo(norm[s]! / (norm[s]! + 1e-4), 12);
    });
    expect(numbers(hltm.normalizeOutput(torch.tensor([[3e-4], [4e-4]], { dtype: 'float64' })))).toEqual([
      expect.closeTo(0.5, 12),
      expect.closeTo(2 / 3, 12),
    ]);
  });

  test('refuses shapes that are none, and leaves of another tree', () => {
    expect(() => new hltm.TreeNetwork({ ...shape, hidden: 0 }, generator(1))).toThrow(/hidden must be/);
    expect(() => new hltm.TreeNetwork({ ...shape, depth: 2.5 }, generator(1))).toThrow(/depth must be/);
    expect(() => network().preActivations(torch.zeros([8, 4]))).toThrow(/\[27, S\], not \[8, 4\]/);
  });
});

const triple = (seed: number): [torch.Tensor, torch.Tensor, torch.Tensor] =>
  [0, 1, 2].map((i) => torch.randn([3, 4], { generator: generator(seed + i), dtype: 'float64' })) as [
    torch.Tensor,
    torch.Tensor,
    torch.Tensor,
  ];

describe('losses', () => {
  const [a, p, n] = triple(20);
  const columns = (x: torch.Tensor) => x.t().tolist() as number[][];
  const squared = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0);
  const near = columns(a).map((x, i) => squared(x, columns(p)[i]!));
  const far = columns(a).map((x, i) => squared(x, columns(n)[i]!));
  const mean = (values: number[]) => values.reduce((x, y) => x + y, 0) / values.length;
  const value = (name: hltm.HltmLoss, temperature: number) => hltm.hltmLoss(name, [a, p, n], temperature).item();

  test('softmax is minus one probability of means over batch and units, without a logarithm', () => {
    const [P, N] = [mean(near) / 3, mean(far) / 3];
    const [up, down] = [Math.exp(-P / 0.7), Math.exp(-N / 0.7)];
    expect(value('softmax', 0.7)).toBeCloseTo(-up / (up + down), 12);
    expect(value('difference', 0.7)).toBeCloseTo(P - N, 12);
  });

  test('infoNce and softTriplet are means over samples of half the squared distance', () => {
    const triplet = near.map((r, i) => 0.7 * Math.log(1 + Math.exp((r - far[i]!) / 2 / 0.7)));
    expect(value('softTriplet', 0.7)).toBeCloseTo(mean(triplet), 12);
    const nce = columns(a).map((x, i) => {
      const negatives = columns(n).map((y) => Math.exp(-squared(x, y) / 2 / 0.7));
      const positive = Math.exp(-near[i]! / 2 / 0.7);
      return -0.7 * Math.log(positive / negatives.reduce((s, e) => s + e, positive));
    });
    expect(value('infoNce', 0.7)).toBeCloseTo(mean(nce), 12);
  });

  test('exchanging positive and negative, the two probabilities add up to one', () => {
    const other = hltm.hltmLoss('softmax', [a, n, p], 0.7).item();
    expect(value('softmax', 0.7) + other).toBeCloseTo(-1, 12);
  });
});

describe('a step of descent', () => {
  test.each(hltm.hltmLosses)('%s: moves every weight as autograd says', (name) => {
    const net = network(4);
    const x = leaves(30, 5);
    const lossOf = (outputs: torch.Tensor) =>
      hltm.hltmLoss(name, outputs.split(10, 1) as [torch.Tensor, torch.Tensor, torch.Tensor], 0.1);
    for (const parameter of net.parameters) parameter.requiresGrad = true;
    const loss = lossOf(net.forward(x));
    const gradients = torch.grad([loss], net.parameters) as torch.Tensor[];
    for (const parameter of net.parameters) parameter.requiresGrad = false;
    const before = net.parameters.map((parameter) => parameter.clone());
    expect(hltm.descentStep(net, x, lossOf, 0.5)).toBe(loss.item());
    net.parameters.forEach((parameter, i) => {
      const moved = before[i]!.sub(parameter).div(0.5);
      expect(gradients[i]!.abs().max().item()).toBeGreaterThan(1e-6);
      expect(moved.sub(gradients[i]!).abs().max().item()).toBeLessThan(1e-13);
    });
  });

  test('leaves everything as it is where the loss is not finite', () => {
    const net = network(4);
    const before = net.parameters.map((parameter) => parameter.clone());
    expect(hltm.descentStep(net, leaves(4), (f) => f.sum().mul(Number.NaN), 0.5)).toBeNaN();
    net.parameters.forEach((parameter, i) => {
      expect(parameter.equal(before[i]!)).toBe(true);
    });
  });
});
