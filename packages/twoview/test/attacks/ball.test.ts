import * as torch from '@twoview/torch';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import { images, seeded, values } from './networks.js';

const shape = [64, 3, 4, 4];
const norm2 = (x: torch.Tensor) => values(x.linalgVectorNorm(2, [1, 2, 3]));

describe.each(['linf', 'l2'] as const)('%s', (norm) => {
  const ball = { norm, eps: 0.3 };
  test('projection leaves points of ball and range alone and moves others into both', () => {
    const x = images(1, shape);
    const far = torch.randn(shape, { dtype: 'float64', generator: seeded(2) });
    const inside = attacks.project(far, x, ball);
    expect(() => attacks.checkInside('test', inside, x, ball)).not.toThrow();
    expect(attacks.project(inside, x, ball).sub(inside).abs().amax().item()).toBeLessThan(1e-15);
    expect(() => attacks.checkInside('test', far, x, ball)).toThrow('outside the ball of radius 0.3');
  });

  test('starts fill the ball uniformly', () => {
    const x = torch.full([4000, 2, 1, 1], 0.5, { dtype: 'float64' });
    const delta = attacks.uniformStart(x, ball, seeded(3)).sub(x);
    // E |delta|^2 / eps^2: d / 3 in the cube, d / (d + 2) in the sphere; here d = 2.
    const mean = delta.square().sum([1, 2, 3]).mean().item() / ball.eps ** 2;
    expect(Math.abs(mean - (norm === 'linf' ? 2 / 3 : 1 / 2))).toBeLessThan(0.02);
    expect(delta.mean().abs().item()).toBeLessThan(0.01);
    const same = attacks.uniformStart(x, ball, seeded(3)).sub(x);
    expect(values(same)).toEqual(values(delta));
  });
});

test('L2 projection keeps the direction, and L-infinity cuts each pixel', () => {
  const x = torch.full([1, 1, 1, 2], 0.5, { dtype: 'float64' });
  const candidate = torch.tensor(Float64Array.of(0.5 + 0.3, 0.5 - 0.4), { shape: [1, 1, 1, 2] });
  const [a, b] = values(attacks.project(candidate, x, { norm: 'l2', eps: 0.25 }));
  expect(a).toBeCloseTo(0.65, 14);
  expect(b).toBeCloseTo(0.3, 14);
  const [c, d] = values(attacks.project(candidate, x, { norm: 'linf', eps: 0.35 }));
  expect(c).toBeCloseTo(0.8, 14);
  expect(d).toBeCloseTo(0.15, 14);
});

test('the steepest direction has length one, and a gradient of zero gives zero', () => {
  const gradient = torch.randn(shape, { dtype: 'float64', generator: seeded(4) });
  for (const length of norm2(attacks.steepest(gradient, 'l2'))) expect(length).toBeCloseTo(1, 12);
  const zero = torch.zeros(shape, { dtype: 'float64' });
  for (const norm of ['linf', 'l2'] as const) expect(attacks.steepest(zero, norm).abs().sum().item()).toBe(0);
});

test('pixels outside [0, 1] and NaN are found', () => {
  const x = torch.full([1, 1, 1, 2], 0.95, { dtype: 'float64' });
  const ball = { norm: 'linf', eps: 0.1 } as const;
  expect(() => attacks.checkInside('test', x.add(0.07), x, ball)).toThrow('outside [0, 1]');
  expect(() => attacks.checkInside('test', x.mul(Number.NaN), x, ball)).toThrow('outside the ball');
});
