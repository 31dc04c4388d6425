// The commutator of F and Wp along the symmetrised flow, from a small encoder and a larger predictor: E11.
import { setImmediate } from 'node:timers/promises';
import * as torch from '@twoview/torch';
import { matrix } from '../../../theory/dynamics/index.js';
import { type Experiment, type ExperimentIo, InterruptedError } from '../../experiment.js';
import { alive, generatorOf } from './starts.js';

export interface AlignmentSettings {
  eta: number;
  alphaP: number;
  /** Rate of the moving average, which starts at 0; null for tau = 1. */
  beta: number | null;
}

/** One start's time course. */
export interface AlignmentCourse {
  time: number[];
  /** ||[F, Wp]|| over its start. */
  commutator: number[];
  /** Mean of cos(u_j, Wp u_j) over the five leading eigenvectors of F. */
  alignment: number[];
}

export interface AlignmentResult extends AlignmentSettings {
  seed: number;
  /** Largest ||[F, Wp]|| over its start, for each start. */
  peaks: number[];
  /** Modes with s > 1e-3 at the end, for each start. */
  surviving: number[];
  /** Of the first start. */
  course: AlignmentCourse;
}

const size = 10;
const [variance, step, horizon] = [9e-4, 0.02, 300];
/** Starts a seed: how many modes survive is a small number, and one start says little of its mean. */
const starts = 4;
const leading = 5;
/** Steps between two measurements, and measurements between two that are kept. */
const [every, kept] = [5, 20];

export function alignmentExperiment(settings: AlignmentSettings, seed: number): Experiment<AlignmentResult> {
  const { eta, alphaP, beta } = settings;
  const cost = 1500 * starts;
  return {
    name: `commutator, eta ${eta}, alpha_p ${alphaP}, beta ${beta ?? 'none'}, seed ${seed}`,
    settings: { version: 1, ...settings, size, variance, step, horizon, starts, seed },
    cost,
    async run(io) {
      torch.setNumThreads(1);
      const generator = generatorOf(seed);
      const runs = [];
      for (let i = 0; i < starts; i++) {
        await breathe(io, (cost * i) / starts);
        runs.push(follow(settings, generator));
      }
      return {
        ...settings,
        seed,
        peaks: runs.map(({ course }) => course.peak),
        surviving: runs.map(({ surviving }) => surviving),
        course: runs[0]!.course.kept,
      };
    },
  };
}

async function breathe(io: Pick<ExperimentIo, 'onProgress' | 'shouldStop'>, done: number): Promise<void> {
  io.onProgress(done);
  await setImmediate();
  if (io.shouldStop()) throw new InterruptedError('asked to stop');
}

function follow({ eta, alphaP, beta }: AlignmentSettings, generator: torch.Generator) {
  const flow = matrix.matrixFlow({
    inputs: size,
    outputs: size,
    xPrime: variance,
    eta,
    alphaP,
    predictor: { name: 'linear', symmetric: true },
    target: beta === null ? { name: 'stopGradient' } : { name: 'ema', beta },
  });
  const start = {
    w: matrix.normalMatrix(size, size, 0.02 / Math.sqrt(size), generator),
    wp: matrix.positiveMatrix(size, 0.5 / Math.sqrt(size), generator),
  };
  const course = new Course();
  const end = matrix.followMatrix(
    flow,
    start,
    horizon,
    (time, state) => {
      course.see(time, state);
      return false;
    },
    { name: 'euler', step },
  );
  const surviving = matrix.correlationEigenvalues(end).filter((s) => s > alive).length;
  return { course, surviving };
}

class Course {
  peak = 1;
  readonly kept: AlignmentCourse = { time: [], commutator: [], alignment: [] };
  #first = Number.NaN;
  #count = 0;

  see(time: number, state: matrix.MatrixState): void {
    const count = this.#count++;
    if (count % every !== 0) return;
    const norm = matrix.commutatorNorm(state);
    if (count === 0) this.#first = norm;
    const ratio = norm / this.#first;
    this.peak = Math.max(this.peak, ratio);
    if (count % (every * kept) !== 0) return;
    const cosines = matrix.modes(state).cosine.slice(0, leading);
    this.kept.time.push(time);
    this.kept.commutator.push(ratio);
    this.kept.alignment.push(cosines.reduce((sum, cosine) => sum + cosine, 0) / leading);
  }
}
