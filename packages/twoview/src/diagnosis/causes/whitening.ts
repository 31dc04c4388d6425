// Causes in the whitening of embeddings (Hua et al. 2021, Ermolov et al. 2021): epsilon, groups, and batches too small for them.
import { safeGroups } from '../../normalizers/index.js';
import type { Config } from '../../training/index.js';
import { type Rule, show } from './cause.js';

/** Axes that are whitened together, and the samples that they are whitened over; null without a whitening normalizer. */
export function whitenedTogether({
  method,
  training,
}: Config): { axes: number; samples: number; groups: number } | null {
  const { normalizer, projector } = method;
  const batch = training.batchSize;
  if (normalizer.name === 'dbn' || normalizer.name === 'shuffledDbn') {
    const groups = normalizer.groups ?? safeGroups(projector.size, batch);
    return { axes: projector.size / groups, samples: batch, groups };
  }
  if (normalizer.name !== 'slicedWhitening') return null;
  return { axes: projector.size, samples: Math.min(batch, normalizer.size ?? 2 * projector.size), groups: 1 };
}

/** Fixed groups converge to rotations of each other: the rank is the width of one. */
const copiesBetweenGroups: Rule = {
  explains: ['healthy', 'dimensional collapse'],
  find({ config, measures }, limits) {
    const whitened = whitenedTogether(config);
    const rank = measures?.participationRatio;
    if (config.method.normalizer.name !== 'dbn' || !whitened || whitened.groups < 2 || rank === undefined) return null;
    if (!(Math.abs(rank / whitened.axes - 1) < limits.causes.groupTolerance)) return null;
    return {
      slot: 'normalizer',
      why: `the ${whitened.groups} fixed groups of ${whitened.axes} axes are copies of one another up to a rotation: the participation ratio is ${show(rank)}, the width of one group (Hua et al. 2021, section 3.4)`,
      change: 'method.normalizer=shuffledDbn',
      confidence: 0.9,
    };
  },
};

/** An epsilon that is not small against the variances frees them: shrinking is cheaper than being whitened. */
const epsilonTooLarge: Rule = {
  explains: ['complete collapse', 'dimensional collapse'],
  structural: true,
  find({ config: { method } }, limits) {
    const { normalizer } = method;
    const grouped = normalizer.name === 'dbn' || normalizer.name === 'shuffledDbn';
    const limit = grouped ? limits.causes.whiteningEpsilon : 0.05;
    if ((!grouped && normalizer.name !== 'bn') || normalizer.epsilon < limit) return null;
    return {
      slot: 'normalizer',
      why: `epsilon ${normalizer.epsilon} lets the variance of z shrink below it, where nothing is standardised any more (from ${limit} on the collapse comes back)`,
      change: `method.normalizer.epsilon=${grouped ? '0.000001' : '0'}`,
      confidence: 0.85,
    };
  },
};

/** A covariance of more axes than half the samples is nearly singular; its inverse root blows up. */
const groupTooWide: Rule = {
  explains: ['diverged', 'dimensional collapse', 'complete collapse'],
  structural: true,
  find({ config }) {
    const whitened = whitenedTogether(config);
    if (!whitened || whitened.axes <= whitened.samples / 2) return null;
    const { axes, samples } = whitened;
    const sliced = config.method.normalizer.name === 'slicedWhitening';
    return {
      slot: 'normalizer',
      why: `${axes} axes are whitened together over ${samples} samples; above half as many axes as samples the covariance is nearly singular (groups of at most ${Math.floor(samples / 2)} are safe)`,
      change: sliced
        ? `training.batchSize=${2 * axes} method.normalizer.size=${2 * axes}`
        : `method.normalizer.groups=${safeGroups(config.method.projector.size, samples)}`,
      confidence: 0.88,
    };
  },
};

export const whiteningRules: readonly Rule[] = [copiesBetweenGroups, epsilonTooLarge, groupTooWide];
