// Starts and proposals of the Square attack (Andriushchenko et al. 2020, algorithms 2 and 3), an image a row of draws.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Ball, lengths } from '../common/ball.js';
import { pyramids } from './window.js';

/** Numbers that a start takes for an image [C, H, W], uniform in [0, 1). */
export function startDraws(norm: Ball['norm'], channels: number, height: number, width: number): number {
  const [rows, columns] = tiles(height, width);
  return norm === 'linf' ? channels * width : (channels + 1) * rows * columns;
}

/** Numbers that a proposal takes for an image of C channels. */
export function moveDraws(norm: Ball['norm'], channels: number): number {
  return norm === 'linf' ? channels + 2 : channels + 5;
}

/** A five by five grid of squares in the middle of the image: rows, columns, side. */
function tiles(height: number, width: number): [number, number, number] {
  return [Math.min(5, height), Math.min(5, width), Math.max(1, Math.floor(Math.min(height, width) / 5))];
}

/** 1 or -1 for each draw, in the type of the images. */
function signs(draws: Tensor, images: Tensor): Tensor {
  return draws.lt(0.5).to({ dtype: images.dtype }).mul(-2).add(1);
}

/** Of `size` places, those in a random stretch of length `side`: bool [A, size], and the first, [A, 1]. */
function stretch(draws: Tensor, size: number, side: number): { inside: Tensor; place: Tensor } {
  const first = draws
    .mul(size - side + 1)
    .floor()
    .clampMax(size - side)
    .unsqueeze(1);
  const place = torch.arange(size, { device: draws.device, dtype: draws.dtype }).sub(first);
  return { inside: place.ge(0).logicalAnd(place.lt(side)), place };
}

/** bool [A, 1, H, W], a random square, and each pixel's row and column in it. */
function square(row: Tensor, column: Tensor, images: Tensor, side: number) {
  const [, , height, width] = images.shape as [number, number, number, number];
  const [down, across] = [stretch(row, height, side), stretch(column, width, side)];
  const inside = down.inside.unsqueeze(2).logicalAnd(across.inside.unsqueeze(1)).unsqueeze(1);
  return { inside, rows: down.place.unsqueeze(2), columns: across.place.unsqueeze(1) };
}

/** Images that differ from the centres by exactly eps: vertical stripes for L-infinity, a grid of windows for L2. */
export function squareStart(images: Tensor, { norm, eps }: Ball, draws: Tensor): Tensor {
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  if (norm === 'linf') {
    return images.add(signs(draws.view([count, channels, 1, width]), images), { alpha: eps }).clamp(0, 1);
  }
  const [rows, columns, side] = tiles(height, width);
  const window = torch
    .tensor(Float64Array.from(pyramids(side)))
    .to({ device: images.device, dtype: images.dtype })
    .view([side, side]);
  const spread = (x: Tensor) => x.repeatInterleave(side, 2).repeatInterleave(side, 3);
  const grid = draws.view([count, channels + 1, rows, columns]);
  const turned = spread(grid.narrow(1, 0, 1).gt(0.5));
  const shape = torch.where(turned, window.t().repeat([rows, columns]), window.repeat([rows, columns]));
  const [top, left] = [Math.floor((height - rows * side) / 2), Math.floor((width - columns * side) / 2)];
  const [bottom, right] = [height - rows * side - top, width - columns * side - left];
  const delta = shape.mul(spread(signs(grid.narrow(1, 1, channels), images))).pad([left, right, top, bottom]);
  return onSphere(images, delta, eps);
}

/**
 * A change of the points in one square (two for L2).
 *
 * @param points [A, C, H, W], the best so far
 * @param images [A, C, H, W], the centres
 * @param draws [A, moveDraws], uniform in [0, 1)
 */
export function squareMove(points: Tensor, images: Tensor, ball: Ball, side: number, draws: Tensor): Tensor {
  return ball.norm === 'linf'
    ? moveLinf(points, images, ball.eps, side, draws)
    : moveL2(points, images, ball.eps, side, draws);
}

/** Every pixel of the square moves to one end of the ball, by channel. */
function moveLinf(points: Tensor, images: Tensor, eps: number, side: number, draws: Tensor): Tensor {
  const [count, channels] = images.shape as [number, number];
  const { inside } = square(draws.select(1, 0), draws.select(1, 1), images, side);
  const sign = signs(draws.narrow(1, 2, channels), images).view([count, channels, 1, 1]);
  return torch.where(inside, images.add(sign, { alpha: eps }).clamp(0, 1), points);
}

/** A window is added in one square; it takes what the perturbation has in a second square, and what the ball leaves unused. */
function moveL2(points: Tensor, images: Tensor, eps: number, side: number, draws: Tensor): Tensor {
  const [count, channels] = images.shape as [number, number];
  const draw = (k: number) => draws.select(1, k);
  const [filled, emptied] = [square(draw(0), draw(1), images, side), square(draw(2), draw(3), images, side)];
  const window = torch.tensor(Float64Array.from(pyramids(side))).to({ device: images.device, dtype: images.dtype });
  const turned = draw(4).gt(0.5).view([-1, 1, 1]);
  const { rows, columns } = filled;
  const at = torch
    .where(turned, columns.mul(side).add(rows), rows.mul(side).add(columns))
    .clamp(0, side * side - 1)
    .to({ dtype: 'int64' });
  const sign = signs(draws.narrow(1, 5, channels), images).view([count, channels, 1, 1]);

  const delta = points.sub(images);
  const old = delta.mul(filled.inside);
  const shape = window
    .take(at)
    .unsqueeze(1)
    .mul(sign)
    .mul(filled.inside)
    .add(old.div(byChannel(old)));
  const spare = lengths(delta, 'l2')
    .square()
    .rsub(eps * eps)
    .clampMin(0)
    .div(channels);
  const freed = byChannel(delta.mul(filled.inside.logicalOr(emptied.inside))).square();
  const added = shape.div(byChannel(shape)).mul(spare.add(freed).sqrt());
  const rest = torch.where(emptied.inside, 0, delta);
  return onSphere(images, torch.where(filled.inside, added, rest), eps);
}

/** The norm of each channel, [A, C, H, W] to [A, C, 1, 1], never 0. */
function byChannel(x: Tensor): Tensor {
  return x.linalgVectorNorm(2, [2, 3], true).add(1e-12);
}

/** Images at distance eps in the direction of delta, cut to the range of pixels. */
function onSphere(images: Tensor, delta: Tensor, eps: number): Tensor {
  return images.add(delta.div(lengths(delta, 'l2').add(1e-12)), { alpha: eps }).clamp(0, 1);
}
