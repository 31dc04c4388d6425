// A linear network in training against the theory from the same start: nothing is fitted, so agreement is the test.
import { practice } from 'twoview/theory';
import { describe, expect, test } from 'vitest';

const { linearAgreement, linearSchema, trainLinear } = practice;

const settings = (changes: object): practice.LinearSettings =>
  linearSchema.parse({
    inputs: 6,
    modes: [
      { p: 0.5, s: 0.3 },
      { p: 0.2, s: 0.1 },
      { p: 0.01, s: 0.0004 },
    ],
    learningRate: 0.05,
    steps: 700,
    ...changes,
  });

async function train(changes: object): Promise<practice.LinearCourse> {
  const course = await trainLinear(settings(changes));
  if (!course) throw new Error('it was stopped');
  return course;
}

describe('a linear network and its theory', () => {
  test.each([
    { title: 'SimSiam', changes: {} },
    { title: 'BYOL', changes: { target: 'ema', beta: 0.3 } },
    { title: 'a faster predictor, more decay', changes: { alphaP: 3, eta: 0.08 } },
    { title: 'DirectPred', changes: { predictor: 'directPred', epsilon: 0.05 } },
    { title: 'no predictor', changes: { predictor: 'identity' } },
    { title: 'no stop-gradient', changes: { target: 'online', steps: 300 } },
  ])('agree within 3 % in s and 1.5 % in p: $title', async ({ changes }) => {
    const found = linearAgreement(await train(changes));
    expect(found.s.error).toBeLessThan(0.03);
    expect(found.p.error).toBeLessThan(0.015);
    expect(found.agrees).toBe(true);
  });

  test('end where the theory says: p+ and p+ squared for surviving modes, nothing for the one below the threshold', async () => {
    const { measured } = await train({ steps: 1400 });
    const [p, s] = [measured.p.at(-1)!, measured.s.at(-1)!];
    const plus = (1 + Math.sqrt(1 - 4 * 0.04 * 1.1)) / 2.2;
    for (const j of [0, 1]) {
      expect(Math.abs(p[j]! / plus - 1)).toBeLessThan(0.01);
      expect(Math.abs(s[j]! / plus ** 2 - 1)).toBeLessThan(0.03);
    }
    expect(s[2]).toBeLessThan(1e-3);
  });

  test('disagree where the theory is given another augmentation than the network', async () => {
    const course = await train({});
    const other = await train({ sigma2: 0.4 });
    expect(linearAgreement({ ...course, predicted: other.predicted }).agrees).toBe(false);
  });

  test('give the same numbers twice, and need a direction for each mode', async () => {
    const few = settings({ steps: 40 });
    expect(await trainLinear(few)).toEqual(await trainLinear(few));
    expect(await trainLinear(few, { shouldStop: () => true })).toBeNull();
    let asked = 0;
    await trainLinear(settings({ steps: 2400 }), { shouldStop: () => ++asked < 0 });
    expect(asked).toBe(240); // however large a step is, one asks again soon
    await expect(trainLinear({ ...few, inputs: 2 })).rejects.toThrow(
      'inputs is 2, but there are 3 modes: a mode needs a direction of its own',
    );
  });

  test('say in a sentence when the weights run off to infinity', async () => {
    await expect(train({ learningRate: 1, sigma2: 100 })).rejects.toThrow(
      /the weights ran off to infinity by step \d+: take a smaller learningRate than 1/,
    );
  });

  test('are at rest together where nothing is left of any mode', async () => {
    const course = await train({ modes: [{ p: 0.5, s: 0 }], steps: 40 });
    expect(linearAgreement(course)).toMatchObject({ p: { error: 0 }, s: { error: 0 }, agrees: true });
  });
});
