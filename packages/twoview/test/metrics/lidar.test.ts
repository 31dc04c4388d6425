// Scatter within and between images: values in closed form, and directions that augmentation alone moves.
import * as torch from '@twoview/torch';
import { lidar, rankMe, viewScatter } from 'twoview/metrics';
import { expect, test } from 'vitest';
import { axes, double, gaussian } from './embeddings.js';

/** Images at the axes' ends, each with views at +-step along every axis. */
function views(dimension: number, step: number): { z: torch.Tensor; views: number } {
  const moves = axes(dimension).mul(step);
  const z = axes(dimension).unsqueeze(1).add(moves.unsqueeze(0));
  return { z: z.reshape([4 * dimension ** 2, dimension]), views: 2 * dimension };
}

test('images that spread evenly, moved evenly by augmentation, have full rank', () => {
  const { z, views: q } = views(5, 0.1);
  expect(lidar(z, { views: q })).toBeCloseTo(5, 10);
});

test('the eigenvalues are those of between over within plus delta', () => {
  const scale = double([[1, 2, 4]]);
  const { z, views: q } = views(3, 1);
  // Between: (1, 4, 16) / 3. Within: 1/3 + delta, but for the third axis where augmentation moves nothing.
  const images = z.reshape([6, q, 3]);
  const means = images.mean([1], true);
  const moved = means.mul(scale).add(images.sub(means).mul(double([[1, 1, 0]])));
  const delta = 0.5;
  const eigenvalues = [1 / 3 / (1 / 3 + delta), 4 / 3 / (1 / 3 + delta), 16 / 3 / delta];
  const sum = eigenvalues.reduce((a, b) => a + b);
  const entropy = -eigenvalues.reduce((h, l) => h + (l / sum) * Math.log(l / sum), 0);
  expect(lidar(moved.reshape([6 * q, 3]), { views: q, delta })).toBeCloseTo(Math.exp(entropy), 10);
});

test('directions that augmentation alone moves count for nothing', () => {
  const content = gaussian(1, 200, 4).unsqueeze(1).expand([200, 8, 4]);
  const noise = gaussian(2, 1600, 12).reshape([200, 8, 12]);
  const z = torch.cat([content.add(gaussian(3, 1600, 4).reshape([200, 8, 4]).mul(0.1)), noise.mul(0.5)], 2);
  const rows = z.reshape([1600, 16]);
  expect(lidar(rows, { views: 8 })).toBeLessThan(4.5);
  expect(rankMe(rows)).toBeGreaterThan(12);
});

test('one point for all images, and what cannot be measured', () => {
  expect(lidar(torch.ones([12, 3]), { views: 4 })).toBe(0);
  expect(lidar(torch.full([12, 3], Number.NaN), { views: 4 })).toBeNaN();
  expect(() => lidar(torch.ones([12, 3]), { views: 5 })).toThrow(/12 rows are not two or more images of 5 views/);
  expect(() => lidar(torch.ones([12, 3]), { views: 1 })).toThrow(/at least 2 views/);
  expect(() => lidar(torch.ones([12, 3]), { views: 4, delta: 0 })).toThrow(/delta must be positive/);
});

test('viewScatter recovers the variances that views were drawn with', () => {
  const [images, q, d] = [3000, 4, 6];
  const centres = gaussian(4, images, d).mul(2);
  const noise = gaussian(5, images * q, d).mul(0.7);
  const z = centres
    .unsqueeze(1)
    .expand([images, q, d])
    .reshape([images * q, d])
    .add(noise)
    .add(9);
  const { between, within } = viewScatter(z, { views: q });
  expect(within).toBeCloseTo(0.49 * d, 1);
  expect(between / (4 * d)).toBeGreaterThan(0.97);
  expect(between / (4 * d)).toBeLessThan(1.03);
});
