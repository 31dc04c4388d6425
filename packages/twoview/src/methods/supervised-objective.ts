// Objectives of a classifier: natural training, and adversarial training with a contrast of latents or without.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  adrTerms,
  compactness,
  keptShareTensors,
  predictionDivergence,
  type SelectedPairs,
  selectiveContrastive,
  selectPairs,
} from '../objectives/index.js';
import type { SupervisedObjective } from './config/index.js';
import type { Objective, ObjectiveInput, ObjectiveResult } from './objective.js';

type AdversarialConfig = Extract<SupervisedObjective, { name: 'adversarial' }>;
type AdrConfig = Extract<SupervisedObjective, { name: 'adr' }>;

/** One kind of images, the views one after the other: the images themselves, or their adversarial versions. */
interface Version {
  /** Each `[V B, ...]`. */
  features: Tensor;
  latents: Tensor;
  logits: Tensor;
}

/** A loss as a weighted sum; what has no weight is told without gradient. */
class Sum {
  private readonly weighted: Tensor[] = [];
  readonly terms: Record<string, Tensor> = {};

  add(name: string, weight: number, term: () => Tensor): void {
    const value = weight === 0 ? torch.noGrad(term) : term();
    this.terms[name] = value.detach();
    if (weight !== 0) this.weighted.push(value.mul(weight));
  }

  get loss(): Tensor {
    const [first, ...rest] = this.weighted;
    return rest.reduce((sum, term) => sum.add(term), first!);
  }
}

const accuracy = ({ logits }: Version, labels: Tensor): Tensor => logits.detach().argmax(1).eq(labels).float().mean();

/** The rows of views `from` to before `to`, all of one version. */
function version({ features, p, logits }: ObjectiveInput, from: number, to: number): Version {
  const join = (parts: readonly Tensor[]) => (to - from === 1 ? parts[from]! : torch.cat(parts.slice(from, to), 0));
  return { features: join(features), latents: join(p), logits: join(logits!) };
}

function halves(input: ObjectiveInput): { images: Version; adversarial: Version; labels: Tensor } {
  const views = input.p.length / 2;
  return {
    images: version(input, 0, views),
    adversarial: version(input, views, 2 * views),
    labels: input.labels!.repeat([views]),
  };
}

/** Latents and their selected pairs, and what the selection kept. */
interface Contrast {
  latents: Tensor;
  pairs: SelectedPairs;
  labels: Tensor;
}

function contrast({ selection }: AdversarialConfig, versions: readonly Version[], labels: Tensor): Contrast {
  const all = labels.repeat([versions.length]);
  const predictions = torch.cat(
    versions.map(({ logits }) => logits.detach().argmax(1)),
    0,
  );
  return {
    latents: torch.cat(
      versions.map(({ latents }) => latents),
      0,
    ),
    pairs: selectPairs(selection, all, predictions),
    labels: all,
  };
}

/** What is contrasted with what: one contrast, or several whose losses are averaged. */
function contrasts(config: AdversarialConfig, input: ObjectiveInput): Contrast[] {
  const views = input.p.length / 2;
  const { images, adversarial, labels } = halves(input);
  switch (config.combine) {
    case 'all':
      return [contrast(config, [images, adversarial], labels)];
    case 'perVersion':
      return [contrast(config, [images], labels), contrast(config, [adversarial], labels)];
    case 'perView':
      return Array.from({ length: views }, (_, v) =>
        contrast(config, [version(input, v, v + 1), version(input, v + views, v + views + 1)], input.labels!),
      );
  }
}

const mean = (values: readonly Tensor[]): Tensor =>
  values.length === 1 ? values[0]! : torch.stack([...values]).mean();

/** Bui et al. 2021, the objective of ASCL; without a contrast PGD training (Madry et al. 2018) or TRADES (Zhang et al. 2019). */
function evaluateAdversarial(config: AdversarialConfig, input: ObjectiveInput): ObjectiveResult {
  const { images, adversarial, labels } = halves(input);
  const sum = new Sum();
  sum.add('natural', config.natural, () => images.logits.crossEntropyLoss(labels));
  sum.add('robust', config.robust, () =>
    config.robustLoss === 'crossEntropy'
      ? adversarial.logits.crossEntropyLoss(labels)
      : predictionDivergence(images.logits, adversarial.logits, {
          per: config.robustLoss === 'kl' ? 'images' : 'elements',
        }),
  );
  if (config.divergence > 0)
    sum.add('divergence', config.divergence, () => predictionDivergence(images.logits, adversarial.logits));
  if (config.compactness > 0)
    sum.add('compactness', config.compactness, () => compactness(images.latents, adversarial.latents, config.distance));
  const chosen = contrasts(config, input);
  if (config.contrastive > 0) {
    const { temperature, distance } = config;
    sum.add('contrastive', config.contrastive, () =>
      mean(chosen.map(({ latents, pairs }) => selectiveContrastive(latents, pairs, { temperature, distance }))),
    );
  }
  const kept = chosen.map(({ pairs, labels: classes }) => keptShareTensors(pairs, classes));
  return {
    loss: sum.loss,
    terms: sum.terms,
    measures: {
      'natural.batch': accuracy(images, labels),
      'adversarial.batch': accuracy(adversarial, labels),
      'kept.positives': mean(kept.map(({ positives }) => positives)),
      'kept.negatives': mean(kept.map(({ negatives }) => negatives)),
    },
  };
}

/** Bui et al. 2020: PGD training with four terms that compare features and predictions. */
function evaluateAdr(config: AdrConfig, input: ObjectiveInput): ObjectiveResult {
  const { images, adversarial, labels } = halves(input);
  const sum = new Sum();
  sum.add('natural', config.natural, () => images.logits.crossEntropyLoss(labels));
  sum.add('robust', config.robust, () => adversarial.logits.crossEntropyLoss(labels));
  const terms = adrTerms(images.features, adversarial.features, images.logits, adversarial.logits, labels);
  for (const name of ['localCompactness', 'localSmoothness', 'globalCompactness', 'confidence'] as const)
    sum.add(name, config[name], () => terms[name]);
  const measures = { 'natural.batch': accuracy(images, labels), 'adversarial.batch': accuracy(adversarial, labels) };
  return { loss: sum.loss, terms: sum.terms, measures };
}

/** Natural training, or with an attack training on both versions alike. */
function evaluateCrossEntropy(input: ObjectiveInput): ObjectiveResult {
  const views = input.p.length;
  const all = version(input, 0, views);
  const labels = input.labels!.repeat([views]);
  return {
    loss: all.logits.crossEntropyLoss(labels),
    terms: {},
    measures: { 'accuracy.batch': accuracy(all, labels) },
  };
}

/** Makes the objective of a classifier's logits, over all views at once. */
export function supervisedObjective(config: SupervisedObjective): Objective {
  return {
    module: null,
    needsLabels: true,
    evaluate(input) {
      if (!input.labels || !input.logits)
        throw new Error(`objective ${config.name} needs labels and logits, and they were not given`);
      if (config.name === 'adversarial') return evaluateAdversarial(config, input);
      return config.name === 'adr' ? evaluateAdr(config, input) : evaluateCrossEntropy(input);
    },
    afterStep() {},
  };
}
