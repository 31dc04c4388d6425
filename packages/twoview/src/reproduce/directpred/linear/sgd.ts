// Minibatch SGD on the linear SimSiam, and the flow from the same start: E13.
import * as torch from '@twoview/torch';
import { matrix } from '../../../theory/dynamics/index.js';
import { type Experiment, InterruptedError } from '../../experiment.js';
import { generatorOf, genericStart } from './starts.js';

const sizes = { inputs: 16, outputs: 8 };
const [variance, learningRate, steps, batchSize] = [0.1, 0.05, 8000, 256];

/** What differs between runs. */
export const sgdVariants = {
  'η = 0.04': { eta: 0.04 },
  'η = 0.04, EMA γ = 0.996': { eta: 0.04, target: { name: 'ema', beta: (1 - 0.996) / learningRate } },
  'no stop-gradient': { eta: 0.04, target: { name: 'online' } },
  'no predictor': { eta: 0.04, predictor: { name: 'identity' } },
  'η = 0.2': { eta: 0.2 },
  'η = 0.24': { eta: 0.24 },
} as const satisfies Record<string, Omit<matrix.MatrixParameters, 'inputs' | 'outputs'>>;

export type SgdVariant = keyof typeof sgdVariants;

export interface SgdResult {
  variant: SgdVariant;
  seed: number;
  /** Eigenvalues of W W^T and of the symmetric part of Wp after the last step, descending; ||Wp||. */
  s: number[];
  p: number[];
  predictorNorm: number;
  /** Steps, and the eigenvalues of W W^T after each: of SGD, and of the flow at the time learningRate * step. */
  course: { step: number[]; sgd: number[][]; flow: number[][] };
}

/** Steps between two snapshots. */
const every = 200;

export function sgdExperiment(variant: SgdVariant, seed: number): Experiment<SgdResult> {
  const parameters: matrix.MatrixParameters = { ...sizes, xPrime: variance, ...sgdVariants[variant] };
  const cost = 4500;
  return {
    name: `linear SGD, ${variant}, seed ${seed}`,
    settings: { version: 1, ...parameters, learningRate, steps, batchSize, seed },
    cost,
    async run(io) {
      torch.setNumThreads(1);
      const generator = generatorOf(seed);
      const { w, wp } = genericStart(sizes, generator);
      const start = parameters.predictor?.name === 'identity' ? { w } : { w, wp };
      const course: SgdResult['course'] = { step: [], sgd: [], flow: [] };
      const observe = (step: number, state: matrix.MatrixState): boolean => {
        if (step % every !== 0) return false;
        course.step.push(step);
        course.sgd.push([...matrix.correlationEigenvalues(state)]);
        io.onProgress((cost * step) / steps);
        return io.shouldStop();
      };
      const end = await matrix.matrixSgd(parameters, start, { learningRate, steps, batchSize, generator, observe });
      if (course.step.at(-1) !== steps) throw new InterruptedError('asked to stop');
      const times = course.step.map((step) => learningRate * step);
      course.flow = matrix
        .matrixTrajectory(parameters, start, times)
        .map((state) => [...matrix.correlationEigenvalues(state)]);
      return {
        variant,
        seed,
        s: course.sgd.at(-1)!,
        p: [...matrix.predictorEigenvalues(end)],
        predictorNorm: matrix.norm(end.wp),
        course,
      };
    },
  };
}
