// Watches a classifier: accuracy on held-out images before and after an attack, which choose the checkpoint to keep.
import type { PgdSettings } from '../../attacks/index.js';
import type { ImageDataset } from '../../data/index.js';
import type { AttackConfig } from '../../methods/index.js';
import type { Config, EpochContext, Measures, Observer } from '../../training/index.js';
import { attackSet, outputsOf } from './attack-set.js';
import { studyOutputs } from './latent-study.js';
import { labeledPixels } from './pixels.js';

/** PGD on cross-entropy in the ball of training, by steps of training, from a uniform start. */
export function evaluationAttack({ norm, eps, stepSize }: AttackConfig, steps: number): PgdSettings {
  return { ball: { norm, eps }, steps, stepSize, start: 'uniform' };
}

export interface RobustSelectionOptions {
  config: Config;
  /** Labelled images that are not trained on. */
  heldOut: ImageDataset;
  /** Side of the network's images in pixels. */
  size: number;
  device: string;
}

/**
 * An observer that measures `natural.validation`, and where the method has an attack `robust.validation` and the divergences
 * `divergence.intra`, `.inter` and `.relative` of adversarial features (cosine). The last accuracy chooses the checkpoint `best`.
 * Starts depend on the run's seed alone, so that every evaluation asks the same question.
 */
export function createRobustSelection({ config, heldOut, size, device }: RobustSelectionOptions): Observer {
  const { attack } = config.method;
  return {
    chooses: attack ? 'robust.validation' : 'natural.validation',
    async onEvaluate({ model }: EpochContext): Promise<Measures> {
      const { classifier } = model;
      if (!classifier) return {};
      const { channelsLast, seed } = config.training;
      const pixels = labeledPixels(heldOut, { size, device, channelsLast });
      const benign = outputsOf(classifier, pixels.images);
      const disposable = [pixels.images, pixels.labels, benign.features, benign.logits];
      try {
        const natural = studyOutputs(0, benign, benign, pixels.labels);
        if (!attack) return { 'natural.validation': natural.accuracy };
        const settings = evaluationAttack(attack, config.evaluation.robust.steps);
        const adversarial = (await attackSet(classifier, pixels, { attack: settings, seed }))!;
        const outputs = outputsOf(classifier, adversarial);
        disposable.push(adversarial, outputs.features, outputs.logits);
        const attacked = studyOutputs(attack.eps, benign, outputs, pixels.labels);
        const { intra, inter, relative } = attacked.divergence.cosine;
        return {
          'natural.validation': natural.accuracy,
          'robust.validation': attacked.accuracy,
          'divergence.intra': intra,
          'divergence.inter': inter,
          'divergence.relative': relative,
        };
      } finally {
        for (const tensor of disposable) tensor.dispose();
      }
    },
  };
}
