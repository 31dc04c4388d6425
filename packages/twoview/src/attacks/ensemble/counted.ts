// A classifier that counts what goes through it.
import type { Tensor } from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import type { Classifier } from '../common/classifier.js';

/** The same function as the model, with the same parts; its mode is the model's. */
export class Counted extends Module<[Tensor], Tensor> {
  /** Images so far. */
  forwards = 0;
  private readonly model: Classifier;

  constructor(model: Classifier) {
    super();
    this.model = this.module('model', model);
  }

  forward(images: Tensor): Tensor {
    this.forwards += images.shape[0]!;
    return this.model.forward(images);
  }
}
