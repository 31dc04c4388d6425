// L-BFGS on functions whose minimum is known.
import { type Differentiable, lbfgs } from 'twoview/evaluation';
import { expect, test } from 'vitest';

const rosenbrock: Differentiable = (x) => {
  const [a, b] = [x[0]!, x[1]!];
  return {
    value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)),
  };
};

test('finds the end of Rosenbrock’s valley in tens of iterations', async () => {
  const start = Float64Array.of(-1.2, 1);
  const result = await lbfgs(rosenbrock, start, { tolerance: 1e-9 });
  expect(result.converged).toBe(true);
  expect(result.x[0]).toBeCloseTo(1, 8);
  expect(result.x[1]).toBeCloseTo(1, 8);
  expect(result.iterations).toBeLessThan(60);
  expect(Array.from(start)).toEqual([-1.2, 1]);
});

test('an ill-conditioned quadratic in 30 dimensions', async () => {
  const weights = Float64Array.from({ length: 30 }, (_, i) => 10 ** (i / 12));
  const quadratic: Differentiable = (x) => ({
    value: x.reduce((sum, v, i) => sum + (weights[i]! * (v - i) ** 2) / 2, 0),
    gradient: x.map((v, i) => weights[i]! * (v - i)),
  });
  const { x, converged } = await lbfgs(quadratic, new Float64Array(30), { tolerance: 1e-8, maxIterations: 500 });
  expect(converged).toBe(true);
  x.forEach((v, i) => {
    expect(v).toBeCloseTo(i, 7);
  });
});

test('the value falls at every iteration', async () => {
  const values: number[] = [];
  await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { onIteration: (_, value) => void values.push(value) });
  values.slice(1).forEach((value, i) => {
    expect(value).toBeLessThan(values[i]!);
  });
});

test('says when it ran out of iterations, and stops at once at a minimum', async () => {
  expect(await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 })).toMatchObject({
    converged: false,
    iterations: 3,
  });
  expect(await lbfgs(rosenbrock, Float64Array.of(1, 1))).toMatchObject({
    converged: true,
    iterations: 0,
    evaluations: 1,
  });
});

test('gives up where no step descends: a gradient that lies', async () => {
  const lying: Differentiable = (x) => ({ value: x[0]! ** 2, gradient: Float64Array.of(-1) });
  const result = await lbfgs(lying, Float64Array.of(0));
  expect(result).toMatchObject({ converged: false, iterations: 0 });
  expect(Array.from(result.x)).toEqual([0]);
});
