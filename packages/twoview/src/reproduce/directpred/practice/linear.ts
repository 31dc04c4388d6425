// A linear network trained by minibatch SGD beside the theory from the same start: P1.
import { practice } from '../../../theory/index.js';
import { type Experiment, InterruptedError } from '../../experiment.js';

/** What differs between networks; the rest is the command's default. */
export const linearVariants = {
  SimSiam: {},
  'BYOL, β = 0.4': { target: 'ema' },
  'α_p = 3, η = 0.1': { alphaP: 3, eta: 0.1 },
  'DirectPred, ε = 0.1': { predictor: 'directPred' },
  'no predictor': { predictor: 'identity', steps: 1500 },
  'no stop-gradient': { target: 'online', steps: 1500 },
} as const satisfies Record<string, Partial<practice.LinearSettings>>;

export type LinearVariant = keyof typeof linearVariants;
export const linearVariantNames = Object.keys(linearVariants) as LinearVariant[];

export interface LinearResult {
  variant: LinearVariant;
  agreement: practice.LinearAgreement;
  course: practice.LinearCourse;
}

export function linearExperiment(variant: LinearVariant, seed: number): Experiment<LinearResult> {
  const settings = practice.linearSchema.parse({ ...linearVariants[variant], seed });
  const cost = 3 * settings.steps;
  return {
    name: `linear network, ${variant}, seed ${seed}`,
    settings: { version: 1, ...settings },
    cost,
    async run({ onProgress, shouldStop }) {
      const course = await practice.trainLinear(settings, {
        onProgress: (share) => onProgress(share * cost),
        shouldStop,
      });
      if (course === null) throw new InterruptedError('asked to stop');
      return { variant, agreement: practice.linearAgreement(course), course };
    },
  };
}
