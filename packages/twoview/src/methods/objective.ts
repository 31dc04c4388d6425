// The objective slot at work: from predictions and targets of all views to one loss.
import type { Generator, Tensor } from '@twoview/torch';
import type { Module } from '@twoview/torch/nn';
import {
  alignmentLoss,
  barlowTwinsTerms,
  contrastiveNce,
  cosine,
  distance,
  exactCovariance,
  infoNce,
  mse,
  ntXent,
  simpleContrastive,
  softTriplet,
  supervisedContrastive,
  uniformityLoss,
  vicregTerms,
} from '../objectives/index.js';
import {
  type DirectionalObjective,
  isDirectional,
  isSupervised,
  type JointObjective,
  type MethodConfig,
  type ObjectiveConfig,
} from './config/index.js';
import { viewPairs } from './pairs.js';
import { KeyQueue } from './queue.js';
import { supervisedObjective } from './supervised-objective.js';

/** What a loss is computed from. */
export interface ObjectiveInput {
  /** Predictions of each view, `[B, d]`; the embeddings themselves without a predictor. */
  p: readonly Tensor[];
  /** Targets of each view, `[B, d]`; the same tensors as `p` where nothing stands between. */
  t: readonly Tensor[];
  /** Features of each view, `[B, D]`. */
  features: readonly Tensor[];
  /** The classifier's logits of each view, `[B, K]`; null without one. */
  logits: readonly Tensor[] | null;
  /** int64 `[B]`. */
  labels?: Tensor | undefined;
  generator?: Generator | undefined;
}

/** A loss and its parts; parts are for people to read and not to be added up. */
export interface ObjectiveResult {
  loss: Tensor;
  terms: Readonly<Record<string, Tensor>>;
  /** What else the batch tells, by the name that it is logged under; left out where there is nothing. */
  measures?: Readonly<Record<string, Tensor>>;
}

export interface Objective {
  /** What it remembers between steps; null for most. */
  readonly module: Module<[], Tensor> | null;
  readonly needsLabels: boolean;
  evaluate(input: ObjectiveInput): ObjectiveResult;
  /** Runs after the optimiser's step. */
  afterStep(): void;
}

const mean = (losses: readonly Tensor[]): Tensor =>
  losses.length === 1
    ? losses[0]!
    : losses
        .slice(1)
        .reduce((sum, loss) => sum.add(loss), losses[0]!)
        .div(losses.length);

/** One direction: prediction `p` of target `t`. */
function direction(config: DirectionalObjective, queue: KeyQueue | null): (p: Tensor, t: Tensor) => Tensor {
  switch (config.name) {
    case 'cosine':
      return (p, t) => cosine(p, t).mul(config.scale);
    case 'mse':
      return (p, t) => mse(p, t, { features: 'sum', normalize: config.normalize }).mul(config.scale);
    case 'distance':
      return (p, t) => distance(p, t, { order: config.order, power: config.power }).mul(config.scale);
    case 'infoNce':
      return (p, t) =>
        infoNce(p, t, { temperature: config.temperature, ...(queue ? { negatives: queue.forward() } : {}) });
  }
}

/** A sum over directions; more than two views count as much as two do. */
function directionalObjective(
  config: DirectionalObjective,
  pairing: MethodConfig['pairing'],
  dimension: number,
  generator: Generator,
): Objective {
  const size = config.name === 'infoNce' ? config.queue : 0;
  const queue = size > 0 ? new KeyQueue(size, dimension, generator) : null;
  const asymmetric = pairing === 'asymmetric';
  const loss = direction(config, queue);
  let keys: readonly Tensor[] = [];
  return {
    module: queue,
    needsLabels: false,
    evaluate({ p, t }) {
      const pairs = viewPairs(p.length, asymmetric);
      keys = asymmetric ? t.slice(1) : t;
      const sum = mean(pairs.map(([i, j]) => loss(p[i]!, t[j]!)));
      // A contrastive loss is a mean over its queries; a non-contrastive one adds its directions, as its papers do.
      return { loss: config.name === 'infoNce' || asymmetric ? sum : sum.mul(2), terms: {} };
    },
    afterStep() {
      if (queue) for (const batch of keys) queue.push(batch);
      keys = [];
    },
  };
}

/** The loss of all views at once, and its parts. */
function joint(config: JointObjective, views: readonly Tensor[], input: ObjectiveInput): ObjectiveResult {
  const [a, b] = views as [Tensor, Tensor];
  const whole = (loss: Tensor): ObjectiveResult => ({ loss, terms: {} });
  const drawn = input.generator ? { generator: input.generator } : {};
  switch (config.name) {
    case 'ntXent':
      return whole(ntXent(a, b, { temperature: config.temperature }));
    case 'supervisedContrastive': {
      if (!input.labels)
        throw new Error('objective supervisedContrastive needs the class of every image, and none was given');
      const { temperature, baseTemperature } = config;
      return whole(supervisedContrastive(views, input.labels, { temperature, baseTemperature }));
    }
    case 'barlowTwins': {
      const terms = barlowTwinsTerms(a, b);
      return { loss: terms.onDiagonal.add(terms.offDiagonal, { alpha: config.lambda }).mul(config.scale), terms };
    }
    case 'vicreg': {
      const terms = vicregTerms(a, b);
      const loss = terms.invariance
        .mul(config.invariance)
        .add(terms.variance, { alpha: config.variance })
        .add(terms.covariance, { alpha: config.covariance });
      return { loss, terms };
    }
    case 'alignmentUniformity': {
      const { alpha, t, uniformityWeight } = config;
      const terms = {
        alignment: alignmentLoss(a, b, { alpha }),
        uniformity: uniformityLoss(a, { t }).add(uniformityLoss(b, { t })).div(2),
      };
      return { loss: terms.alignment.add(terms.uniformity, { alpha: uniformityWeight }), terms };
    }
    case 'simpleContrastive':
      return whole(simpleContrastive(a, b, { ...config, ...drawn }));
    case 'softTriplet':
      return whole(softTriplet(a, b, { ...config, ...drawn }));
    case 'contrastiveNce':
      return whole(contrastiveNce(a, b, { ...config, ...drawn }));
    case 'exactCovariance':
      return whole(exactCovariance(a, b, { ...config, ...drawn }));
  }
}

/** Which views make up one evaluation of a joint loss: all at once where it takes any number, else pair by pair. */
function groups(config: JointObjective, { p, t }: ObjectiveInput): Tensor[][] {
  const separate = p[0] !== t[0];
  if (separate) return viewPairs(p.length, false).map(([i, j]) => [p[i]!, t[j]!]);
  if (config.name === 'supervisedContrastive') return [[...p]];
  return viewPairs(p.length, false).flatMap(([i, j]) => (i < j ? [[p[i]!, p[j]!]] : []));
}

/** A mean over pairs of views. With a predictor or a separate target each ordered pair counts, for the two differ. */
function jointObjective(config: JointObjective): Objective {
  return {
    module: null,
    needsLabels: config.name === 'supervisedContrastive',
    evaluate(input) {
      const results = groups(config, input).map((views) => joint(config, views, input));
      const names = Object.keys(results[0]!.terms);
      return {
        loss: mean(results.map(({ loss }) => loss)),
        terms: Object.fromEntries(names.map((name) => [name, mean(results.map(({ terms }) => terms[name]!))])),
      };
    },
    afterStep() {},
  };
}

/** Makes the objective of embeddings of dimension `dimension`; `generator` fills a queue before there are keys. */
export function createObjective(
  config: ObjectiveConfig,
  pairing: MethodConfig['pairing'],
  dimension: number,
  generator: Generator,
): Objective {
  if (isSupervised(config)) return supervisedObjective(config);
  return isDirectional(config) ? directionalObjective(config, pairing, dimension, generator) : jointObjective(config);
}
