// Differentiation: gradients against closed forms, and what the engine refuses.
import {
  enableGrad,
  Generator,
  grad,
  isGradEnabled,
  noGrad,
  ones,
  randn,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '@twoview/torch';
import { describe, expect, it } from 'vitest';

const leaf = (values: number[]) => tensor(values, { dtype: 'float64', requiresGrad: true });

function expectClose(actual: Tensor | null | undefined, expected: number[], digits = 12): void {
  const values = actual?.tolist() as number[];
  expect(values.length).toBe(expected.length);
  values.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i] as number, digits);
  });
}

describe('backward', () => {
  it('writes the derivative into the leaves, and adds to it the next time', () => {
    const x = leaf([1, 2, 3]);
    x.pow(3).sum().backward();
    expectClose(x.grad, [3, 12, 27]);
    x.mul(2).sum().backward();
    expectClose(x.grad, [5, 14, 29]);
    x.grad = null;
    expect(x.grad).toBeNull();
  });

  it('takes weights for outputs that are not scalars, and asks for them', () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    expect(() => y.backward()).toThrow(/scalar/);
    y.backward(tensor([1, 10], { dtype: 'float64' }));
    expectClose(x.grad, [3, 30]);
    expect(() => x.mul(3).backward(ones([3], { dtype: 'float64' }))).toThrow(/shape|size/i);
  });

  it('needs retainGraph for a second pass through the same graph', () => {
    const x = leaf([2]);
    const y = x.exp().mul(x).sum();
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expectClose(x.grad, [2 * 3 * Math.exp(2)], 10);
    expect(() => y.backward()).toThrow(/second time|retain/);
  });

  it('refuses a tensor that depends on nothing that requires grad', () => {
    expect(() => ones([1]).sum().backward()).toThrow(/does not require grad/);
  });

  it('leaves intermediate gradients out unless asked to retain them', () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const z = x.mul(3);
    z.retainGrad();
    y.add(z).sum().backward();
    expect(y.grad).toBeNull();
    expectClose(z.grad, [1, 1]);
  });

  it('writes into grad tensors that were set by hand', () => {
    const x = leaf([1, 2]);
    x.grad = tensor([10, 20], { dtype: 'float64' });
    x.sum().backward();
    expectClose(x.grad, [11, 21]);
    expect(() => {
      x.grad = zeros([3], { dtype: 'float64' });
    }).toThrow(/shape, dtype and device/);
  });

  it('works in a scope: the graph is freed, the gradient stays', () => {
    const x = leaf([3]);
    scope(() => x.mul(x).sum().backward());
    expectClose(x.grad, [6]);
  });
});

describe('grad', () => {
  it('gives derivatives as values and accumulates nothing', () => {
    const x = leaf([1, 2]);
    const y = leaf([3, 4]);
    const [dx, dy] = grad(x.mul(y).sum(), [x, y]);
    expectClose(dx, [3, 4]);
    expectClose(dy, [1, 2]);
    expect(x.grad).toBeNull();
  });

  it('gives second and third derivatives with createGraph', () => {
    const x = leaf([0.3, -1.2, 2]);
    const values = x.tolist() as number[];
    const first = grad(x.sin().sum(), [x], { createGraph: true })[0] as Tensor;
    const second = grad(first.sum(), [x], { createGraph: true })[0] as Tensor;
    const third = grad(second.sum(), [x])[0] as Tensor;
    expectClose(first, values.map(Math.cos));
    expectClose(
      second,
      values.map((v) => -Math.sin(v)),
    );
    expectClose(
      third,
      values.map((v) => -Math.cos(v)),
    );
  });

  it('gives a Hessian-vector product of a matrix function as in closed form', () => {
    // f(x) = x'Ax / 2 with symmetric A has Hessian A.
    const a = tensor(
      [
        [2, 1, 0],
        [1, 3, -1],
        [0, -1, 4],
      ],
      { dtype: 'float64' },
    );
    const x = leaf([1, -1, 2]);
    const v = tensor([1, 2, 3], { dtype: 'float64' });
    const first = grad(x.dot(a.mv(x)).mul(0.5), [x], { createGraph: true })[0] as Tensor;
    expectClose(grad(first.dot(v), [x])[0], a.mv(v).tolist() as number[]);
  });

  it('names an input that the output does not depend on, or gives null where that is allowed', () => {
    const x = leaf([1]);
    const y = leaf([1]);
    expect(() => grad(x.sum(), [y])).toThrow(/not have been used|unused/i);
    expect(grad(x.sum(), [x, y], { allowUnused: true })[1]).toBeNull();
  });

  it('weighs outputs by gradOutputs, and refuses a list of another length', () => {
    const x = leaf([1, 2]);
    const weights = tensor([5, 7], { dtype: 'float64' });
    expectClose(grad(x.mul(2), [x], { gradOutputs: [weights] })[0], [10, 14]);
    expect(() => grad(x.sum(), [x], { gradOutputs: [] })).toThrow(/0 entries for 1 outputs/);
  });
});

describe('recording', () => {
  it('stops in noGrad, resumes in enableGrad, and recovers from a throw', () => {
    const x = leaf([1]);
    noGrad(() => {
      expect(isGradEnabled()).toBe(false);
      expect(x.mul(2).requiresGrad).toBe(false);
      expect(enableGrad(() => x.mul(2).requiresGrad)).toBe(true);
    });
    expect(() =>
      noGrad(() => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(isGradEnabled()).toBe(true);
  });

  it('ends at detach, which shares the elements', () => {
    const x = leaf([1, 2]);
    const y = x.detach();
    expect(y.requiresGrad).toBe(false);
    x.mul(y).sum().backward();
    expectClose(x.grad, [1, 2]);
    noGrad(() => x.mul_(10));
    expectClose(y, [10, 20]);
  });

  it('knows leaves', () => {
    const x = leaf([1]);
    expect([x.isLeaf, x.mul(2).isLeaf, x.detach().isLeaf]).toEqual([true, false, true]);
    expect(() => {
      x.mul(2).requiresGrad = false;
    }).toThrow(/detach/);
  });

  it('refuses gradients of integers', () => {
    expect(() => tensor([1], { dtype: 'int64', requiresGrad: true })).toThrow(/int64 tensor cannot require grad/);
  });

  it('refuses in-place writes into a leaf that requires grad, and into what backward still needs', () => {
    const x = leaf([1, 2]);
    expect(() => x.add_(1)).toThrow(/leaf/);
    const y = x.mul(1);
    const z = y.pow(2).sum();
    y.add_(1);
    expect(() => z.backward()).toThrow(/modified by an inplace operation/);
  });
});

describe('long graphs', () => {
  it('of 200,000 operations run backward and are freed without overflowing the stack', () => {
    const x = leaf([1]);
    const y = scope(() => {
      let sum: Tensor = x.mul(1);
      for (let i = 0; i < 200_000; i++) {
        const next = sum.add(1);
        sum.dispose();
        sum = next;
      }
      return sum;
    });
    y.backward(undefined, { retainGraph: true });
    expectClose(x.grad, [1]);
    y.dispose();
  }, 300_000);
});

it('agrees with a network step computed by hand', () => {
  // Linear regression: L = mean((Xw - t)^2), dL/dw = 2/n X'(Xw - t).
  const generator = new Generator({ seed: 4 });
  const x = randn([6, 3], { generator, dtype: 'float64' });
  const t = randn([6], { generator, dtype: 'float64' });
  const w = randn([3], { generator, dtype: 'float64', requiresGrad: true });
  x.mv(w).sub(t).pow(2).mean().backward();
  const expected = x
    .t()
    .mv(x.mv(w.detach()).sub(t))
    .mul(2 / 6);
  expectClose(w.grad, expected.tolist() as number[]);
});
