// Causes in the slots themselves: what theory says of a method without a predictor, without a stop-gradient, with BatchNorm alone.
import { type Cause, type Rule, show } from './cause.js';
import { onlyAttracts, standardizer } from './slots.js';

const complete = ['complete collapse', 'diverged'] as const;

/** Tian et al. 2021, theorem 2' (W' = -W (X' + eta I)): without a predictor a stop-gradient or a moving average does not help. */
const noPredictor: Rule = {
  explains: complete,
  structural: true,
  find({ config: { method } }) {
    const { predictor, target, objective } = method;
    if (!onlyAttracts(method) || standardizer(method) !== 'none') return null;
    if (predictor.name !== 'identity' || target.name === 'online') return null;
    return {
      slot: 'predictor',
      why: `objective ${objective.name} only attracts and there is no predictor: with ${target.name === 'ema' ? 'a moving average' : 'a stop-gradient'} alone every direction decays at the rate of its augmentation variance (Tian et al. 2021, theorem 2)`,
      change: 'method.predictor=mlp',
      confidence: 0.95,
    };
  },
};

/** The same theorem for a gradient that flows into both branches; without a predictor also Hua et al. 2021, section 3.1. */
const noStopGradient: Rule = {
  explains: complete,
  structural: true,
  find({ config: { method } }) {
    const { predictor, target, objective } = method;
    if (!onlyAttracts(method) || standardizer(method) !== 'none' || target.name !== 'online') return null;
    const withPredictor = predictor.name !== 'identity';
    return {
      slot: 'target',
      why: withPredictor
        ? `the gradient flows through the target too, so that ${objective.name} is least where all embeddings are one, whatever the predictor (Tian et al. 2021, theorem 2)`
        : `objective ${objective.name} only attracts, and neither a stop-gradient with a predictor nor a normalizer keeps embeddings from becoming one constant (Hua et al. 2021, section 3.1)`,
      change: withPredictor ? 'method.target=stopGradient' : 'method.target=stopGradient method.predictor=mlp',
      confidence: 0.95,
    };
  },
};

/** The other way out for plain siamese networks: standardise the embeddings' covariance. */
const noNormalizer: Rule = {
  explains: complete,
  structural: true,
  find(input, limits) {
    if (input.config.method.predictor.name !== 'identity' || !noStopGradient.find(input, limits)) return null;
    return {
      slot: 'normalizer',
      why: 'without a normalizer the variance of every axis may go to zero; whitening keeps it, and keeps axes from copying each other (Hua et al. 2021, section 3)',
      change: 'method.normalizer=shuffledDbn',
      confidence: 0.9,
    };
  },
};

/** Hua et al. 2021, section 3.2: standardised axes that carry one and the same number. */
const batchNormAlone: Rule = {
  explains: ['dimensional collapse'],
  structural: true,
  find({ config: { method }, measures }) {
    if (!onlyAttracts(method) || standardizer(method) !== 'bn' || method.predictor.name !== 'identity') return null;
    const { offDiagonalCorrelation: correlation } = measures ?? {};
    const measured = correlation !== undefined && Number.isFinite(correlation);
    return {
      slot: 'normalizer',
      why: `batch normalisation keeps the variance of each axis and not their correlation${measured ? `, which is ${show(correlation)}` : ''}: all axes may carry the same number (Hua et al. 2021, section 3.2)`,
      change: 'method.normalizer=shuffledDbn method.projector.lastNorm=none',
      confidence: 0.95,
    };
  },
};

/** A symmetric linear predictor without a moving average fails on images (Tian et al. 2021, table 3: 36.6 % on STL-10). */
const symmetricPredictor: Rule = {
  explains: [...complete, 'dimensional collapse'],
  find({ config: { method } }) {
    const { predictor, target } = method;
    if (!('symmetric' in predictor) || !predictor.symmetric || target.name !== 'stopGradient') return null;
    if (!onlyAttracts(method)) return null;
    return {
      slot: 'predictor',
      why: 'a symmetric predictor without a moving average starts with negative eigenvalues, whose directions die (Tian et al. 2021, table 3: 36.6 % on STL-10, against 72.9 % when free)',
      change: 'method.predictor.symmetric=false',
      confidence: 0.7,
    };
  },
};

/** A linear predictor that is trained aligns with few directions and feeds those alone. */
const linearPredictor: Rule = {
  explains: ['dimensional collapse'],
  find({ config: { method }, measures }) {
    if (method.predictor.name !== 'linear' || !onlyAttracts(method)) return null;
    const { participationRatio } = measures ?? {};
    const rank = participationRatio === undefined ? '' : ` (${show(participationRatio)} here)`;
    return {
      slot: 'predictor',
      why: `a linear predictor trained by gradient grows with the strongest directions alone and ends with two or three${rank}; set from the eigenvalues it keeps ten times as many (Tian et al. 2021, section 4)`,
      change: 'method.predictor=directPred',
      confidence: 0.75,
    };
  },
};

/** Tian et al. 2021, section 4: epsilon lifts the modes that start below p-, a positive shift sinks them. */
const directPredictor: Rule = {
  explains: ['dimensional collapse'],
  find({ config: { method } }) {
    const { predictor } = method;
    if (predictor.name !== 'directPred' || (predictor.epsilon >= 0.01 && predictor.shift <= 0)) return null;
    return {
      slot: 'predictor',
      why:
        predictor.shift > 0
          ? `the predictor takes ${predictor.shift} off every eigenvalue, and directions below it are not predicted (Tian et al. 2021, table 7: 46.6 % at 0.1 on STL-10, against 77 %)`
          : `with epsilon ${predictor.epsilon} directions that start small stay below the unstable fixed point and die`,
      change: 'method.predictor.epsilon=0.1 method.predictor.shift=0',
      confidence: 0.6,
    };
  },
};

/** An objective whose repulsion was switched off. */
const switchedOff: Rule = {
  explains: [...complete, 'dimensional collapse'],
  structural: true,
  find({ config: { method } }): Cause | null {
    const { objective } = method;
    const cause = (field: string, what: string, value: number): Cause => ({
      slot: 'objective',
      why: `${objective.name}'s ${field} is 0: nothing is left that ${what}`,
      change: `method.objective.${field}=${value}`,
      confidence: 0.97,
    });
    if (objective.name === 'vicreg' && objective.variance === 0)
      return cause('variance', 'keeps the embeddings from one point', 25);
    if (objective.name === 'vicreg' && objective.covariance === 0)
      return cause('covariance', 'keeps dimensions from copying each other', 1);
    if (objective.name === 'barlowTwins' && objective.lambda === 0)
      return cause('lambda', 'keeps dimensions from copying each other', 0.005);
    if (objective.name === 'alignmentUniformity' && objective.uniformityWeight === 0)
      return cause('uniformityWeight', 'keeps images apart', 1);
    return null;
  },
};

export const structureRules: readonly Rule[] = [
  noPredictor,
  noStopGradient,
  noNormalizer,
  batchNormAlone,
  symmetricPredictor,
  linearPredictor,
  directPredictor,
  switchedOff,
];
