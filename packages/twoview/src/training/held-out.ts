// Part of the training images that a classifier is chosen by, and never trained on.
import { chooseSubset, type ImageDataset, subset } from '../data/index.js';
import type { Config } from './config.js';

/** Images to train on, and images that are kept from training; null where none are. */
export interface TrainingSplit {
  train: ImageDataset;
  heldOut: ImageDataset | null;
}

/**
 * With a classifier, takes `evaluation.heldOut` images out of the training set, at most a tenth of it, the same number of each
 * class. The choice depends on the data set alone, so that methods and seeds are chosen by the same images.
 */
export function splitHeldOut(config: Config, images: ImageDataset): TrainingSplit {
  const count = Math.min(config.evaluation.heldOut, Math.floor(images.length / 10));
  if (!config.method.classifier || count === 0) return { train: images, heldOut: null };
  const chosen = chooseSubset(images.labels, images.length, count, images.classes.length);
  const isChosen = new Uint8Array(images.length);
  for (const i of chosen) isChosen[i] = 1;
  const rest = Int32Array.from({ length: images.length }, (_, i) => i).filter((i) => isChosen[i] === 0);
  return { train: subset(images, rest), heldOut: subset(images, chosen) };
}
