// E15, E16: predictors that are set: what epsilon rescues, and weight decay as a threshold on the variance of augmentations.
import * as torch from '@twoview/torch';
import { matrix, scalar } from '../../../theory/dynamics/index.js';
import type { Check } from '../../checks.js';
import type { Experiment } from '../../experiment.js';
import { alive, generatorOf } from '../linear/starts.js';
import { derived } from './source.js';
import { closedFormClaim, golden, theoryClaim } from './theory-claim.js';

const [sigma2, eta] = [0.1, 0.04];

/** Starts s0: far below p-^2, just below, just above, and above. */
function startsOfModes(): number[] {
  const minus = scalar.fixedPoints({ sigma2, eta }).find(({ name }) => name === 'boundary')!.p;
  return [1e-6, 1e-5, 1e-4, 1e-3, (0.95 * minus) ** 2, (1.05 * minus) ** 2, 0.01, 0.5];
}

const epsilons = [
  { epsilon: 0, survivors: 3, s: 0.75196 },
  { epsilon: 0.02, survivors: 5, s: 0.72696 },
  { epsilon: 0.1, survivors: 8, s: 0.64436 },
  { epsilon: 0.5, survivors: 8, s: 0.42716 },
];

/** Where modes end that DirectPred couples through the largest. */
function directPredEnds(epsilon: number): number[] {
  const predictor = { name: 'directSet', exponent: 0.5, epsilon } as const;
  const starts = startsOfModes().map((s) => ({ p: 0, s }));
  return scalar.trajectories({ sigma2, eta, predictor }, starts, [3000]).map(({ s }) => s[0]!);
}

export const epsilonTradeoff = closedFormClaim({
  id: 'E15',
  statement:
    "DirectPred's ε rescues small modes and lowers where all of them end: neither none nor much of it is best.",
  source: derived('equation 18 in the linear model (table 6)'),
  expected:
    'σ² = 0.1, η = 0.04, s0 = {1e-6, 1e-5, 1e-4, 1e-3, (0.95 p-)², (1.05 p-)², 0.01, 0.5}: ε = 0: exactly the last three survive, at 0.75196; 0.02: the last five, at 0.72696; 0.1: all, at 0.64436; 0.5: all, at 0.42716',
  checks: () =>
    epsilons.flatMap(({ epsilon, survivors, s }): Check[] => {
      const ends = directPredEnds(epsilon);
      const lives = ends.map((end) => end > alive);
      // The survivors are those that start highest.
      const first = lives.indexOf(true);
      const inOrder = first >= 0 && lives.slice(first).every(Boolean);
      const surviving = ends.slice(ends.length - survivors);
      return [
        golden(
          `ε = ${epsilon}: how many of the highest survive`,
          inOrder ? ends.length - first : Number.NaN,
          survivors,
          0,
        ),
        golden(`ε = ${epsilon}: s, smallest`, Math.min(...surviving), s, 5e-6),
        golden(`ε = ${epsilon}: s, largest`, Math.max(...surviving), s, 5e-6),
      ];
    }),
});

const variances = [0, 0.5, 1, 2, 3, 3.5, 4.5, 6, 8];
const thresholds = [
  { exponent: 0.5, scale: 0.9, norms: [0.9472, 0.4999, 0.3137, 0.1571, 0.0905, 0.0689, 0, 0, 0] },
  { exponent: 1, scale: 0.6, norms: [0.9732, 0.6389, 0.471, 0.3012, 0.2127, 0.1803, 0, 0, 0] },
];

/** Norms of the columns of W at the end of a run. */
interface ColumnNorms {
  exponent: number;
  norms: number[];
}

/** The flow from a multiple of a random orthogonal matrix. */
function thresholdExperiment(exponent: number, scale: number, seed: number): Experiment<ColumnNorms> {
  const size = variances.length;
  const horizon = 1500;
  return {
    name: `variance threshold, exponent ${exponent}, seed ${seed}`,
    settings: { version: 1, exponent, scale, variances, horizon, seed },
    cost: exponent === 1 ? 1500 : 6000,
    async run() {
      torch.setNumThreads(1);
      const [end] = matrix.matrixTrajectory(
        {
          inputs: size,
          outputs: size,
          xPrime: matrix.diagonal(variances),
          eta: 0.05,
          predictor: { name: 'directSet', exponent, correlation: 'views' },
        },
        { w: matrix.scale(scale, matrix.orthogonalMatrix(size, generatorOf(seed))) },
        [horizon],
        { name: 'dormandPrince', relative: 1e-7, absolute: 1e-9, maxSteps: 100_000 },
      );
      const { values } = matrix.multiply(matrix.transpose(end!.w), end!.w);
      return { exponent, norms: variances.map((_, j) => Math.sqrt(values[j * size + j]!)) };
    },
  };
}

/** The seed that is farthest from what is expected, direction by direction. */
export function thresholdChecks(results: readonly ColumnNorms[]): Check[] {
  return thresholds.flatMap(({ exponent, norms }) => {
    const runs = results.filter((result) => result.exponent === exponent);
    return norms.map((expected, j): Check => {
      const measured = runs.map((run) => run.norms[j]!);
      const farthest = measured.reduce((a, b) => (Math.abs(b - expected) > Math.abs(a - expected) ? b : a));
      return golden(`α = ${exponent}, σ² = ${variances[j]}: column norm`, farthest, expected, 5e-5);
    });
  });
}

export const varianceThreshold = theoryClaim<ColumnNorms>({
  id: 'E16',
  statement:
    'With DirectSet weight decay is a threshold: directions whose views vary by more than 1/(4η) - 1 are dropped, the others are kept, whatever the exponent.',
  source: `Wang, Chen, Du, Tian 2021, arXiv 2110.04947, abstract; fixed points ${derived('appendix D')}`,
  expected:
    'σ_j² = {0, .5, 1, 2, 3, 3.5, 4.5, 6, 8}, η = 0.05 (threshold 4), W0 = c × random orthogonal, Wp = F^α: column norms of W to 4 digits: α = 1/2 (c = 0.9): .9472 .4999 .3137 .1571 .0905 .0689 0 0 0; α = 1 (c = 0.6): .9732 .6389 .4710 .3012 .2127 .1803 0 0 0',
  experiments: (seeds) =>
    thresholds.flatMap(({ exponent, scale }) => seeds.map((seed) => thresholdExperiment(exponent, scale, seed))),
  checks: thresholdChecks,
});
