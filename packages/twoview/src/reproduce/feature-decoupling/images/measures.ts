// What the claims on images are about: how much colour features tell, and how sparse they are.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { ImageSource } from '../../../evaluation/index.js';

/** Mean red, green and blue of each image, in [0, 1]: `[N, 3]`, float64. */
export function meanColors({ images, length, height, width }: ImageSource): Tensor {
  const pixels = height * width;
  const means = new Float64Array(3 * length);
  for (let plane = 0; plane < 3 * length; plane++) {
    let sum = 0;
    for (let i = plane * pixels; i < (plane + 1) * pixels; i++) sum += images[i]!;
    means[plane] = sum / (255 * pixels);
  }
  return torch.fromTypedArray(means, [length, 3]);
}

/** Penalty of the regression, on standardised features: next to none for thousands of images. */
const ridge = 1;

/**
 * R^2 on test images of their mean red, green and blue, each predicted by ridge regression on standardised features, averaged.
 * @param options features `[N, D]` and `[M, D]` of the images beside them
 */
export function colorDecodability(options: {
  train: Tensor;
  trainImages: ImageSource;
  test: Tensor;
  testImages: ImageSource;
}): number {
  return torch.scope(() => {
    const x = options.train.double();
    const [mean, std] = [x.mean([0], true), x.std([0], true, true)];
    const scale = (features: Tensor): Tensor => features.double().sub(mean).div(std.clampMin(1e-8));
    const [f, y] = [scale(options.train), meanColors(options.trainImages)];
    const center = y.mean([0], true);
    const gram = f
      .t()
      .matmul(f)
      .add(torch.eye(f.shape[1]!, { dtype: 'float64' }), { alpha: ridge });
    const weights = f.t().matmul(y.sub(center)).choleskySolve(gram.linalgCholesky());
    const asked = meanColors(options.testImages);
    const residual = asked.sub(scale(options.test).matmul(weights).add(center)).square().sum([0]);
    const total = asked
      .sub(asked.mean([0], true))
      .square()
      .sum([0]);
    return residual.div(total).neg().add(1).mean().item();
  });
}

/**
 * The share of units above 0 in an image, averaged over images; and E (h - E h)^4 / Var(h)^2 of a unit over images, averaged over
 * the units that vary: 3 for a Gaussian, more for a unit that is seldom active.
 * @param features `[N, D]`, after a ReLU
 */
export function sparsity(features: Tensor): { active: number; kurtosis: number } {
  return torch.scope(() => {
    const h = features.double();
    const centered = h.sub(h.mean([0], true));
    const variance = centered.square().mean([0]);
    const varies = variance.gt(1e-12);
    const kurtosis = centered.pow(4).mean([0]).div(variance.square().clampMin(1e-300));
    return {
      active: h.gt(0).double().mean().item(),
      kurtosis: kurtosis.mul(varies.double()).sum().div(varies.sum()).item(),
    };
  });
}
