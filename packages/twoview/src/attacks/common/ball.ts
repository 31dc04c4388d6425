// Threat models: which images an attacker may show instead of x. A norm ball around x, cut to the pixel range [0, 1].
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** All images x' in [0, 1] with ||x' - x|| <= eps. */
export interface Ball {
  norm: 'linf' | 'l2';
  /** The radius in pixel units, where white is 1: 8/255, not 8. */
  eps: number;
}

/** Throws a RangeError unless the norm is known and the radius a finite number of at least 0. */
export function checkBall(where: string, { norm, eps }: Ball): void {
  if (norm !== 'linf' && norm !== 'l2') {
    throw new RangeError(`${where}: the norm of the ball must be 'linf' or 'l2', not ${String(norm)}`);
  }
  if (!(eps >= 0) || !Number.isFinite(eps)) {
    throw new RangeError(`${where}: eps must be a number of at least 0, in pixel units of [0, 1], not ${eps}`);
  }
}

/** ||x_i||_2 of every image, [B, C, H, W] to [B, 1, 1, 1]. */
function norms(x: Tensor): Tensor {
  return x.linalgVectorNorm(2, [1, 2, 3], true);
}

/** The norm of every image, [B, C, H, W] to [B, 1, 1, 1]. */
export function lengths(x: Tensor, norm: Ball['norm']): Tensor {
  return norm === 'linf' ? x.abs().amax([1, 2, 3], true) : norms(x);
}

/**
 * The point of the ball and of [0, 1] that `candidates` are moved to: into the ball first, then into the range. The images
 * lie in the range, so the second step leaves no ball; for L2 it is a point of both sets, not always the nearest one.
 *
 * @param candidates [B, C, H, W]
 * @param images [B, C, H, W] in [0, 1], the centres
 */
export function project(candidates: Tensor, images: Tensor, { norm, eps }: Ball): Tensor {
  const delta = candidates.sub(images);
  const inside =
    norm === 'linf'
      ? delta.clamp(-eps, eps)
      : delta.mul(norms(delta).clampMin(1e-12).reciprocal().mul(eps).clampMax(1));
  return images.add(inside).clamp(0, 1);
}

/**
 * The direction in which a linear function rises fastest over the unit ball: the sign for L-infinity, the gradient of length
 * one for L2. A gradient of zero gives zero, an undefined one NaN.
 *
 * @param gradient [B, C, H, W]
 */
export function steepest(gradient: Tensor, norm: Ball['norm']): Tensor {
  if (norm === 'l2') return gradient.div(norms(gradient).clampMin(1e-12));
  // The sign of NaN is 0: an image that cannot be attacked would stay where it is and count as robust.
  return torch.where(gradient.isnan(), gradient, gradient.sign());
}

/**
 * Points drawn uniformly from the ball, then cut to [0, 1].
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param generator on the device of the images
 */
export function uniformStart(images: Tensor, ball: Ball, generator: Generator): Tensor {
  const { shape, dtype, device } = images;
  const options = { dtype, device, generator };
  if (ball.norm === 'linf')
    return project(images.add(torch.rand(shape, options).mul(2).sub(1).mul(ball.eps)), images, ball);
  const direction = steepest(torch.randn(shape, options), 'l2');
  const dimensions = shape.slice(1).reduce((a, b) => a * b, 1);
  const radius = torch.rand([shape[0]!, 1, 1, 1], options).pow(1 / dimensions);
  return project(images.add(direction.mul(radius).mul(ball.eps)), images, ball);
}

/**
 * Throws a RangeError unless every image lies in the ball around its centre and in [0, 1], within rounding: a few units in
 * the last place a pixel.
 *
 * @param adversarial [B, C, H, W]
 * @param images [B, C, H, W], the centres
 */
export function checkInside(where: string, adversarial: Tensor, images: Tensor, { norm, eps }: Ball): void {
  const [distance, below, above] = torch.scope(() => {
    const delta = adversarial.sub(images);
    const farthest = norm === 'linf' ? delta.abs().amax() : norms(delta).amax();
    return [farthest.item(), adversarial.amin().item(), adversarial.amax().item()];
  }) as [number, number, number];
  const pixels = images.shape.slice(1).reduce((a, b) => a * b, 1);
  const unit = 4 * (images.dtype === 'float64' ? 2 ** -52 : 2 ** -23) * Math.max(1, eps);
  const tolerance = norm === 'linf' ? unit : unit * Math.sqrt(pixels);
  if (!(distance <= eps + tolerance)) {
    throw new RangeError(
      `${where}: an image is ${distance} from its centre in ${norm}, outside the ball of radius ${eps}`,
    );
  }
  if (!(below >= -unit && above <= 1 + unit)) {
    throw new RangeError(`${where}: pixels go from ${below} to ${above}, outside [0, 1]`);
  }
}
