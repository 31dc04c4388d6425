// Generators: seeds, states, and the stream that PyTorch draws from the same seed.
import * as torch from '@twoview/torch';
import { Generator, manualSeed, randn } from '@twoview/torch';
import { describe, expect, it } from 'vitest';
import { python, runPython } from './support/python.js';

describe('a generator', () => {
  it('draws the same numbers from the same seed, and others from another', () => {
    const draw = (seed: number) => randn([100], { generator: new Generator({ seed }) }).data();
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('continues bit for bit from a saved state, in the middle of a pair of normals too', () => {
    const generator = new Generator({ seed: 9 });
    randn([7], { generator });
    torch.rand([3], { generator });
    const state = generator.getState();
    const expected = [
      randn([5], { generator }),
      torch.randperm(20, { generator }),
      torch.rand([33], { generator }),
    ].map((t) => t.data());
    const other = new Generator({ seed: 1 }).setState(state);
    const actual = [
      randn([5], { generator: other }),
      torch.randperm(20, { generator: other }),
      torch.rand([33], { generator: other }),
    ];
    expect(actual.map((t) => t.data())).toEqual(expected);
    expect(state.length).toBeGreaterThan(5000);
  });

  it('is independent of every other and of the default', () => {
    const a = new Generator({ seed: 5 });
    const expected = randn([4], { generator: new Generator({ seed: 5 }) }).data();
    manualSeed(1);
    randn([10]);
    randn([10], { generator: new Generator({ seed: 6 }) });
    expect(randn([4], { generator: a }).data()).toEqual(expected);
  });

  it('feeds every random operator', () => {
    const draw = (seed: number) => {
      const generator = new Generator({ seed });
      const out = torch.zeros([8]);
      return [
        torch.randint(0, 100, [5], { generator }),
        torch.randperm(10, { generator }),
        torch.bernoulli(torch.full([20], 0.5), { generator }),
        torch.multinomial(torch.ones([10]), 4, { generator }),
        torch.normal(0, 1, [3], { generator }),
        torch.poisson(torch.full([9], 3), { generator }),
        out.uniform_(0, 1, { generator }).clone(),
        out.normal_(0, 1, { generator }).clone(),
        out.exponential_(1, { generator }).clone(),
        out.random_(0, 50, { generator }).clone(),
      ].map((t) => t.data());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('can be seeded again', () => {
    const generator = new Generator({ seed: 1 });
    const first = randn([3], { generator }).data();
    generator.manualSeed(1);
    expect(randn([3], { generator }).data()).toEqual(first);
  });

  it('refuses seeds that are no whole number, states that are none, and devices that are not there', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53, '1' as never])
      expect(() => new Generator({ seed })).toThrow(RangeError);
    const generator = new Generator({ seed: 1 });
    expect(() => generator.setState(new Uint8Array(10))).toThrow(Error);
    expect(() => generator.setState(new Uint8Array(generator.getState().length))).toThrow(Error);
    expect(() => new Generator({ seed: 1, device: 'cuda:77' })).toThrow(Error);
    expect(() => new Generator({ seed: 1, device: 'nothing' })).toThrow(Error);
    expect(() => randn([2], { generator: {} as never })).toThrow(/no form/);
  });
});

it.skipIf(!python)('draws the very numbers of PyTorch (skipped without a Python that has torch)', () => {
  const expected = runPython<Record<string, number[]>>(`
torch.manual_seed(123)
result = {
  'randn': torch.randn(40).tolist(),
  'rand': torch.rand(7).tolist(),
  'randint': torch.randint(0, 1000, (9,)).tolist(),
  'randperm': torch.randperm(30).tolist(),
  'bernoulli': torch.bernoulli(torch.full((25,), 0.3)).tolist(),
  'double': torch.randn(5, dtype=torch.float64).tolist(),
  'uniform': torch.empty(6).uniform_(-2, 3).tolist(),
}`);
  const draw = (generator?: Generator) => {
    const options = generator ? { generator } : {};
    return {
      randn: torch.randn([40], options).tolist(),
      rand: torch.rand([7], options).tolist(),
      randint: (generator ? torch.randint(0, 1000, [9], { generator }) : torch.randint(0, 1000, [9])).tolist(),
      randperm: (generator ? torch.randperm(30, { generator }) : torch.randperm(30)).tolist(),
      bernoulli: torch.bernoulli(torch.full([25], 0.3), options).tolist(),
      double: torch.randn([5], { ...options, dtype: 'float64' }).tolist(),
      uniform: torch.empty([6]).uniform_(-2, 3, options).tolist(),
    };
  };
  expect(draw(new Generator({ seed: 123 }))).toEqual(expected);
  manualSeed(123);
  expect(draw()).toEqual(expected);
});
