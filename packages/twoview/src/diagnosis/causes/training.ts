// Causes in how a method is trained: the moving average, the views, the projector's width, the learning rate.
import type { MetricsRow } from '../../runs/index.js';
import { type Rule, round, show } from './cause.js';
import { comparesViews, looksAtEmbeddings } from './slots.js';

const eitherCollapse = ['complete collapse', 'dimensional collapse'] as const;

/** Tian et al. 2021, section 3.2, observations 9 and 10: a slow average trains slowly, and a small tau traps more modes. */
const slowAverage: Rule = {
  explains: eitherCollapse,
  structural: true,
  find({ config, totalSteps }) {
    const { target } = config.method;
    if (target.name !== 'ema' || totalSteps === undefined || totalSteps < 1) return null;
    const horizon = 1 / Math.max(1 - target.momentum, 1e-12);
    if (horizon <= totalSteps) return null;
    return {
      slot: 'ema',
      why: `the target averages over about ${show(horizon)} steps and the run has ${totalSteps}: it still is mostly what it started as`,
      change: `method.target.momentum=${Math.max(0, Number((1 - 10 / totalSteps).toPrecision(3)))}`,
      confidence: 0.6,
    };
  },
};

/** Views that agree before anything is learned leave nothing to learn. */
const trivialViews: Rule = {
  explains: eitherCollapse,
  structural: true,
  find({ config, untrainedPairs }, limits) {
    if (!comparesViews(config.method)) return null;
    if (!untrainedPairs || untrainedPairs.viewDistance >= limits.causes.trivialViews) return null;
    return {
      slot: 'augmentation',
      why: `before training two views of an image already lie at ${show(untrainedPairs.viewDistance)} of the distance of two images: the task is solved without learning`,
      change: config.augment.views.map((_, i) => `augment.views.${i}.policy=directpred-cifar`).join(' '),
      confidence: 0.6,
    };
  },
};

/** Views with nothing in common can only agree on a constant. */
const unrelatedViews: Rule = {
  explains: eitherCollapse,
  find({ config, pairs, verdict }, limits) {
    if (!comparesViews(config.method)) return null;
    if (!pairs || verdict.h === 'complete collapse' || pairs.viewDistance <= limits.causes.unrelatedViews) return null;
    return {
      slot: 'augmentation',
      why: `two views of an image lie at ${show(pairs.viewDistance)} of the distance of two images in h: augmentation leaves them little in common`,
      change: config.augment.views
        .map((_, i) => `augment.views.${i}.crop.kind=randomResized augment.views.${i}.crop.scale=[0.3,1]`)
        .join(' '),
      confidence: 0.4,
    };
  },
};

const narrowProjector: Rule = {
  explains: ['dimensional collapse'],
  structural: true,
  find({ config, classes = 0 }, limits) {
    const { size } = config.method.projector;
    const least = Math.max(limits.causes.projectorSize, classes);
    if (size >= least || !looksAtEmbeddings(config.method)) return null;
    return {
      slot: 'projector',
      why: `z has ${size} dimensions, fewer than ${least === classes ? `the ${classes} classes` : least}: there is no room for more directions`,
      change: 'method.projector.size=128',
      confidence: 0.7,
    };
  },
};

const numbers = (history: readonly MetricsRow[], name: string): number[] =>
  history.map((row) => row[name]).filter((value): value is number => typeof value === 'number');

/** How the loss ended above its lowest value, as a share of its range; 0 without a history. */
function lossRise(history: readonly MetricsRow[]): number {
  const losses = numbers(history, 'loss').filter(Number.isFinite);
  if (losses.length < 5) return 0;
  const range = Math.max(...losses) - Math.min(...losses);
  return range === 0 ? 0 : (losses.at(-1)! - Math.min(...losses)) / range;
}

const learningRate: Rule = {
  explains: ['diverged', ...eitherCollapse],
  find({ config, verdict, history = [] }, limits) {
    const lengths = numbers(history, 'z.norm');
    const growth = Math.max(0, ...lengths) / (lengths[0] ?? Number.POSITIVE_INFINITY);
    const rise = lossRise(history);
    const diverged =
      verdict.z === 'diverged' || verdict.h === 'diverged' || numbers(history, 'loss').some((x) => !Number.isFinite(x));
    const reasons = [
      diverged && 'a value is not finite, or lengths run away',
      growth > limits.watch.normGrowth && `embeddings grew ${show(growth)} times as long`,
      rise > limits.causes.lossRise && `the loss ends ${show(100 * rise)} % of its range above its lowest value`,
    ].filter((reason) => reason !== false);
    if (reasons.length === 0) return null;
    const { learningRate: rate } = config.optimizer;
    return {
      slot: 'learningRate',
      why: `learning rate ${rate}: ${reasons.join('; ')}`,
      change: `optimizer.learningRate=${round(rate / 10)}`,
      confidence: diverged ? 0.85 : growth > limits.watch.normGrowth ? 0.75 : 0.35,
    };
  },
};

/** Where an attack leaves little right, one prediction for all images is a way out that a network may take early and not leave. */
const strongAttack: Rule = {
  explains: ['complete collapse'],
  find({ config }) {
    const { attack } = config.method;
    if (!attack) return null;
    const half = (value: number) => Number((value / 2).toPrecision(2));
    return {
      slot: 'attack',
      why: `under an attack of radius ${show(attack.eps)} one prediction for all images may cost less than any that the network has learned: begin with a smaller radius, or lower optimizer.learningRate`,
      change: `method.attack.eps=${half(attack.eps)} method.attack.stepSize=${half(attack.stepSize)}`,
      confidence: 0.5,
    };
  },
};

export const trainingRules: readonly Rule[] = [
  slowAverage,
  trivialViews,
  unrelatedViews,
  narrowProjector,
  learningRate,
  strongAttack,
];
