// A run's time and rates in the units of the theory: one unit is one unit of learning rate times gradient of 1/2 |p - t|^2.
// Tian, Chen, Ganguli 2021 (arXiv 2102.06810), section 2: a step of learning rate alpha takes the time alpha.
import type { Config } from '../../training/index.js';
import { theoryLoss } from './loss.js';

/** The theory's constants for a run. */
export interface RunRates {
  /** Time that a step takes for each unit of learning rate: the loss's gain, over 1 - momentum. */
  timePerRate: number;
  /** alpha_p, the predictor's learning rate over the encoder's. */
  alphaP: number;
  /** Weight decay of predictor and encoder. */
  etaP: number;
  etaS: number;
}

/**
 * The constants that an SGD run has. Heavy-ball momentum m makes a step last 1 / (1 - m) times as long, and an optimiser that decays
 * the predictor by wd with learning rate alpha_p alpha has eta_p = alpha_p wd.
 *
 * @returns null for an optimiser that rescales gradients: its time is not that of gradient flow
 */
export function runRates({ method, optimizer }: Pick<Config, 'method' | 'optimizer'>): RunRates | null {
  const loss = theoryLoss(method);
  if (loss === null || optimizer.name !== 'sgd' || optimizer.momentum >= 1) return null;
  const { learningRateFactor, weightDecay } = method.predictorTraining;
  return {
    timePerRate: loss.gain / (1 - optimizer.momentum),
    alphaP: learningRateFactor,
    etaP: (learningRateFactor * (weightDecay ?? optimizer.weightDecay)) / loss.gain,
    etaS: optimizer.weightDecay / loss.gain,
  };
}
