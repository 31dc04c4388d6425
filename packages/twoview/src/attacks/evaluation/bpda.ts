// BPDA, backward pass differentiable approximation (Athalye, Carlini, Wagner 2018): a gradient for a model that has none of use.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import type { Classifier } from '../common/classifier.js';

class Bpda extends Module<[Tensor], Tensor> {
  readonly model: Classifier;
  readonly surrogate: Classifier;

  constructor(model: Classifier, surrogate: Classifier) {
    super();
    this.model = this.module('model', model);
    this.surrogate = this.module('surrogate', surrogate);
  }

  forward(images: Tensor): Tensor {
    const value = torch.noGrad(() => this.model.forward(images));
    if (!torch.isGradEnabled()) return value;
    const approximate = this.surrogate.forward(images);
    // The difference is exactly zero, so the value is the model's to the last bit.
    return value.add(approximate.sub(approximate.detach()));
  }
}

/**
 * A model whose logits are those of `model` and whose gradient is that of `surrogate`, to be attacked like any other. For a model
 * behind a step without a useful gradient, such as quantisation or JPEG, the surrogate is the same model without that step.
 *
 * Both give logits [B, K]. Where gradients are off, the surrogate is not run. It shares parameters with its parts.
 */
export function bpda(model: Classifier, surrogate: Classifier): Classifier {
  return new Bpda(model, surrogate);
}
