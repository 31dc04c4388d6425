// The whole matrix flow from a generic start, without keeping the predictor symmetric: where it ends, and how well the target is
// a multiple of the encoder on the way. E12.
import * as torch from '@twoview/torch';
import { matrix } from '../../../theory/dynamics/index.js';
import type { Experiment } from '../../experiment.js';
import { generatorOf, genericStart } from './starts.js';

const size = 16;
const [variance, horizon] = [0.1, 300];

export interface FlowResult {
  eta: number;
  seed: number;
  /** Modes of F, descending s. */
  s: number[];
  p: number[];
  cosine: number[];
  asymmetry: number;
  /** Of the symmetric part of Wp, descending. */
  predictor: number[];
}

export function flowExperiment(eta: number, seed: number): Experiment<FlowResult> {
  return {
    name: `matrix flow, eta ${eta}, seed ${seed}`,
    settings: { version: 1, eta, size, variance, horizon, seed },
    cost: 400,
    async run() {
      torch.setNumThreads(1);
      const sizes = { inputs: size, outputs: size };
      const start = genericStart(sizes, generatorOf(seed));
      const [end] = matrix.matrixTrajectory({ ...sizes, xPrime: variance, eta }, start, [horizon]);
      const { s, p, cosine } = matrix.modes(end!);
      return {
        eta,
        seed,
        s: [...s],
        p: [...p],
        cosine: [...cosine],
        asymmetry: matrix.asymmetry(end!),
        predictor: [...matrix.predictorEigenvalues(end!)],
      };
    },
  };
}

/** Noise of 0.03 in each direction, a target that starts at 0 and follows at this rate. */
const [smallVariance, beta, shortHorizon, step] = [9e-4, 0.4, 100, 0.05];

export interface TargetResult {
  eta: number;
  seed: number;
  /** Smallest cos(vec Wa, vec W) from t = 0.2 on. */
  smallest: number;
  time: number[];
  cosine: number[];
}

export function targetExperiment(eta: number, seed: number): Experiment<TargetResult> {
  return {
    name: `target and encoder, eta ${eta}, seed ${seed}`,
    settings: { version: 1, eta, size, smallVariance, beta, shortHorizon, step, seed },
    cost: 400,
    async run() {
      torch.setNumThreads(1);
      const sizes = { inputs: size, outputs: size };
      const flow = matrix.matrixFlow({ ...sizes, xPrime: smallVariance, eta, target: { name: 'ema', beta } });
      const start = genericStart(sizes, generatorOf(seed));
      const [time, cosine]: [number[], number[]] = [[], []];
      const see = (t: number, state: matrix.MatrixState): boolean => {
        if (t > 0) {
          time.push(t);
          cosine.push(matrix.targetCosine(state));
        }
        return false;
      };
      matrix.followMatrix(flow, start, shortHorizon, see, { name: 'rk4', step });
      const late = cosine.filter((_, i) => time[i]! >= 0.2 - 1e-9);
      const shown = time.map((_, i) => i).filter((i) => i < 60 || i % 20 === 0);
      return {
        eta,
        seed,
        smallest: Math.min(...late),
        time: shown.map((i) => time[i]!),
        cosine: shown.map((i) => cosine[i]!),
      };
    },
  };
}
