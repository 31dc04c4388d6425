// The slot: training and evaluation mode, running statistics, what is drawn, configurations.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  batchStandardize,
  createNormalizer,
  groupWhiten,
  type Normalizer,
  type NormalizerConfig,
  normalizerSchema,
  safeGroups,
  slicedWhiten,
  zcaWhiten,
} from 'twoview/normalizers';
import { describe, expect, test } from 'vitest';
import { gaussian } from '../objectives/gradients.js';
import { columnCorrelations, distance, geometric, indices, offWhite, withSpectrum } from './embeddings.js';

torch.setNumThreads(1);
const D = 6;
const names = ['bn', 'dbn', 'shuffledDbn', 'slicedWhitening'] as const;
const generator = (seed = 1): torch.Generator => new torch.Generator({ seed });

/** Through the schema, as a run's configuration comes. */
function create(config: { name: string } & Record<string, unknown>, size = D): Normalizer {
  const normalizer = createNormalizer(normalizerSchema.parse(config), size);
  if (!normalizer) throw new Error('no normalizer');
  return normalizer;
}

/** Rows N(mean, L L^T) in float32. */
const factor = gaussian(2, D, D).add(torch.eye(D, { dtype: 'float64' }).mul(2));
const centre = gaussian(3, 1, D).mul(3);
const sample = (count: number, draws: torch.Generator): Tensor =>
  torch.randn([count, D], { dtype: 'float64', generator: draws }).mm(factor.t()).add(centre).float();

describe('training mode', () => {
  const views = [sample(64, generator(5)), sample(64, generator(6))];

  test('is the pure function of each view', () => {
    const perView = (normalize: (x: Tensor) => Tensor): Tensor[] => views.map(normalize);
    const expected: [{ name: string } & Record<string, unknown>, Tensor[]][] = [
      [{ name: 'bn', epsilon: 1e-3, form: 'add' }, perView((x) => batchStandardize(x, { epsilon: 1e-3, form: 'add' }))],
      [{ name: 'dbn' }, perView((x) => zcaWhiten(x))],
      [
        { name: 'dbn', groups: 2, solver: 'cholesky', epsilon: 0.1 },
        perView((x) => groupWhiten(x, { groups: 2, solver: 'cholesky', epsilon: 0.1 })),
      ],
      [{ name: 'slicedWhitening', size: 32 }, slicedWhiten(views, { size: 32 }, generator())],
    ];
    for (const [config, outputs] of expected) {
      create(config)
        .normalize(views, generator())
        .forEach((z, i) => {
          expect(distance(z, outputs[i]!)).toBe(0);
        });
    }
  });

  test.each(names)('%s draws the same from the same seed, and passes gradient to its own view alone', (name) => {
    const draw = (seed: number): Tensor[] => {
      const own = name === 'bn' ? {} : name === 'slicedWhitening' ? { size: 32 } : { groups: 2 };
      return create({ name, ...own }).normalize(views, generator(seed));
    };
    expect(distance(draw(1)[1]!, draw(1)[1]!)).toBe(0);
    const drawn = name === 'shuffledDbn' || name === 'slicedWhitening';
    expect(distance(draw(1)[1]!, draw(2)[1]!) > 0).toBe(drawn);

    const leaves = views.map((view) => view.clone().requiresGrad_());
    const [z] = create({ name }).normalize(leaves, generator());
    const [own, other] = torch.grad(z!.pow(3).sum(), leaves, { allowUnused: true });
    expect(own!.abs().max().item()).toBeGreaterThan(0);
    expect(other).toBeNull();
  });

  test('shuffledDbn takes other groups for each view and call, and axes keep their places', () => {
    const x = gaussian(8, 64, 12).float();
    const normalizer = create({ name: 'shuffledDbn', groups: 4 }, 12);
    const draws = generator(4);
    const outputs = [...normalizer.normalize([x, x], draws), ...normalizer.normalize([x, x], draws)];
    for (const [i, z] of outputs.entries()) {
      for (const other of outputs.slice(i + 1)) expect(distance(z, other)).toBeGreaterThan(1e-3);
      for (const correlation of columnCorrelations(x, z)) expect(correlation).toBeGreaterThan(0);
    }
    // One group alone has nothing to shuffle.
    const whole = create({ name: 'shuffledDbn', groups: 1 }, 12).normalize([x], generator())[0]!;
    expect(distance(whole, zcaWhiten(x))).toBe(0);
  });

  test.each(['shuffledDbn', 'slicedWhitening'])('%s asks for a generator', (name) => {
    expect(() => create({ name }).normalize(views)).toThrow(/draws in training mode: pass a generator/);
    expect(() => create({ name }).eval().normalize(views)).not.toThrow();
  });
});

describe('slices', () => {
  test('are white, cover the batch, and are the same for all views', () => {
    const x = withSpectrum(11, 48, geometric(5, 20));
    // The second view is an invertible affine map of the first, so the same slices whiten to rotations of each other.
    const z = slicedWhiten([x, x.mul(3).add(1)], { size: 16 }, generator(7));
    expect(distance(z[0]!, z[1]!)).toBeLessThan(1e-10);
    const order = torch.randperm(48, { generator: generator(7) });
    for (const start of [0, 16, 32]) {
      expect(offWhite(z[0]!.indexSelect(0, order.narrow(0, start, 16)), 1)).toBeLessThan(1e-10);
    }
  });

  test('of batches that do not divide differ by one sample', () => {
    const x = withSpectrum(14, 50, geometric(5, 20));
    const [z] = slicedWhiten([x], { size: 16 }, generator(7));
    const order = torch.randperm(50, { generator: generator(7) });
    let start = 0;
    for (const length of [17, 17, 16]) {
      expect(offWhite(z!.indexSelect(0, order.narrow(0, start, length)), 1)).toBeLessThan(1e-10);
      start += length;
    }
  });

  test('of several rounds are stacked, each drawn anew', () => {
    const x = withSpectrum(17, 32, geometric(4, 5));
    const [z] = create({ name: 'slicedWhitening', rounds: 3, size: 8 }, 4).normalize([x], generator(2));
    expect(z!.shape).toEqual([96, 4]);
    const rounds = [0, 32, 64].map((start) => z!.narrow(0, start, 32));
    expect(distance(rounds[0]!, rounds[1]!)).toBeGreaterThan(1e-3);
    for (const round of rounds) for (const c of columnCorrelations(x, round)) expect(Math.abs(c)).toBeGreaterThan(0.3);
  });

  test('take 2 D samples where none is said, and a smaller batch whole', () => {
    const x = withSpectrum(20, 32, geometric(4, 5));
    const [z] = create({ name: 'slicedWhitening' }, 4).normalize([x], generator(2));
    expect(distance(z!, slicedWhiten([x], { size: 8 }, generator(2))[0]!)).toBe(0);
    const [small] = create({ name: 'slicedWhitening' }, 4).normalize([x.narrow(0, 0, 7)], generator(2));
    expect(offWhite(small!, 1)).toBeLessThan(1e-10);
  });

  test('need views of one shape', () => {
    expect(() => slicedWhiten([gaussian(1, 9, 2), gaussian(1, 8, 2)], {}, generator())).toThrow(
      /have shapes \[9, 2\] and \[8, 2\]/,
    );
  });
});

describe('running statistics', () => {
  const configs: ({ name: string } & Record<string, unknown>)[] = [
    { name: 'bn', momentum: 0.02 },
    { name: 'dbn', groups: 1, momentum: 0.02 },
    { name: 'dbn', momentum: 0.02, solver: 'cholesky' },
    { name: 'shuffledDbn', groups: 2, momentum: 0.02 },
    { name: 'slicedWhitening', momentum: 0.02 },
  ];

  test.each(configs)("converge to the population's: %o", (config) => {
    const normalizer = create(config);
    const draws = generator(9);
    torch.scope(() => {
      for (let i = 0; i < 120; i++) {
        torch.scope(() => void normalizer.normalize([sample(32, draws), sample(32, draws)], draws));
      }
    });
    const state = normalizer.stateDict();
    const covariance = factor.mm(factor.t());
    const expected = config.name === 'bn' ? covariance.diagonal() : covariance;
    const spread = state.get(config.name === 'bn' ? 'running.variance' : 'running.covariance')!;
    expect(distance(spread, expected) / expected.abs().max().item()).toBeLessThan(0.1);
    expect(distance(state.get('running.mean')!, centre.squeeze(0))).toBeLessThan(0.3);
    // And so fresh data come out standardised.
    const z = normalizer.eval().normalize([sample(4000, draws)])[0]!;
    const groups = config.name === 'bn' ? D : config.groups === 2 ? 2 : 1;
    for (let k = 0; k < groups; k++) {
      expect(offWhite(z.narrow(1, (k * D) / groups, D / groups))).toBeLessThan(0.12);
    }
  });

  test.each(names)('%s: before a step, evaluation mode changes nothing', (name) => {
    const x = sample(5, generator(3));
    expect(distance(create({ name }).eval().normalize([x])[0]!, x)).toBeLessThan(1e-5);
  });

  test.each(names)('%s: evaluation does not depend on the batch, draw, or move them', (name) => {
    const normalizer = create({ name });
    normalizer.normalize([sample(64, generator(1)), sample(64, generator(2))], generator());
    const before = [...normalizer.stateDict().values()].map((tensor) => tensor.tolist());
    normalizer.eval();
    const x = sample(10, generator(3));
    const all = normalizer.normalize([x])[0]!;
    const alone = normalizer.normalize([x.narrow(0, 4, 1)])[0]!;
    expect(distance(all.narrow(0, 4, 1), alone)).toBeLessThan(1e-5);
    expect([...normalizer.stateDict().values()].map((tensor) => tensor.tolist())).toEqual(before);
  });

  test('are of the views of a step on average, the first step alone, without gradient', () => {
    const views = [sample(20, generator(1)), sample(30, generator(2))].map((x) => x.requiresGrad_());
    const normalizer = create({ name: 'dbn', groups: 1 });
    normalizer.normalize(views);
    const covariance = (x: Tensor): Tensor => x.detach().double().t().cov();
    const mean = normalizer.stateDict().get('running.mean')!;
    const running = normalizer.stateDict().get('running.covariance')!;
    const expected = covariance(views[0]!).add(covariance(views[1]!)).div(2);
    expect(distance(running, expected)).toBeLessThan(1e-4);
    expect(
      distance(
        mean,
        views[0]!
          .detach()
          .mean([0])
          .add(views[1]!.detach().mean([0]))
          .div(2),
      ),
    ).toBeLessThan(1e-5);
    expect(running.requiresGrad).toBe(false);
    // Ten steps count alike, from then on each has a tenth.
    for (let i = 0; i < 9; i++) normalizer.normalize(views);
    const next = sample(50, generator(4)).mul(2);
    normalizer.normalize([next]);
    expect(distance(running, expected.mul(0.9).add(covariance(next), { alpha: 0.1 }))).toBeLessThan(1e-3);
  });

  test.each(names)('%s: survive a state dict', (name) => {
    const trained = create({ name });
    // Six axes and eight samples: groups: null takes two groups of three, which evaluation mode has to know.
    const small = name === 'slicedWhitening' ? 16 : 8;
    trained.normalize([sample(small, generator(1)), sample(small, generator(2))], generator());
    const loaded = create({ name });
    loaded.loadStateDict(trained.stateDict());
    const x = sample(5, generator(3));
    const [a, b] = [trained.eval().normalize([x])[0]!, loaded.eval().normalize([x])[0]!];
    expect(distance(a, b)).toBe(0);
    expect(distance(a, x)).toBeGreaterThan(0.1);
  });

  test('evaluation takes the groups of the last training batch', () => {
    const normalizer = create({ name: 'shuffledDbn' });
    normalizer.normalize([sample(8, generator(1))], generator());
    const running = normalizer.stateDict().get('running.covariance')!.double();
    const x = sample(5, generator(3));
    const centred = x.sub(normalizer.stateDict().get('running.mean')!).double();
    const z = normalizer.eval().normalize([x])[0]!;
    for (const start of [0, 3]) {
      const block = running.narrow(0, start, 3).narrow(1, start, 3);
      const [values, vectors] = torch.linalgEigh(block);
      const root = vectors.mul(values.rsqrt()).mm(vectors.t());
      expect(distance(z.narrow(1, start, 3), centred.narrow(1, start, 3).mm(root))).toBeLessThan(1e-5);
    }
  });

  test('a step leaves no tensor behind', () => {
    const normalizer = create({ name: 'shuffledDbn', groups: 2 });
    const draws = generator();
    const step = (): void =>
      torch.scope(() => void normalizer.normalize([sample(16, draws), sample(16, draws)], draws));
    step();
    const before = torch.memory().handles;
    for (let i = 0; i < 5; i++) step();
    expect(torch.memory().handles).toBeLessThanOrEqual(before);
  });
});

describe('configurations', () => {
  test('none is no normalizer', () => {
    expect(createNormalizer({ name: 'none' }, D)).toBeNull();
  });

  test('defaults', () => {
    const parse = (name: string): NormalizerConfig => normalizerSchema.parse({ name });
    expect(parse('bn')).toEqual({ name: 'bn', epsilon: 0, form: 'clamp', momentum: 0.1 });
    const dbn = { groups: null, solver: 'eigh', epsilon: 0, iterations: 15, momentum: 0.1 };
    expect(parse('dbn')).toEqual({ name: 'dbn', ...dbn });
    expect(parse('shuffledDbn')).toEqual({ name: 'shuffledDbn', ...dbn });
    expect(parse('slicedWhitening')).toEqual({
      name: 'slicedWhitening',
      ...{ size: null, rounds: 1, solver: 'cholesky', epsilon: 0, iterations: 15, momentum: 0.1 },
    });
  });

  test('groups that do not divide are refused when the normalizer is made', () => {
    expect(() => create({ name: 'dbn', groups: 4 })).toThrow(
      'dbn: 6 axes do not divide into 4 groups; choose 1, 2, 3, 6',
    );
  });

  test('slices of too few samples are refused when the normalizer is made', () => {
    expect(() => create({ name: 'slicedWhitening', size: 6 })).toThrow(
      /slicedWhitening.size: 6 axes whitened together need at least 7 samples/,
    );
  });

  test.each([
    [128, 256, 1],
    [512, 64, 16],
    [512, 100, 16], // ceil(10.24) is 11, which does not divide 512
    [6, 8, 2],
    [7, 8, 7],
    [64, 3, 64],
  ])('%i axes of %i samples are whitened in %i groups where none is said', (axes, samples, groups) => {
    expect(safeGroups(axes, samples)).toBe(groups);
    expect(axes / groups <= Math.max(1, samples / 2)).toBe(true);
  });

  test('one sample is refused, and so are views of other widths', () => {
    for (const name of names) {
      expect(() => create({ name }).normalize([sample(1, generator())], generator())).toThrow(RangeError);
      expect(() => create({ name }).normalize([gaussian(1, 8, 5)], generator())).toThrow(
        /a view must be a matrix \[N, 6\], not of shape \[8, 5\]/,
      );
    }
  });

  test('an order of fewer axes is refused', () => {
    expect(() => groupWhiten(gaussian(1, 20, 6), { groups: 2, permutation: indices([0, 1, 2]) })).toThrow(RangeError);
  });
});
