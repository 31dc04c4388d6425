// What is attacked: a network from pixels to logits, in a mode that is said and restored.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Module } from '@twoview/torch/nn';

/** A network from images `[B, C, H, W]` in [0, 1] to logits `[B, K]`; it normalises its input itself. */
export type Classifier = Module<[Tensor], Tensor>;

/**
 * How batch normalisation and dropout work during an attack: `eval` uses running statistics and changes nothing; `train` uses
 * those of the batch, so that images depend on each other, and every forward pass goes into the running ones.
 */
export type Mode = 'eval' | 'train';

/** Runs `body` with the whole model in `mode`, then gives every module the mode it had, also when it throws. Synchronous. */
export function withMode<T>(model: Classifier, mode: Mode, body: () => T): T {
  const before = Array.from(model.modules(), (module) => [module, module.training] as const);
  model.train(mode === 'train');
  try {
    return body();
  } finally {
    for (const [module, training] of before) module.training = training;
  }
}

/**
 * Logits of the images, checked; recorded for the gradient or not as the caller's mode says.
 *
 * @throws RangeError when the model gives no [B, K] of at least two classes, or a label is no class of it
 */
export function logitsOf(where: string, model: Classifier, images: Tensor, highestLabel: number): Tensor {
  const logits = model.forward(images);
  const [rows, classes = 0] = logits.shape;
  if (logits.ndim !== 2 || rows !== images.shape[0] || classes < 2) {
    throw new RangeError(
      `${where}: the model must give logits [${images.shape[0]}, K] of two classes or more, not [${logits.shape.join(', ')}]`,
    );
  }
  if (highestLabel >= classes) {
    throw new RangeError(`${where}: label ${highestLabel} is none of the ${classes} classes of the model`);
  }
  return logits;
}

/**
 * Throws unless the images are float32 or float64 [B, C, H, W] in [0, 1], and the labels int64 [B] of at least 0.
 * @returns the highest label
 */
export function checkBatch(where: string, images: Tensor, labels: Tensor): number {
  if (images.dtype !== 'float32' && images.dtype !== 'float64') {
    throw new RangeError(
      `${where}: images must be float32 or float64 in [0, 1], not ${images.dtype}: divide bytes by 255`,
    );
  }
  if (images.ndim !== 4 || images.numel === 0) {
    throw new RangeError(`${where}: images must be [B, C, H, W] with at least one, not [${images.shape.join(', ')}]`);
  }
  if (labels.dtype !== 'int64' || labels.ndim !== 1 || labels.shape[0] !== images.shape[0]) {
    throw new RangeError(
      `${where}: labels must be int64 [${images.shape[0]}], one an image, not ${labels.dtype} [${labels.shape.join(', ')}]`,
    );
  }
  return torch.scope(() => {
    const [low, high] = [images.amin().item(), images.amax().item()];
    if (!(low >= 0 && high <= 1)) {
      throw new RangeError(
        `${where}: pixels go from ${low} to ${high}, outside [0, 1]: attack before normalisation, which belongs into the model`,
      );
    }
    const least = Number(labels.amin().item());
    if (least < 0) throw new RangeError(`${where}: label ${least} is no class`);
    return Number(labels.amax().item());
  });
}
