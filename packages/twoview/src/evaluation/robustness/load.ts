// A run as something that can be attacked: its own classifier, or its frozen encoder with a linear probe on top.
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { type AugmentConfig, createEvaluationTransform, resolvePolicy } from '../../augment/index.js';
import { type ImageDataset, isLabeled, openDataset } from '../../data/index.js';
import { ImageClassifier, type Siamese } from '../../methods/index.js';
import type { Encoder } from '../../models/index.js';
import { RunFolder, type StoredCheckpoint } from '../../runs/index.js';
import type { Config } from '../../training/index.js';
import { extractFeatures, featureTensor } from '../features.js';
import { type LoadOptions, loadModel, trainedSize } from '../frozen-encoder.js';
import { logisticProbe } from '../logistic-probe.js';
import { fitScaling } from '../probe.js';
import type { OnProgress } from '../progress.js';

export interface AttackableRun {
  /** Pixels in [0, 1] to logits, in evaluation mode. */
  classifier: ImageClassifier;
  model: Siamese;
  config: Config;
  /** Whose weights these are, and of which step. */
  checkpoint: string;
  step: number;
  /** Whether the classifier was fitted now, on frozen features. */
  probed: boolean;
}

/** The checkpoint `best` where held-out images chose it. Where kNN did, it has seen test images, and a robust accuracy would too. */
export function chosenCheckpoint(folder: RunFolder): StoredCheckpoint | undefined {
  const best = folder.checkpoints.find('best');
  return Object.keys(best?.metrics ?? {}).some((name) => name.endsWith('.validation')) ? best : undefined;
}

export interface LoadAttackableOptions extends LoadOptions {
  onProgress?: OnProgress;
}

/**
 * Loads a run's classifier: of the checkpoint `best`, if one was chosen on held-out images, else `last`, unless another is named. A run
 * without a classifier gets one: logistic regression on the frozen features of its labelled training images. Its encoder then
 * standardises pixels itself, as augmentation did in training.
 *
 * @throws Error if there is no such checkpoint, or no labels to fit a probe to
 */
export async function loadAttackable(run: string, options: LoadAttackableOptions = {}): Promise<AttackableRun> {
  const folder = RunFolder.open(run);
  const { onProgress, checkpoint = chosenCheckpoint(folder)?.name ?? 'last', ...load } = options;
  const { model, config, step } = loadModel(run, { ...load, checkpoint });
  const base = { model, config, checkpoint, step };
  if (model.classifier) return { ...base, classifier: model.classifier, probed: false };
  const { encoder } = model;
  encoder.pixels ??= resolvePolicy(config.augment.views[0] as AugmentConfig).normalize;
  const labeled = await openDataset(config.data, { split: 'labeled' });
  const head = await probeHead(encoder, labeled, config, { device: options.device ?? 'cpu', onProgress });
  const classifier = new ImageClassifier(encoder, head);
  classifier.eval();
  return { ...base, classifier, probed: true };
}

/** Logistic regression at its optimum as a layer on the encoder's features. */
async function probeHead(
  encoder: Encoder,
  labeled: ImageDataset,
  config: Config,
  { device, onProgress }: { device: string; onProgress: OnProgress | undefined },
): Promise<nn.Linear> {
  if (!isLabeled(labeled)) {
    throw new Error(
      `the run has no classifier, and ${labeled.name} has no class for every image to fit one to: an attack needs classes`,
    );
  }
  const { channelsLast } = config.training;
  const transform = createEvaluationTransform({ size: trainedSize(config), channelsLast });
  const features = await extractFeatures(encoder, labeled, { transform, device, ...(onProgress && { onProgress }) });
  const rows = featureTensor(features);
  const classes = labeled.classes.length;
  const data = { train: rows, trainLabels: labeled.labels, test: rows, testLabels: labeled.labels, classes };
  const { weight, bias } = await logisticProbe({ ...data, ...(onProgress && { onProgress }) });
  const head = new nn.Linear(encoder.featureSize, bias.length);
  torch.noGrad(() =>
    torch.scope(() => {
      // W (h - mean) / scale + b is one linear layer.
      const { mean, scale } = fitScaling(rows);
      const w = torch.tensor(weight, { shape: [bias.length, encoder.featureSize] }).div(scale);
      head.weight.copy_(w);
      head.bias!.copy_(torch.tensor(bias).sub(w.mul(mean).sum([1])));
    }),
  );
  rows.dispose();
  head.to({ device });
  return head;
}
