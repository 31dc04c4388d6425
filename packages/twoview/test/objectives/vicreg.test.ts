// VICReg: values in closed form in both conventions, gradients against central differences, refusals.
import * as torch from '@twoview/torch';
import { type VicregTerms, vicreg, vicregTerms } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError } from './gradients.js';

const values = ({ invariance, variance, covariance }: VicregTerms): number[] => [
  invariance.item(),
  variance.item(),
  covariance.item(),
];
/** Columns (1, -1) and (s, -s): unbiased variances 2 and 2 s^2, covariance 2 s. */
const pair = (s: number) =>
  torch.tensor(
    [
      [1, s],
      [-1, -s],
    ],
    { dtype: 'float64' },
  );
const point = torch.full([5, 3], 2, { dtype: 'float64' });
const epsilon = 1e-4;

describe('vicreg', () => {
  test('terms of two points on a line', () => {
    const s = 0.1;
    const [invariance, variance, covariance] = values(vicregTerms(pair(s), pair(s)));
    expect(invariance).toBe(0);
    expect(variance).toBeCloseTo((1 - Math.sqrt(2 * s * s + epsilon)) / 2, 14);
    // Two entries (2 s)^2 over D = 2 dimensions, for each of the two views.
    expect(covariance).toBeCloseTo(2 * (2 * s) ** 2, 14);
  });

  test("the paper's invariance is D times the program's, its variance twice", () => {
    const [a, b] = [gaussian(1, 7, 5), gaussian(2, 7, 5)];
    const program = values(vicregTerms(a, b));
    const paper = values(vicregTerms(a, b, { convention: 'paper' }));
    expect(paper[0]).toBeCloseTo(5 * program[0]!, 12);
    expect(paper[1]).toBeCloseTo(2 * program[1]!, 12);
    expect(paper[2]).toBe(program[2]);
  });

  test('complete collapse costs the variance hinge alone', () => {
    const hinge = 1 - Math.sqrt(epsilon);
    expect(vicreg(point, point).item()).toBeCloseTo(25 * hinge, 12);
    expect(vicreg(point, point, { convention: 'paper' }).item()).toBeCloseTo(50 * hinge, 12);
    expect(vicreg(point, point, { variance: 2, gamma: 3, epsilon: 0.25 }).item()).toBeCloseTo(2 * 2.5, 12);
  });

  test('uncorrelated dimensions with enough spread cost nothing', () => {
    const z = torch.tensor(
      [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ],
      { dtype: 'float64' },
    );
    expect(vicreg(z, z).item()).toBe(0);
    expect(vicreg(z.add(9), z.add(9)).item()).toBeCloseTo(0, 14);
  });

  test('weights', () => {
    const [a, b] = [gaussian(1, 7, 5), gaussian(2, 7, 5)];
    const [i, v, c] = values(vicregTerms(a, b)) as [number, number, number];
    expect(vicreg(a, b).item()).toBeCloseTo(25 * i + 25 * v + c, 12);
    expect(vicreg(a, b, { invariance: 1, variance: 2, covariance: 3 }).item()).toBeCloseTo(i + 2 * v + 3 * c, 12);
  });

  test.each(['program', 'paper'] as const)('gradients equal central differences, %s', (convention) => {
    const inputs = [gaussian(3, 6, 4), gaussian(4, 6, 4)];
    const deviations = torch.cat(inputs, 1).std([0]).tolist() as number[];
    // The hinge is active in some dimensions and not in others.
    expect(deviations.some((x) => x < 0.95) && deviations.some((x) => x > 1.05)).toBe(true);
    expect(gradientError((a, b) => vicreg(a!, b!, { convention }), inputs)).toBeLessThan(1e-9);
    for (const name of ['invariance', 'variance', 'covariance'] as const) {
      expect(gradientError((a, b) => vicregTerms(a!, b!, { convention })[name], inputs)).toBeLessThan(1e-9);
    }
  });

  test('collapsed embeddings have a finite gradient', () => {
    const z = torch.ones([4, 3], { requiresGrad: true });
    const [gradient] = torch.grad(vicreg(z, z), [z]);
    expect(gradient!.isfinite().all().item()).toBe(1);
  });

  test('half precision is computed in float32', () => {
    const z = gaussian(5, 8, 4).to({ dtype: 'bfloat16' });
    const loss = vicreg(z, z);
    expect(loss.dtype).toBe('float32');
    expect(loss.item()).toBeCloseTo(vicreg(z.double(), z.double()).item(), 4);
  });

  test('what it refuses', () => {
    const a = torch.ones([2, 3]);
    expect(() => vicreg(a, torch.ones([3, 3]))).toThrow(/vicreg: z1 is \[2, 3\] and z2 is \[3, 3\]/);
    expect(() => vicreg(torch.ones([1, 3]), torch.ones([1, 3]))).toThrow(/at least two/);
    expect(() => vicreg(a, a, { covariance: -1 })).toThrow(/weight of covariance/);
    expect(() => vicreg(a, a, { gamma: 0 })).toThrow(/gamma/);
    expect(() => vicreg(a, a, { epsilon: 0 })).toThrow(/epsilon/);
  });
});
