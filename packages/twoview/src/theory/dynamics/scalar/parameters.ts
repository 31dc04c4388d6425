// The slots of the linear model: what trains, what the target is, and what the data are like.

/** From the representation to the prediction. */
export type Predictor =
  /** Wp = I, never trained. */
  | { name: 'identity' }
  /** Trained by the gradient, `alphaP` times as fast as the encoder. */
  | { name: 'linear' }
  /**
   * Set from the correlation f of what it receives, never trained: p_j = f_j^exponent + epsilon max_k f_k. Exponent 1/2 is
   * DirectPred (eq. 18), 1 is DirectCopy.
   */
  | {
      name: 'directSet';
      /** 1/2 if left out. */
      exponent?: number;
      /** 0 if left out. */
      epsilon?: number;
      /**
       * Of what f is the correlation: `images` (augmentations averaged out, f = lambdaD w^2, the theory's F = W X W^T; if left
       * out) or `views` (f = lambdaS w^2, what a network measures).
       */
      correlation?: 'images' | 'views';
    };

/** What is predicted, named as the slots of methods are. */
export type Target =
  /** The other view through the same weights, and the gradient flows through it too. */
  | { name: 'online' }
  /** wa = tau w without gradient; tau = 1 (SimSiam) if left out. */
  | { name: 'stopGradient'; tau?: number }
  /** dwa/dt = beta (w - wa), without gradient (BYOL). */
  | { name: 'ema'; beta: number };

/** Eigenvalues of the data in one mode. */
export interface ModeData {
  /** Of X + X', the correlation of augmented views. */
  lambdaS: number;
  /** Of X, the correlation of images whose augmentations are averaged out; at most lambdaS. */
  lambdaD: number;
}

/** The linear model; every field may be left out. */
export interface ScalarParameters {
  /** alpha_p, the learning rate of the predictor over the encoder's; 1 if left out. */
  alphaP?: number;
  /** Weight decay of predictor and encoder, eta in eqs. 2 and 3; 0 if left out. */
  eta?: number;
  /** Weight decay of the predictor alone, in place of eta. */
  etaP?: number;
  /** Weight decay of the encoder alone, in place of eta. */
  etaS?: number;
  /** Variance of the augmentation with X = I and X' = sigma^2 I: lambdaD = 1, lambdaS = 1 + sigma2. 0 if left out. */
  sigma2?: number;
  /** In place of sigma2, together with lambdaD. */
  lambdaS?: number;
  lambdaD?: number;
  /** `linear` if left out. */
  predictor?: Predictor;
  /** `stopGradient` with tau = 1 if left out. */
  target?: Target;
}

/** Parameters with every default filled in, and checked. */
export interface Resolved extends ModeData {
  alphaP: number;
  etaP: number;
  etaS: number;
  predictor: Required<Extract<Predictor, { name: 'directSet' }>> | { name: 'identity' } | { name: 'linear' };
  target: { name: 'online' } | { name: 'stopGradient'; tau: number } | { name: 'ema'; beta: number };
}

/** @throws RangeError unless the value is finite and at least (or above) the bound */
export function checkNumber(name: string, value: number, { least = -Infinity, above = -Infinity } = {}): number {
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be a finite number, not ${value}`);
  if (value < least) throw new RangeError(`${name} must be at least ${least}, not ${value}`);
  if (value <= above) throw new RangeError(`${name} must be above ${above}, not ${value}`);
  return value;
}

/**
 * Fills defaults in.
 * @throws RangeError that names the parameter which is out of range, or two that exclude each other
 */
export function resolveParameters(parameters: ScalarParameters): Resolved {
  const { alphaP = 1, eta = 0, predictor = { name: 'linear' }, target = { name: 'stopGradient' } } = parameters;
  checkNumber('eta', eta, { least: 0 });
  return {
    ...resolveData(parameters),
    alphaP: checkNumber('alphaP', alphaP, { above: 0 }),
    etaP: checkNumber('etaP', parameters.etaP ?? eta, { least: 0 }),
    etaS: checkNumber('etaS', parameters.etaS ?? eta, { least: 0 }),
    predictor: resolvePredictor(predictor),
    target: resolveTarget(target),
  };
}

/** @throws RangeError unless 0 < lambdaD <= lambdaS */
export function checkModeData({ lambdaS, lambdaD }: ModeData): ModeData {
  checkNumber('lambdaD', lambdaD, { above: 0 });
  checkNumber('lambdaS', lambdaS, { least: lambdaD });
  return { lambdaS, lambdaD };
}

function resolveData({ sigma2, lambdaS, lambdaD }: ScalarParameters): ModeData {
  if (lambdaS === undefined && lambdaD === undefined) {
    return { lambdaS: 1 + checkNumber('sigma2', sigma2 ?? 0, { least: 0 }), lambdaD: 1 };
  }
  if (sigma2 !== undefined) throw new RangeError('sigma2 stands for lambdaS and lambdaD: give one or the others');
  if (lambdaS === undefined || lambdaD === undefined) throw new RangeError('give lambdaS and lambdaD together');
  return checkModeData({ lambdaS, lambdaD });
}

/** @throws RangeError that names what is out of range */
export function resolvePredictor(predictor: Predictor): Resolved['predictor'] {
  switch (predictor.name) {
    case 'identity':
    case 'linear':
      return { name: predictor.name };
    case 'directSet': {
      const { exponent = 0.5, epsilon = 0, correlation = 'images' } = predictor;
      checkNumber('predictor.exponent', exponent, { above: 0 });
      checkNumber('predictor.epsilon', epsilon, { least: 0 });
      if (correlation !== 'images' && correlation !== 'views')
        throw new RangeError(`predictor.correlation must be images or views, not ${String(correlation)}`);
      return { name: 'directSet', exponent, epsilon, correlation };
    }
    default:
      throw new RangeError(
        `predictor.name must be identity, linear or directSet, not ${String((predictor as { name?: unknown }).name)}`,
      );
  }
}

/** @throws RangeError that names what is out of range */
export function resolveTarget(target: Target): Resolved['target'] {
  switch (target.name) {
    case 'online':
      return { name: 'online' };
    case 'stopGradient':
      return { name: 'stopGradient', tau: checkNumber('target.tau', target.tau ?? 1, { above: 0 }) };
    case 'ema':
      return { name: 'ema', beta: checkNumber('target.beta', target.beta, { above: 0 }) };
    default:
      throw new RangeError(
        `target.name must be online, stopGradient or ema, not ${String((target as { name?: unknown }).name)}`,
      );
  }
}

/** tau where training settles without collapse: the fixed one, 1 for a moving average (which has caught up by then). */
export function finalTau({ target }: Resolved): number {
  return target.name === 'stopGradient' ? target.tau : 1;
}

/** sigma^2 of X = I, X' = sigma^2 I. @throws RangeError for other data */
export function isotropicNoise({ lambdaS, lambdaD }: ModeData, where: string): number {
  if (lambdaD !== 1) throw new RangeError(`${where} is known for X = I alone: lambdaD must be 1, not ${lambdaD}`);
  return lambdaS - 1;
}

/** The one eta of both. @throws RangeError if they differ */
export function commonDecay({ etaP, etaS }: Resolved, where: string): number {
  if (etaP !== etaS) throw new RangeError(`${where} needs one weight decay: etaP is ${etaP}, etaS ${etaS}`);
  return etaS;
}
