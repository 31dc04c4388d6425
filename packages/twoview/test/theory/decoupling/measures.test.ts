// Alignment, thresholds by schedule, heads, and the sets of lucky neurons, on networks made by hand.
import * as torch from '@twoview/torch';
import {
  alignment,
  BiasSchedule,
  type Cosines,
  cosines,
  createDictionary,
  lengths,
  lottery,
  luckySets,
  median,
  readout,
  ridgePredictions,
  sortedByAtom,
} from 'twoview/theory/decoupling';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const dictionary = createDictionary({ atoms: 5, dimension: 40 }, new torch.Generator({ seed: 0 }));
const measure = (weights: torch.Tensor) => alignment(cosines(weights, dictionary), lengths(weights));
const noise = (rows: number) => {
  const drawn = torch.randn([rows, 40], { generator: new torch.Generator({ seed: 1 }), dtype: 'float64' });
  return drawn.sub(drawn.matmul(dictionary.t()).matmul(dictionary));
};

describe('alignment', () => {
  test('of the atoms themselves, whatever their signs and lengths', () => {
    const signs = torch.tensor([1, -2, 3, -0.1, 1], { dtype: 'float64' }).unsqueeze(1);
    const found = measure(dictionary.mul(signs));
    expect(found).toMatchObject({ pure: 1, coverage: 1, atomsPerNeuron: 1, length: 1 });
    expect(found.fracM).toBeCloseTo(1, 12);
    expect(found.medianMaxcos).toBeCloseTo(1, 12);
  });

  test('of noise', () => {
    const found = measure(noise(7));
    expect(found).toMatchObject({ pure: 0, coverage: 0, atomsPerNeuron: 0 });
    expect(found.fracM).toBeLessThan(1e-20);
  });

  test('of mixtures: two atoms of nearly equal weight have a cosine of about 0.707 with each', () => {
    const mixed = dictionary
      .narrow(0, 0, 1)
      .mul(1.05)
      .add(dictionary.narrow(0, 1, 1));
    const found = measure(torch.cat([mixed, dictionary.narrow(0, 1, 1).add(noise(1).mul(0.01))]));
    expect(found).toMatchObject({ pure: 0.5, atomsPerNeuron: 1.5 });
    expect(found.coverage).toBe(0.4);
    expect(found.medianMaxcos).toBeCloseTo((1.05 / Math.hypot(1.05, 1) + 0.998) / 2, 2);
  });

  test('a neuron of length 0 has no cosine', () => {
    expect(measure(torch.zeros([2, 40], { dtype: 'float64' }))).toMatchObject({
      fracM: 0,
      medianMaxcos: 0,
      coverage: 0,
    });
  });

  test('rows are sorted by their largest atom, then by cosine', () => {
    const table = [
      [0.1, 0.9],
      [0.5, 0.2],
      [0.8, 0.1],
    ];
    expect(sortedByAtom(table)).toEqual([table[2], table[1], table[0]]);
  });

  test('the median of an even number of values lies between the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
  });
});

describe('thresholds by schedule', () => {
  const settings = { firstSteps: 100, doubling: 2, rho: 0, growth: 3, secondSteps: 10, thirdSteps: 5 };
  const network = { neurons: 2, scale: 1, threshold: true };
  const create = (change: object = {}, net: object = {}) =>
    new BiasSchedule({ ...settings, ...change }, { ...network, ...net }, 20, Float64Array.of(1, 2));

  test('Phase I lasts until every neuron has doubled; thresholds are then 0.547 of the lengths', () => {
    const schedule = create();
    expect(schedule.advance(1, Float64Array.of(9, 3.9))).toBe(false);
    expect([...schedule.thresholds]).toEqual([0, 0]);
    expect(schedule.advance(2, Float64Array.of(9, 4))).toBe(true);
    expect(schedule).toMatchObject({ phase: 'II', t1: 2, t2: null });
    expect(schedule.thresholds[0]! / 9).toBeCloseTo(0.5473, 4);
    expect(schedule.thresholds[1]! / 4).toBeCloseTo(0.5473, 4);
  });

  test('in Phase II they follow the lengths, or grow by rho where that is more; then they are frozen', () => {
    const schedule = create({ rho: 0.1 });
    schedule.advance(1, Float64Array.of(2, 4));
    const [a, b] = schedule.thresholds as unknown as [number, number];
    expect(schedule.advance(2, Float64Array.of(4, 4))).toBe(false);
    expect(schedule.thresholds[0]).toBeCloseTo(2 * a, 12);
    expect(schedule.thresholds[1]).toBeCloseTo(1.1 * b, 12);
    expect(schedule.advance(3, Float64Array.of(10, 8))).toBe(true);
    expect(schedule).toMatchObject({ phase: 'III', t1: 1, t2: 3, open: false });
    const frozen = [...schedule.thresholds];
    schedule.advance(4, Float64Array.of(20, 20));
    expect([...schedule.thresholds]).toEqual(frozen);
  });

  test('phases end at their caps where nothing grows', () => {
    const schedule = create({ firstSteps: 3 });
    const still = Float64Array.of(1, 2);
    let step = 0;
    while (schedule.open && step < 100) schedule.advance(++step, still);
    expect(schedule).toMatchObject({ t1: 3, t2: 13 });
  });

  test('without a threshold the phases are timed alike and b stays 0', () => {
    const schedule = create({}, { threshold: false });
    schedule.advance(1, Float64Array.of(2, 4));
    expect(schedule.advance(2, Float64Array.of(9, 9))).toBe(true);
    expect([...schedule.thresholds]).toEqual([0, 0]);
  });
});

describe('heads', () => {
  const draw = (shape: number[], seed: number) =>
    torch.randn(shape, { generator: new torch.Generator({ seed }), dtype: 'float64' });
  const task = draw([6], 9);

  test('a target that is linear in the features is read whole', () => {
    const [train, test] = [draw([500, 6], 1), draw([300, 6], 2)];
    const found = readout({
      train,
      trainTargets: train.mv(task),
      test,
      testTargets: test.mv(task),
      ridge: 1,
      neighbors: 10,
    });
    expect(found.r2).toBeGreaterThan(0.999);
    expect(found.accuracy).toBeGreaterThan(0.98);
    expect(found.knn).toBeGreaterThan(0.8);
  });

  test('one that is not there is not', () => {
    const [train, test] = [draw([500, 6], 1), draw([300, 6], 2)];
    const found = readout({
      train,
      trainTargets: draw([500], 3),
      test,
      testTargets: draw([300], 4),
      ridge: 1,
      neighbors: 10,
    });
    expect(found.r2).toBeLessThan(0.05);
    expect(found.accuracy).toBeLessThan(0.6);
  });

  test('the scale of features makes no difference, and features of zeros predict 0', () => {
    const [f, y, asked] = [draw([50, 4], 5), draw([50], 6), draw([10, 4], 7)];
    const once = ridgePredictions(f, y, asked, 1);
    expect(ridgePredictions(f.mul(1e-4), y, asked.mul(1e-4), 1).sub(once).abs().max().item()).toBeLessThan(1e-10);
    expect(ridgePredictions(f.mul(0), y, asked.mul(0), 1).abs().max().item()).toBe(0);
  });

  test('samples without a sign are left out of accuracy', () => {
    const x = torch.tensor([[1], [-1], [1], [-1]], { dtype: 'float64' });
    const y = torch.tensor([1, -1, 0, -1], { dtype: 'float64' });
    const found = readout({ train: x, trainTargets: y, test: x, testTargets: y, ridge: 1e-6, neighbors: 1 });
    expect(found.accuracy).toBe(1);
    expect(found.knn).toBe(1);
  });

  test('what does not fit is refused', () => {
    const [f, y] = [draw([5, 2], 1), draw([5], 2)];
    const options = { train: f, trainTargets: y, test: f, testTargets: y, ridge: 1, neighbors: 1 };
    expect(() => readout({ ...options, test: draw([5, 3], 1) })).toThrow(RangeError);
    expect(() => readout({ ...options, trainTargets: draw([4], 1) })).toThrow(RangeError);
    expect(() => readout({ ...options, ridge: 0 })).toThrow(RangeError);
  });
});

describe('the lottery', () => {
  const start: Cosines = [
    [0.3, 0.2, 0.1],
    [0.3, 0.2, 0.1],
  ];

  test('counts neurons that keep their atom, and ranks from 0', () => {
    const end = [
      [0.9, 0.1, 0],
      [0, 0.1, 0.9],
    ];
    expect(lottery(start, end)).toEqual({ kept: 0.5, initialRank: 1 });
    expect(() => lottery(start, [[1, 0, 0]])).toThrow(RangeError);
  });

  test('sure neurons have one large atom and no other, possible ones have it large', () => {
    // log d / d = 0.3466 for d = 4; c_1 = 2.95, c_2 = 0.025: bounds 1.0137 and 1.0310 of the whole are above 1, so none at d = 4.
    expect(luckySets([[1, 0, 0, 0]]).possible.flat()).toEqual([]);
    // d = 20: bounds .4381 and .4456.
    const row = (first: number, second: number): number[] => {
      const rest = Math.sqrt((1 - first - second) / 18);
      return [Math.sqrt(first), Math.sqrt(second), ...Array.from({ length: 18 }, () => rest)];
    };
    const sets = luckySets([row(0.6, 0.1), row(0.44, 0.1), row(0.49, 0.45), row(0.3, 0.3)]);
    expect(sets.sure[0]).toEqual([0]);
    expect(sets.possible[0]).toEqual([0, 1, 2]);
    expect(sets.possible[1]).toEqual([2]);
    expect(sets.sure.slice(1).flat()).toEqual([]);
    expect(() => luckySets([[1]], { c0: 2, gamma: 0.05 })).toThrow(RangeError);
  });
});
