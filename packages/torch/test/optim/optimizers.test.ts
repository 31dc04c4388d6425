// Optimisers beside PyTorch's, and what they promise about state, groups and missing gradients.
import { Generator, keep, memory, noGrad, randn, scope, type Tensor, tensor, zeros } from '@twoview/torch';
import { Linear, Sequential } from '@twoview/torch/nn';
import { Adam, AdamW, clipGradNorm, LARS, type Optimizer, SGD, splitBiasAndNorm } from '@twoview/torch/optim';
import { beforeAll, describe, expect, it } from 'vitest';
import { python, runPython } from '../support/python.js';

type AnyOptimizer = Pick<
  Optimizer<Record<string, number>>,
  'step' | 'zeroGrad' | 'stateDict' | 'loadStateDict' | 'dispose'
>;

const flat = (t: Tensor) => Array.from(t.data() as Float32Array);

/** Two matrices and a vector pulled towards fixed targets by an unequal quartic; the same in the script below. */
function problem() {
  const generator = new Generator({ seed: 7 });
  const shapes = [[4, 3], [5], [2, 2, 2]];
  const params = shapes.map((shape) => keep(randn(shape, { generator, requiresGrad: true })));
  const targets = shapes.map((shape) => randn(shape, { generator }));
  const loss = () =>
    params
      .map((p, i) =>
        p
          .sub(targets[i] as Tensor)
          .pow(2)
          .add(p.pow(4).mul(0.05))
          .sum(),
      )
      .reduce((a, b) => a.add(b));
  return { params, targets, loss };
}

function trajectory(make: (params: Tensor[]) => AnyOptimizer, steps = 20): number[][][] {
  const { params, loss } = problem();
  const optimizer = make(params);
  const path: number[][][] = [];
  for (let i = 0; i < steps; i++) {
    scope(() => {
      optimizer.zeroGrad();
      loss().backward();
      optimizer.step();
    });
    path.push(params.map(flat));
  }
  return path;
}

const peerScript = `
targets = [torch.tensor(t) for t in data['targets']]
result = {}
for case, optimizer, options in data['cases']:
    params = [torch.tensor(p, requires_grad=True) for p in data['params']]
    optimizer = getattr(torch.optim, optimizer)(params, **options)
    path = result[case] = []
    for _ in range(20):
        optimizer.zero_grad(set_to_none=True)
        sum(((p - t) ** 2 + p ** 4 * 0.05).sum() for p, t in zip(params, targets)).backward()
        optimizer.step()
        path.append([p.detach().flatten().tolist() for p in params])
`;

describe.skipIf(!python)('beside torch.optim, 20 steps', () => {
  const cases: [string, (params: Tensor[]) => AnyOptimizer, string, Record<string, unknown>][] = [
    ['SGD', (p) => new SGD(p, { lr: 0.05 }), 'SGD', { lr: 0.05 }],
    [
      'SGD with momentum and decay',
      (p) => new SGD(p, { lr: 0.03, momentum: 0.9, weightDecay: 0.01 }),
      'SGD',
      { lr: 0.03, momentum: 0.9, weight_decay: 0.01 },
    ],
    [
      'SGD with dampening',
      (p) => new SGD(p, { lr: 0.03, momentum: 0.9, dampening: 0.5 }),
      'SGD',
      { lr: 0.03, momentum: 0.9, dampening: 0.5 },
    ],
    [
      'SGD with nesterov',
      (p) => new SGD(p, { lr: 0.02, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
      'SGD',
      { lr: 0.02, momentum: 0.8, nesterov: true, weight_decay: 0.1 },
    ],
    ['Adam', (p) => new Adam(p, { lr: 0.05 }), 'Adam', { lr: 0.05 }],
    [
      'Adam with decay',
      (p) => new Adam(p, { lr: 0.02, beta1: 0.8, beta2: 0.9, eps: 1e-3, weightDecay: 0.1 }),
      'Adam',
      { lr: 0.02, betas: [0.8, 0.9], eps: 1e-3, weight_decay: 0.1 },
    ],
    ['AdamW', (p) => new AdamW(p, { lr: 0.05, weightDecay: 0.2 }), 'AdamW', { lr: 0.05, weight_decay: 0.2 }],
  ];

  let paths: Record<string, number[][][]>;

  beforeAll(() => {
    const { params, targets } = problem();
    paths = runPython(peerScript, {
      cases: cases.map(([title, , optimizer, options]) => [title, optimizer, options]),
      params: params.map((p) => p.tolist()),
      targets: targets.map((t) => t.tolist()),
    });
  }, 60_000);

  it.each(cases)('%s takes the same path', (title, make) => {
    const actual = trajectory(make);
    for (const [step, tensors] of (paths[title] as number[][][]).entries()) {
      for (const [i, values] of tensors.entries()) {
        for (const [k, value] of values.entries())
          expect(Math.abs((actual[step]?.[i]?.[k] as number) - value)).toBeLessThan(2e-6);
      }
    }
  });
});

describe('LARS', () => {
  it('follows the formula of its paper, worked in float64 by hand', () => {
    const options = { lr: 0.8, momentum: 0.9, weightDecay: 0.05, trustCoefficient: 0.01 };
    const { params, targets } = problem();
    const state = params.map((p) => ({ p: flat(p), v: flat(p).map(() => 0) }));
    const norm = (v: number[]) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    const expected: number[][][] = [];
    for (let step = 0; step < 20; step++) {
      for (const [i, { p, v }] of state.entries()) {
        const excluded = i === 1;
        const target = flat(targets[i] as Tensor);
        let g = p.map((x, k) => 2 * (x - (target[k] as number)) + 0.2 * x ** 3);
        if (!excluded) {
          g = g.map((x, k) => x + options.weightDecay * (p[k] as number));
          const ratio = (options.trustCoefficient * norm(p)) / norm(g);
          g = g.map((x) => x * ratio);
        }
        for (const [k, x] of g.entries()) {
          v[k] = options.momentum * (v[k] as number) + x;
          p[k] = (p[k] as number) - (excluded ? 0.02 : options.lr) * (v[k] as number);
        }
      }
      expected.push(state.map(({ p }) => [...p]));
    }
    const actual = trajectory(
      (p) =>
        new LARS(
          [
            { params: [p[0] as Tensor, p[2] as Tensor] },
            { params: [['bias', p[1] as Tensor]], excluded: true, lr: 0.02 },
          ],
          options,
        ),
    );
    for (const [step, tensors] of expected.entries()) {
      for (const [i, values] of tensors.entries()) {
        for (const [k, value] of values.entries()) {
          expect(Math.abs((actual[step]?.[i]?.[k] as number) - value)).toBeLessThan(
            1e-5 * Math.max(1, Math.abs(value)),
          );
        }
      }
    }
  });

  it('does not adapt where the parameter or its gradient is zero', () => {
    const p = zeros([2, 2], { requiresGrad: true });
    p.grad = tensor([
      [1, 2],
      [3, 4],
    ]);
    new LARS([p], { lr: 1, momentum: 0 }).step();
    expect(flat(p)).toEqual([-1, -2, -3, -4]);
  });
});

describe('an optimizer', () => {
  const makers: [string, (params: Tensor[]) => AnyOptimizer][] = [
    ['SGD', (p) => new SGD(p, { lr: 0.03, momentum: 0.9, nesterov: true, weightDecay: 0.01 })],
    ['Adam', (p) => new Adam(p, { lr: 0.05 })],
    ['AdamW', (p) => new AdamW(p, { lr: 0.05 })],
    ['LARS', (p) => new LARS(p, { lr: 0.3, weightDecay: 1e-4 })],
  ];

  it.each(makers)('%s resumes bit for bit from its saved state', (_, make) => {
    const whole = trajectory(make, 12);
    const { params, loss } = problem();
    const step = (optimizer: AnyOptimizer) =>
      scope(() => {
        optimizer.zeroGrad();
        loss().backward();
        optimizer.step();
      });
    const first = make(params);
    for (let i = 0; i < 5; i++) step(first);
    const saved = first.stateDict();
    const copy = {
      groups: JSON.parse(JSON.stringify(saved.groups)),
      tensors: new Map([...saved.tensors].map(([k, v]) => [k, v.clone()])),
    };
    step(first);
    noGrad(() => {
      for (const [i, p] of params.entries()) p.copyFrom(Float32Array.from(whole[4]?.[i] as number[]));
    });
    const second = make(params);
    second.loadStateDict(copy);
    for (let i = 5; i < 12; i++) step(second);
    expect(params.map(flat)).toEqual(whole[11]);
  });

  it('skips parameters without a gradient: no decay, no momentum, no count', () => {
    const a = tensor([1, 2], { requiresGrad: true });
    const b = tensor([3, 4], { requiresGrad: true });
    const optimizer = new AdamW([a, b], { lr: 0.1, weightDecay: 0.5 });
    a.grad = tensor([1, 1]);
    optimizer.step();
    expect(flat(b)).toEqual([3, 4]);
    expect([...optimizer.stateDict().tensors.keys()].sort()).toEqual(['0.exp_avg', '0.exp_avg_sq', '0.step']);
    b.grad = tensor([1, 1]);
    optimizer.step();
    expect(optimizer.stateDict().tensors.get('0.step')?.item()).toBe(2);
    expect(optimizer.stateDict().tensors.get('1.step')?.item()).toBe(1);
  });

  it('starts momentum late for a parameter whose gradient comes late, as PyTorch does', () => {
    const a = tensor([1], { requiresGrad: true });
    const b = tensor([1], { requiresGrad: true });
    const optimizer = new SGD([a, b], { lr: 1, momentum: 0.5, dampening: 0.5 });
    a.grad = tensor([1]);
    optimizer.step();
    b.grad = tensor([1]);
    optimizer.step();
    expect(flat(a)).toEqual([1 - 1 - (0.5 + 0.5)]);
    expect(flat(b)).toEqual([0]);
  });

  it('takes groups with their own options, which may change between steps', () => {
    const a = tensor([1], { requiresGrad: true });
    const b = tensor([1], { requiresGrad: true });
    const optimizer = new SGD([{ params: [a] }, { params: [b], lr: 0.25 }], { lr: 0.5 });
    a.grad = tensor([1]);
    b.grad = tensor([1]);
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0.5, 0.75]);
    for (const group of optimizer.groups) group.lr *= 2;
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([-0.5, 0.25]);
    expect(JSON.parse(JSON.stringify(optimizer.stateDict().groups))).toEqual([
      { names: ['0'], options: { lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false } },
      { names: ['1'], options: { lr: 0.5, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false } },
    ]);
  });

  it('names its state by the parameters names', () => {
    const model = new Sequential(new Linear(3, 2), new Linear(2, 1));
    const { weights, biasAndNorm } = splitBiasAndNorm(model.namedParameters());
    const optimizer = new SGD([{ params: weights, weightDecay: 0.1 }, { params: biasAndNorm }], {
      lr: 0.1,
      momentum: 0.9,
    });
    model
      .forward(randn([4, 3]))
      .sum()
      .backward();
    optimizer.step();
    expect([...optimizer.stateDict().tensors.keys()]).toEqual([
      '0.weight.momentum_buffer',
      '1.weight.momentum_buffer',
      '0.bias.momentum_buffer',
      '1.bias.momentum_buffer',
    ]);
  });

  it('refuses state of another network, and then is unchanged', () => {
    const make = (shape: number[]) => {
      const p = keep(zeros(shape, { requiresGrad: true }));
      p.grad = zeros(shape).add(1);
      const optimizer = new SGD([['w', p]], { lr: 0.1, momentum: 0.9 });
      optimizer.step();
      return optimizer;
    };
    const optimizer = make([2, 3]);
    expect(() => optimizer.loadStateDict(make([3, 2]).stateDict())).toThrow(
      /'w.momentum_buffer' has shape \[3, 2\], its parameter \[2, 3\]/,
    );
    const state = optimizer.stateDict();
    expect(() => optimizer.loadStateDict({ ...state, groups: [] })).toThrow(/0 parameter groups/);
    expect(() => optimizer.loadStateDict({ ...state, tensors: new Map([['x.momentum_buffer', zeros([1])]]) })).toThrow(
      /no such parameter/,
    );
    expect(() => optimizer.loadStateDict({ ...state, tensors: new Map([['w.exp_avg', zeros([2, 3])]]) })).toThrow(
      /SGD does not use/,
    );
    expect(flat(optimizer.stateDict().tensors.get('w.momentum_buffer') as Tensor)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('refuses bad options and bad parameters by name', () => {
    const p = tensor([1], { requiresGrad: true });
    expect(() => new SGD([p], { lr: -1 })).toThrow(/lr is a number of at least 0, not -1/);
    expect(() => new SGD([p], { lr: Number.NaN })).toThrow(/lr/);
    expect(() => new SGD([p], { lr: 1, nesterov: true })).toThrow(/nesterov/);
    expect(() => new Adam([p], { beta1: 1 })).toThrow(/beta1 is a number of at least 0 and below 1/);
    expect(() => new SGD([p, p], { lr: 1 })).toThrow(/twice/);
    expect(() => new SGD([], { lr: 1 })).toThrow(/no parameters/);
    expect(() => new SGD([p.mul(2)], { lr: 1 })).toThrow(/cannot be optimised/);
  });

  it('leaves no handles behind but its state', () => {
    const { params, loss } = problem();
    const optimizer = new Adam(params, { lr: 0.01 });
    const step = () =>
      scope(() => {
        optimizer.zeroGrad();
        loss().backward();
        optimizer.step();
        optimizer.zeroGrad();
      });
    step();
    const before = memory().handles;
    for (let i = 0; i < 10; i++) step();
    expect(memory().handles).toBe(before);
    optimizer.dispose();
    expect(memory().handles).toBe(before - 2 * params.length);
  });
});

describe('clipGradNorm', () => {
  it('scales all gradients to the norm asked for, and returns the one before', () => {
    const a = zeros([2], { requiresGrad: true });
    const b = zeros([1], { requiresGrad: true });
    const none = zeros([1], { requiresGrad: true });
    a.grad = tensor([3, 0]);
    b.grad = tensor([4]);
    expect(clipGradNorm([a, b, none], 1)).toBeCloseTo(5, 5);
    expect(flat(a.grad as Tensor)[0]).toBeCloseTo(0.6, 5);
    expect(flat(b.grad as Tensor)[0]).toBeCloseTo(0.8, 5);
    expect(clipGradNorm([a, b], 2)).toBeCloseTo(1, 5);
    expect(flat(b.grad as Tensor)[0]).toBeCloseTo(0.8, 5);
    expect(clipGradNorm([none], 1)).toBe(0);
  });
});
