// What every module promises about names, states, modes and conversions.
import { Generator, keep, randn, scope, type Tensor, zeros } from '@twoview/torch';
import {
  BatchNorm2d,
  Conv2d,
  copyParameters,
  Flatten,
  Linear,
  Module,
  ModuleList,
  ReLU,
  Sequential,
} from '@twoview/torch/nn';
import { SGD } from '@twoview/torch/optim';
import { describe, expect, it } from 'vitest';

class Net extends Module<[Tensor, Tensor]> {
  readonly scale: Tensor = this.parameter('scale', zeros([1]).add(2));
  readonly queue: Tensor = this.buffer('queue', zeros([2, 2]));
  readonly body: Sequential;
  readonly heads: ModuleList<Linear>;

  constructor(generator = new Generator({ seed: 1 })) {
    super();
    this.body = this.module(
      'body',
      new Sequential(new Conv2d(3, 4, 3, { generator }), new BatchNorm2d(4), new ReLU(), new Flatten()),
    );
    this.heads = this.module(
      'heads',
      new ModuleList([new Linear(16, 2, { generator }), new Linear(16, 3, { generator })]),
    );
  }

  forward(x: Tensor, y: Tensor): Tensor {
    const [first, second] = this.heads.items as [Linear, Linear];
    return first
      .forward(this.body.forward(x))
      .sum()
      .add(second.forward(this.body.forward(y)).sum())
      .mul(this.scale);
  }

  declare(name: string): void {
    this.buffer(name, zeros([1]));
  }
}

const keys = [
  'scale',
  'queue',
  'body.0.weight',
  'body.0.bias',
  'body.1.weight',
  'body.1.bias',
  'body.1.running_mean',
  'body.1.running_var',
  'body.1.num_batches_tracked',
  'heads.0.weight',
  'heads.0.bias',
  'heads.1.weight',
  'heads.1.bias',
];

describe('a module', () => {
  it('names its state as PyTorch does, parents first, parameters before buffers', () => {
    const net = new Net();
    expect([...net.stateDict().keys()]).toEqual(keys);
    expect(Array.from(net.namedParameters(), ([name]) => name)).toEqual(
      keys.filter((k) => !/queue|running|num_/.test(k)),
    );
    expect(Array.from(net.namedModules(), ([name]) => name)).toEqual([
      '',
      'body',
      'body.0',
      'body.1',
      'body.2',
      'body.3',
      'heads',
      'heads.0',
      'heads.1',
    ]);
    expect([...net.heads]).toHaveLength(2);
    expect(() => net.heads.forward()).toThrow(/no forward/);
  });

  it('refuses names that are taken or that keys cannot hold', () => {
    const net = new Net();
    expect(() => net.declare('queue')).toThrow(/Net already has a part named 'queue'/);
    expect(() => net.declare('a.b')).toThrow(/has a dot/);
  });

  it('loads a state by name, converting dtype, and reports what differs', () => {
    const [from, to] = [new Net(), new Net(new Generator({ seed: 2 }))];
    const state = new Map([...from.stateDict()].map(([k, v]) => [k, v.dtype === 'float32' ? v.double() : v]));
    expect(to.loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
    for (const [name, tensor] of to.stateDict()) expect(tensor.equal(from.stateDict().get(name) as Tensor)).toBe(true);

    const wrong: Record<string, Tensor> = Object.fromEntries(from.stateDict());
    wrong['heads.0.weight'] = zeros([16, 2]);
    wrong.extra = zeros([1]);
    delete wrong.scale;
    const before = to.stateDict().get('body.0.weight')?.tolist();
    expect(() => to.loadStateDict(wrong)).toThrow(
      'the state does not fit Net: missing scale; unexpected extra; heads.0.weight has shape [16, 2] in the state and [2, 16] in the module',
    );
    expect(() => to.loadStateDict(wrong, { strict: false })).toThrow(/heads.0.weight has shape/);
    wrong['heads.0.weight'] = zeros([2, 16]);
    expect(to.loadStateDict(wrong, { strict: false })).toEqual({ missing: ['scale'], unexpected: ['extra'] });
    expect(to.stateDict().get('body.0.weight')?.tolist()).toEqual(before);
    expect(to.heads.items[0]?.weight.abs().sum().item()).toBe(0);
  });

  it('switches modes of all below it', () => {
    const net = new Net().eval();
    expect([...net.modules()].some((m) => m.training)).toBe(false);
    expect([...net.train().modules()].every((m) => m.training)).toBe(true);
  });

  it('stays the same tensors through conversions, so that an optimiser made before stays right', () => {
    const net = new Net();
    const optimizer = new SGD(net.namedParameters(), { lr: 0.1, momentum: 0.9 });
    const weight = (net.body.layers[0] as Conv2d).weight;
    const x = randn([2, 3, 4, 4]);
    net.forward(x, x).backward();
    net.to({ dtype: 'float64' }).toMemoryFormat('channels_last');
    expect((net.body.layers[0] as Conv2d).weight).toBe(weight);
    expect([weight.dtype, weight.grad?.dtype, net.queue.dtype]).toEqual(['float64', 'float64', 'float64']);
    expect(net.stateDict().get('body.1.num_batches_tracked')?.dtype).toBe('int64');
    expect(weight.isContiguous('channels_last')).toBe(true);
    expect(weight.requiresGrad && weight.isLeaf).toBe(true);
    const before = weight.clone();
    optimizer.step();
    expect(weight.equal(before)).toBe(false);
    net.zeroGrad();
    expect(weight.grad).toBeNull();
    net.forward(x.double(), x.double()).backward();
    expect(weight.grad?.dtype).toBe('float64');
    expect(() => net.to({ dtype: 'int64' })).toThrow(/floating point/);
  });

  it('freezes and frees', () => {
    const net = new Net().requiresGrad_(false);
    expect(net.parameters().some((p) => p.requiresGrad)).toBe(false);
    net.dispose();
    expect(net.parameters().every((p) => p.isDisposed)).toBe(true);
  });

  it('refuses a parameter that is the result of operations', () => {
    class Wrong extends Module {
      constructor() {
        super();
        this.parameter('w', zeros([1], { requiresGrad: true }).mul(2));
      }
      forward(x: Tensor) {
        return x;
      }
    }
    expect(() => new Wrong()).toThrow(/'w' is the result of recorded operations/);
  });
});

describe('copyParameters', () => {
  it('makes a target network of an online one, with or without its statistics', () => {
    const [online, target] = [new Net(), new Net(new Generator({ seed: 3 }))];
    const x = keep(randn([2, 3, 4, 4]));
    scope(() => online.forward(x, x));
    copyParameters(online, target, { buffers: false });
    expect(target.scale.equal(online.scale)).toBe(true);
    const mean = (net: Net) => net.stateDict().get('body.1.running_mean') as Tensor;
    expect(mean(target).abs().sum().item()).toBe(0);
    copyParameters(online, target);
    expect(mean(target).equal(mean(online))).toBe(true);
    expect(() => copyParameters(new Linear(2, 2), target)).toThrow(/does not fit Net/);
  });
});
