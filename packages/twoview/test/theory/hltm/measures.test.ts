// Correlation, selectivity and the covariance operator, against the definitions and autograd.
import * as torch from '@twoview/torch';
import { hltm } from 'twoview/theory';
import { beforeAll, describe, expect, test } from 'vitest';
import { generator, irregular, numbers, pearson } from './helpers.js';

beforeAll(() => torch.setNumThreads(1));

describe('moments of units', () => {
  const z = hltm.signs(torch.rand([2, 400], { generator: generator(1) }).lt(0.6));
  const v = torch
    .randn([2, 3, 400], { generator: generator(2), dtype: 'float64' })
    .add(z.unsqueeze(1))
    .add(5);

  test('correlate as Pearson says, in chunks or at once', () => {
    const moments = new hltm.UnitMoments(2, 3);
    moments.add(z.narrow(1, 0, 150), v.narrow(2, 0, 150));
    moments.add(z.narrow(1, 150, 250), v.narrow(2, 150, 250));
    const found = moments.correlations();
    [0, 1].forEach((node) => {
      [0, 1, 2].forEach((unit) => {
        const expected = pearson(numbers(z.select(0, node)), numbers(v.select(0, node).select(0, unit)));
        expect(found[3 * node + unit]).toBeCloseTo(expected, 10);
      });
    });
    const best = [0, 1].map((node) => Math.max(...Array.from(found.subarray(3 * node, 3 * node + 3), Math.abs)));
    expect(moments.bestOf(found)).toBeCloseTo((best[0]! + best[1]!) / 2, 12);
  });

  test('select by half the difference of conditional means', () => {
    const moments = new hltm.UnitMoments(2, 3);
    moments.add(z, v);
    const [latent, unit] = [numbers(z.select(0, 1)), numbers(v.select(0, 1).select(0, 2))];
    const mean = (sign: number) => {
      const chosen = unit.filter((_, s) => latent[s] === sign);
      return chosen.reduce((a, b) => a + b, 0) / chosen.length;
    };
    expect(moments.selectivities()[5]).toBeCloseTo((mean(1) - mean(-1)) / 2, 12);
  });

  test('count what does not vary as uncorrelated', () => {
    const moments = new hltm.UnitMoments(2, 3);
    moments.add(z, torch.full([2, 3, 400], 0.1, { dtype: 'float64' }));
    expect(Array.from(moments.correlations())).toEqual([0, 0, 0, 0, 0, 0]);
    const constant = new hltm.UnitMoments(2, 3);
    constant.add(torch.ones([2, 400], { dtype: 'float64' }), v);
    expect(Array.from(constant.correlations())).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('refuse other shapes', () => {
    expect(() => new hltm.UnitMoments(2, 3).add(z, v.narrow(1, 0, 2))).toThrow(/\[2, 3, S\], not/);
  });
});

describe('selectivity', () => {
  test.each([0, 0.3])('travels up exactly, counted over all states (root bias %d)', (rootBias) => {
    const shape = { depth: 3, children: 2, hidden: 5 };
    const tree = hltm.drawTree({ ...shape, polarity: { low: 0.4, high: 1 }, rootBias }, generator(3));
    const network = new hltm.TreeNetwork(shape, generator(4));
    const { levels, probabilities } = hltm.enumerateTree(tree);
    const found = hltm.selectivityIdentity(network, tree, levels, probabilities);
    expect(found.map(({ measured }) => measured.length)).toEqual([5, 10, 20]);
    for (const { measured, predicted } of found) {
      expect(Math.max(...measured.map(Math.abs))).toBeGreaterThan(0.005);
      measured.forEach((s, i) => {
        expect(Math.abs(s - predicted[i]!)).toBeLessThan(1e-14);
      });
    }
  });

  test('starts above leaves at sum rho^2 / 24', () => {
    expect(hltm.initialSelectivity([0.8, -0.9])).toBeCloseTo(0.060417, 6);
    const network = new hltm.TreeNetwork({ depth: 1, children: 2, hidden: 100_000 }, generator(5));
    const s = network.weights[0]!.view([-1, 2]).mv(torch.tensor([0.4, -0.45], { dtype: 'float64' }));
    expect(Math.abs(s.square().mean().item() - 0.060417)).toBeLessThan(0.001);
  });
});

describe('covariance operator', () => {
  test.each([0, 0.4])('is that of the connections autograd gives (root bias %d)', (rootBias) => {
    const shape = { depth: 3, children: 2, hidden: 3 };
    const tree = hltm.drawTree({ ...shape, polarity: { low: 0.7, high: 1 }, rootBias }, generator(6));
    const network = new hltm.TreeNetwork(shape, generator(7));
    const sampler = new hltm.TreeSampler(tree);
    const samples = 300;
    const found = hltm.covarianceNorms(network, sampler, samples, generator(8));

    const stream = generator(8);
    const root = sampler.root(samples, stream);
    const leaves = sampler.descend(root, stream).at(-1)!.double();
    const up = root.double().view([-1]);
    const weights = up.div(up.sum()).sub(up.rsub(1).div(up.rsub(1).sum()));
    for (const weight of network.weights) weight.requiresGrad = true;
    const o = network.preActivations(leaves)[0]!.view([3, samples]);
    // The derivative of a weighted sum of an output is the weighted sum of its connections.
    const columns = [0, 1, 2].map(
      (output) =>
        torch.grad([o.select(0, output).dot(weights)], network.weights, { retainGraph: true }) as torch.Tensor[],
    );
    const p = (1 + rootBias) / 2;
    found.forEach((norm, level) => {
      const nodes = 2 ** level;
      const norms = Array.from({ length: nodes }, (_, node) => {
        const d = torch.stack(
          columns.map((column) => column[level]!.select(0, node).reshape([-1])),
          1,
        );
        return p * (1 - p) * d.matmul(d.t()).square().sum().sqrt().item();
      });
      expect(norm).toBeCloseTo(norms.reduce((a, b) => a + b, 0) / nodes, 10);
      expect(norm).toBeGreaterThan(1e-6);
    });
  });

  test('grows towards the root, with polarity', () => {
    const shape = { depth: 3, children: 2, hidden: 3 };
    const norms = (polarity: number) =>
      hltm.covarianceNorms(
        new hltm.TreeNetwork(shape, generator(7)),
        new hltm.TreeSampler(hltm.uniformTree(shape, polarity)),
        2000,
        generator(9),
      );
    expect(norms(0.95)[0]).toBeGreaterThan(2 * norms(0.5)[0]!);
  });

  test('refuses too few samples to see both roots', () => {
    const sampler = new hltm.TreeSampler(irregular(2));
    const network = new hltm.TreeNetwork({ depth: 2, children: 3, hidden: 2 }, generator(1));
    expect(() => hltm.covarianceNorms(network, sampler, 1, generator(1))).toThrow(/too few/);
  });
});

describe('linear tree', () => {
  const tree = hltm.drawTree({ depth: 3, children: 2, polarity: { low: 0.6, high: 1 } }, generator(10));

  test('has the loss of all pairs of states', () => {
    const network = new hltm.LinearTree(tree, 3, generator(11));
    const { levels, probabilities } = hltm.enumerateTree(tree);
    const f = network.forward(levels.at(-1)!.double());
    const mean = (weights: torch.Tensor) => f.mv(weights);
    const up = levels[0]!.view([-1]).double();
    const [one, other] = [up, up.rsub(1)].map((indicator) => mean(probabilities.mul(indicator).mul(2))) as [
      torch.Tensor,
      torch.Tensor,
    ];
    const all = mean(probabilities);
    // E r+ - E r- = E <o, o-> - E <o, o+>: squared lengths cancel.
    const expected = all.dot(all).item() - (one.dot(one).item() + other.dot(other).item()) / 2;
    expect(network.loss()).toBeCloseTo(expected, 12);
    expect(numbers(network.response())).toEqual(
      numbers(one.sub(other).div(2)).map((value) => expect.closeTo(value, 12)),
    );
  });

  test('descends as autograd says', () => {
    const network = new hltm.LinearTree(tree, 3, generator(12));
    for (const weight of network.weights) weight.requiresGrad = true;
    const gradients = torch.grad([network.response().square().sum()], [...network.weights]) as torch.Tensor[];
    for (const weight of network.weights) weight.requiresGrad = false;
    network.descentDirections().forEach((direction, level) => {
      expect(direction.sub(gradients[level]!).abs().max().item()).toBeLessThan(1e-14);
    });
  });

  test('grows in every step, and freezes what lies across', () => {
    const network = new hltm.LinearTree(tree, 3, generator(13));
    const frozen = network.frozen();
    let last = network.loss();
    for (let step = 0; step < 50; step++) {
      network.step(0.005);
      expect(network.loss()).toBeLessThan(last);
      last = network.loss();
    }
    expect(network.frozen().sub(frozen).abs().max().item()).toBeLessThan(1e-12);
    expect(frozen.abs().max().item()).toBeGreaterThan(0.01);
  });

  test('wants a root without bias', () => {
    expect(() => new hltm.LinearTree({ ...tree, rootBias: 0.1 }, 3, generator(1))).toThrow(/no bias/);
  });
});
