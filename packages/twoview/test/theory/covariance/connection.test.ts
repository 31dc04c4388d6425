// The network, its Jacobians, and the connection as what each weight moves the output by.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  averagedConnection,
  connection,
  createReluNetwork,
  forwardPass,
  jacobians,
  outputs,
} from 'twoview/theory/covariance';
import { describe, expect, test } from 'vitest';
import { absolute, layersOf, points, relative, sizes, small, views } from './setup.js';

const at = small(1);
const x = at.data.flatten(0, 1);

test('the output is that of plain loops', () => {
  const weights = at.network.weights.map((weight) => weight.tolist() as number[][]);
  const expected = (x.tolist() as number[][]).map((input) =>
    weights.reduce((f, weight, l) => {
      const h = weight.map((row) => row.reduce((sum, w, i) => sum + w * f[i]!, 0));
      return l + 1 < weights.length ? h.map((value) => Math.max(value, 0)) : h;
    }, input),
  );
  expect(
    absolute(outputs(at.network, x), torch.tensor(expected.flat(), { shape: [20, 4], dtype: 'float64' })),
  ).toBeLessThan(1e-14);
});

test('the output is K_l^T vec(W_l) for every layer', () => {
  for (const { layer, weight } of layersOf(at)) {
    const k = connection(at.network, x, layer);
    expect(k.shape).toEqual([20, sizes[layer]! * sizes[layer - 1]!, 4]);
    expect(absolute(k.transpose(1, 2).matmul(weight.flatten()), outputs(at.network, x))).toBeLessThan(1e-14);
  }
});

test('the connection is the derivative of each output in each weight', () => {
  const weights = at.network.weights.map((weight) => weight.clone().requiresGrad_());
  for (const { layer } of layersOf(at)) {
    const k = connection(at.network, x, layer);
    for (const [row, unit] of [
      [0, 0],
      [7, 2],
      [19, 3],
    ] as const) {
      const value = outputs({ weights }, x).narrow(0, row, 1).narrow(1, unit, 1).sum();
      const [gradient] = torch.grad(value, [weights[layer - 1]!]) as [Tensor];
      const column = k.narrow(0, row, 1).narrow(2, unit, 1).flatten();
      expect(absolute(column, gradient.flatten())).toBeLessThan(1e-15);
    }
  }
});

test('the Jacobian equals central differences in the layer’s own output', () => {
  const pass = forwardPass(at.network, x);
  const jacobian = jacobians(at.network, pass, 2);
  const above = { weights: [torch.eye(sizes[2]!, { dtype: 'float64' }), at.network.weights[2]!] };
  const h = pass.inputs[1]!.matmul(at.network.weights[1]!.t());
  const step = 1e-6;
  for (let unit = 0; unit < sizes[2]!; unit++) {
    const shift = torch.zeros([1, sizes[2]!], { dtype: 'float64' });
    shift.narrow(1, unit, 1).fill_(step);
    const slope = outputs(above, h.add(shift))
      .sub(outputs(above, h.sub(shift)))
      .div(2 * step);
    expect(absolute(jacobian.narrow(2, unit, 1).squeeze(2), slope)).toBeLessThan(1e-9);
  }
});

test('the averaged connection is the mean over views', () => {
  for (const { layer } of layersOf(at)) {
    const every = connection(at.network, x, layer);
    const expected = every.reshape([points, views, every.shape[1]!, 4]).mean([1]);
    expect(relative(averagedConnection(at.network, at.data, layer), expected)).toBeLessThan(1e-14);
  }
});

test('the same seed gives the same weights, within 1 / sqrt(n_in)', () => {
  const make = (seed: number) =>
    createReluNetwork({ sizes: [400, 3], generator: new torch.Generator({ seed }) }).weights[0]!;
  expect(make(3).equal(make(3))).toBe(true);
  expect(make(3).equal(make(4))).toBe(false);
  const largest = make(3).abs().max().item();
  expect(largest).toBeLessThanOrEqual(0.05);
  expect(largest).toBeGreaterThan(0.048);
});

describe('what is refused', () => {
  const generator = new torch.Generator({ seed: 0 });
  const double = { dtype: 'float64' } as const;
  test('sizes that make no network', () => {
    expect(() => createReluNetwork({ sizes: [4], generator })).toThrow(RangeError);
    expect(() => createReluNetwork({ sizes: [4, 0, 2], generator })).toThrow(/whole numbers from 1/);
  });
  test('weights that do not fit or are not finite', () => {
    const [a, b] = [torch.ones([3, 2], double), torch.ones([2, 4], double)];
    expect(() => outputs({ weights: [a, b] }, torch.ones([1, 2], double))).toThrow(
      /W_2 takes 4 units, and W_1 gives 3/,
    );
    expect(() => outputs({ weights: [] }, a)).toThrow(RangeError);
    expect(() => outputs({ weights: [a.div(0)] }, torch.ones([1, 2], double))).toThrow(/W_1 has a value/);
  });
  test('inputs of another width, values that are not finite, layers that are not there', () => {
    expect(() => outputs(at.network, torch.ones([2, 5], double))).toThrow(/takes inputs \[R, 6\]/);
    expect(() => outputs(at.network, torch.full([2, 6], Number.NaN, double))).toThrow(/not finite/);
    expect(() => outputs(at.network, x.float())).toThrow(/must be float64/);
    expect(() => connection(at.network, x, 0)).toThrow(/there is no layer 0/);
    expect(() => connection(at.network, x, 4)).toThrow(RangeError);
    expect(() => averagedConnection(at.network, x, 1)).toThrow(/a population is \[points, views, n_0\]/);
  });
});
