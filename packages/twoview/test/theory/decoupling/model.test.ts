// Data, views and network: what has to hold of them exactly or on average.
import * as torch from '@twoview/torch';
import {
  closedForm,
  contrastiveLoss,
  createDictionary,
  DecouplingModel,
  decouplingSettings,
  drawnKeep,
  represent,
  SampleSource,
  stream,
  thresholded,
  type ViewKind,
  Views,
} from 'twoview/theory/decoupling';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const data = { atoms: 6, dimension: 50, sparsity: 0.3, noise: 0.08 };
const generator = (seed: number) => new torch.Generator({ seed });
const largest = (t: torch.Tensor): number => t.abs().max().item();

describe('data', () => {
  test('the dictionary is orthonormal, and an atom is spread over all coordinates', () => {
    const m = createDictionary({ atoms: 20, dimension: 400 }, generator(0));
    expect(largest(m.matmul(m.t()).sub(torch.eye(20, { dtype: 'float64' })))).toBeLessThan(1e-13);
    // A Gaussian direction's largest of 400 entries is about sqrt(2 ln 400 / 400) = 0.17.
    expect(largest(m)).toBeLessThan(0.3);
  });

  test('codes are symmetric and present with probability kappa; x is the sum of its parts', () => {
    const source = new SampleSource(data, createDictionary(data, generator(0)), 20_000, 'float64');
    const { codes, x, signal, noise } = source.parts(generator(1));
    expect(new Set(codes.reshape([-1]).tolist() as number[])).toEqual(new Set([-1, 0, 1]));
    expect(codes.abs().mean().item()).toBeCloseTo(0.3, 2);
    expect(Math.abs(codes.mean().item())).toBeLessThan(0.005);
    expect(noise.square().mean().item()).toBeCloseTo(0.08, 3);
    expect(largest(x.sub(signal).sub(noise))).toBeLessThan(1e-15);
    source.dispose();
  });

  test('both precisions draw the same samples', () => {
    const dictionary = createDictionary(data, generator(0));
    const draw = (dtype: 'float32' | 'float64') =>
      new SampleSource(data, dictionary, 10, dtype).draw(generator(3)).double();
    expect(largest(draw('float32').sub(draw('float64')))).toBeLessThan(1e-6);
  });

  test('as many atoms as coordinates are refused', () => {
    expect(() => createDictionary({ atoms: 5, dimension: 5 }, generator(0))).toThrow(RangeError);
  });
});

describe('views', () => {
  const shape = [400, 50] as const;
  const x = torch.randn([...shape], { generator: generator(5), dtype: 'float64' });
  const views = (kind: ViewKind, keep = 0.5, noise = 0.3) => new Views({ kind, keep, noise }, shape);

  test.each([0.5, 0.25, 0.8])('complementary masks share out the coordinates, p = %d', (keep) => {
    const p = drawnKeep(keep);
    const [a, b] = views('complementary', keep).make(x, generator(6));
    expect(
      largest(
        a
          .mul(p)
          .add(b.mul(1 - p))
          .sub(x),
      ),
    ).toBeLessThan(1e-14);
    expect(largest(a.mul(b))).toBe(0);
    expect(a.ne(0).double().mean().item()).toBeCloseTo(p, 1);
  });

  test('independent masks overlap at p^2, and are as likely to leave both out', () => {
    const [a, b] = views('independent').make(x, generator(6));
    const both = a.ne(0).logicalAnd(b.ne(0)).double().mean().item();
    const neither = a.eq(0).logicalAnd(b.eq(0)).double().mean().item();
    expect(both).toBeCloseTo(0.25, 1);
    expect(neither).toBeCloseTo(0.25, 1);
    // Rescaled: on average a view is x.
    expect(a.mul(x).sum().div(x.square().sum()).item()).toBeCloseTo(1, 1);
  });

  test('masks are drawn anew for every sample and every call', () => {
    const made = views('complementary');
    const stream = generator(7);
    const mask = () => made.make(x, stream)[0].ne(0);
    const [first, second] = [mask(), mask()];
    expect(first.eq(second).double().mean().item()).toBeCloseTo(0.5, 1);
    expect(first.select(0, 0).eq(first.select(0, 1)).all().item()).toBe(0);
  });

  test('without augmentation both views are x; added noise is independent', () => {
    const [a, b] = views('none').make(x, generator(6));
    expect(a).toBe(x);
    expect(b).toBe(x);
    const [c, d] = views('noise')
      .make(x, generator(6))
      .map((view) => view.sub(x)) as [torch.Tensor, torch.Tensor];
    expect(c.square().mean().item()).toBeCloseTo(0.3, 1);
    expect(Math.abs(c.mul(d).mean().item())).toBeLessThan(0.01);
  });
});

describe('the network', () => {
  const b = torch.tensor([0, 0.5, 2], { dtype: 'float64' });

  test('neurons are symmetrised ReLUs with a threshold', () => {
    const u = torch.randn([40, 3], { generator: generator(8), dtype: 'float64' });
    const defined = u.sub(b).relu().sub(u.neg().sub(b).relu());
    expect(largest(thresholded(u, b).sub(defined))).toBeLessThan(1e-15);
    expect(largest(thresholded(u.neg(), b).add(thresholded(u, b)))).toBe(0);
  });

  const [n, m, d1] = [12, 3, 7];
  const inputs = (seed: number) => {
    const g = generator(seed);
    const draw = (shape: number[]) => torch.randn(shape, { generator: g, dtype: 'float64' });
    return { weights: draw([m, d1]).mul(0.7), anchor: draw([n, d1]), positive: draw([n, d1]) };
  };
  const form = ({ weights, anchor, positive }: ReturnType<typeof inputs>, tau: number) => {
    const { coefficients } = closedForm(anchor.matmul(weights.t()), positive.matmul(weights.t()), b, tau);
    return coefficients
      .t()
      .matmul(anchor)
      .div(n * tau);
  };

  test.each([1, 0.5, 3])('the closed form is autograd’s gradient with a detached second factor, tau = %d', (tau) => {
    const given = inputs(9);
    const weights = given.weights.clone().requiresGrad_(true);
    const loss = contrastiveLoss(represent(given.anchor, weights, b), represent(given.positive, weights, b), tau);
    const [gradient] = torch.grad([loss], [weights]);
    expect(largest(gradient!.add(form(given, tau)))).toBeLessThan(1e-14);
    expect(largest(gradient!)).toBeGreaterThan(0.01);
  });

  test('it is the central difference of the loss in the first factor alone', () => {
    const given = inputs(10);
    const fixed = represent(given.positive, given.weights, b);
    const value = (weights: torch.Tensor) => contrastiveLoss(represent(given.anchor, weights, b), fixed, 1).item();
    const gradient = form(given, 1);
    const h = 1e-6;
    for (const [i, k] of [
      [0, 0],
      [1, 3],
      [2, 6],
    ] as const) {
      const shift = torch.zeros([m, d1], { dtype: 'float64' });
      shift.select(0, i).select(0, k).fill_(h);
      const difference = (value(given.weights.add(shift)) - value(given.weights.sub(shift))) / (2 * h);
      expect(gradient.select(0, i).select(0, k).item()).toBeCloseTo(-difference, 8);
    }
  });

  test('a gradient through both factors is another one', () => {
    const given = inputs(9);
    const weights = given.weights.clone().requiresGrad_(true);
    const [f, g] = [represent(given.anchor, weights, b), represent(given.positive, weights, b)];
    const [gradient] = torch.grad([f.matmul(g.t()).logSoftmax(1).diagonal().mean().neg()], [weights]);
    expect(largest(gradient!.add(form(given, 1)))).toBeGreaterThan(0.01);
  });
});

describe('a step', () => {
  test.each(['complementary', 'none', 'independent', 'noise'] as const)(
    'is SGD with weight decay on the loss: %s',
    (kind) => {
      const settings = decouplingSettings({
        data: { atoms: 4, dimension: 30 },
        network: { neurons: 5, scale: 2 },
        training: { batchSize: 16, learningRate: 0.3, weightDecay: 0.1, temperature: 2, precision: 'float64' },
        kind,
        seed: 3,
      });
      const model = new DecouplingModel(settings);
      model.setThresholds(Float64Array.of(0, 0.1, 0.2, 0.3, 5));
      const before = model.weights.clone();
      const source = new SampleSource(settings.data, model.dictionary, 16, 'float64');
      const [anchor, positive] = new Views({ ...settings.views, kind }, [16, 30]).make(
        source.draw(stream(3, 'samples')),
        stream(3, 'masks'),
      );
      const weights = before.clone().requiresGrad_(true);
      const encode = (x: torch.Tensor) => represent(x, weights, model.thresholds);
      const loss = contrastiveLoss(encode(anchor), encode(positive), 2);
      const [gradient] = torch.grad([loss], [weights]);
      const expected = before.mul(1 - 0.3 * 0.1).sub(gradient!, { alpha: 0.3 });
      expect(model.step(true)).toBeCloseTo(loss.item(), 12);
      expect(largest(model.weights.sub(expected))).toBeLessThan(1e-13);
      model.dispose();
    },
  );
});

describe('what does not fit is refused', () => {
  const m = createDictionary(data, generator(0));
  const [a, b] = [torch.zeros([4, 3]), torch.zeros([3])];
  test.each<[string, () => unknown]>([
    ['a dictionary of another shape', () => new SampleSource({ ...data, atoms: 5 }, m, 4, 'float64')],
    ['negative noise', () => new SampleSource({ ...data, noise: -1 }, m, 4, 'float64')],
    ['no samples', () => new SampleSource(data, m, 0, 'float64')],
    ['a mask that keeps all', () => new Views({ kind: 'complementary', keep: 1, noise: 0 }, [4, 3])],
    ['noise that is not a number', () => new Views({ kind: 'noise', keep: 0.5, noise: Number.NaN }, [4, 3])],
    ['a batch of another size', () => new Views({ kind: 'none', keep: 0.5, noise: 0 }, [4, 2]).make(a, generator(0))],
    ['views of other samples', () => closedForm(a, torch.zeros([5, 3]), b, 1)],
    ['a temperature of 0', () => closedForm(a, a, b, 0)],
    ['a temperature below 0', () => contrastiveLoss(a, a, -1)],
    ['settings that are wrong', () => new DecouplingModel({ ...decouplingSettings(), logEvery: 0 })],
  ])('%s', (_, call) => {
    expect(call).toThrow(RangeError);
  });
});
