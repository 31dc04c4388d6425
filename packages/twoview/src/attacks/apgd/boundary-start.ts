// Where Auto-PGD starts.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Ball, project, steepest } from '../common/ball.js';

/**
 * Points on the surface of the ball, then cut to [0, 1]: uniform in direction for L2; for L-infinity uniform in the cube and
 * scaled until the greatest change of a pixel is eps. As in the published program of Croce & Hein 2020.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param generator on the device of the images
 */
export function boundaryStart(images: Tensor, ball: Ball, generator: Generator): Tensor {
  const { shape, dtype, device } = images;
  const options = { dtype, device, generator };
  const direction =
    ball.norm === 'linf'
      ? scaled(torch.rand(shape, options).mul(2).sub(1))
      : steepest(torch.randn(shape, options), 'l2');
  return project(images.add(direction, { alpha: ball.eps }), images, ball);
}

const scaled = (x: Tensor) => x.div(x.abs().amax([1, 2, 3], true).clampMin(1e-12));
