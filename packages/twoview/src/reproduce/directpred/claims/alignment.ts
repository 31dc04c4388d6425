// E10, E11: theorem 3: what makes the eigenspaces of F and Wp align, and how far they part on the way.
import * as torch from '@twoview/torch';
import { matrix } from '../../../theory/dynamics/index.js';
import { above, atMost, type Check, judge, within } from '../../checks.js';
import type { Claim } from '../../claim.js';
import { largest, mean } from '../../statistics.js';
import { type AlignmentResult, type AlignmentSettings, alignmentExperiment } from '../linear/alignment.js';
import { generatorOf } from '../linear/starts.js';
import { independent, paper } from './source.js';
import { theoryClaim } from './theory-claim.js';

const size = 8;

/** | d[F, Wp]/dt - (-L K - K L) |, largest entry, at a random symmetric Wp and a random F. */
function identityError(generator: torch.Generator): number {
  const parameters = matrix.resolveMatrixParameters({
    inputs: size,
    outputs: size,
    xPrime: 0.1,
    eta: 0.05,
    alphaP: 2,
    predictor: { name: 'linear', symmetric: true },
  });
  const w = matrix.normalMatrix(size, size, 1 / Math.sqrt(size), generator);
  const wp = matrix.symmetricPart(matrix.normalMatrix(size, size, 1 / Math.sqrt(size), generator));
  const state = { w, wp, wa: w };
  const slope = matrix.derivative(parameters, state);
  const f = matrix.gram(w);
  const product = matrix.multiply(slope.w, matrix.transpose(w));
  const fSlope = matrix.add(product, matrix.transpose(product));
  const actual = matrix.add(matrix.commutator(fSlope, wp), matrix.commutator(f, slope.wp));
  const k = matrix.alignmentMatrix(parameters, state);
  return matrix.largestEntry(matrix.subtract(actual, matrix.commutatorSlope(matrix.commutator(f, wp), k)));
}

/** Along a run: the largest of ||L(t)|| / (||L(0)|| e^(-2 lambda0 t)), and lambda0, the least of lambda_min(K) so far. */
function boundAlong(generator: torch.Generator, eta: number): { ratio: number; rate: number } {
  const flow = matrix.matrixFlow({
    inputs: size,
    outputs: size,
    xPrime: 0.1,
    eta,
    predictor: { name: 'linear', symmetric: true },
  });
  const start = {
    w: matrix.normalMatrix(size, size, 0.7 / Math.sqrt(size), generator),
    wp: matrix.positiveMatrix(size, 0.7 / Math.sqrt(size), generator),
  };
  let [first, rate, ratio] = [Number.NaN, Number.POSITIVE_INFINITY, 0];
  const see = (time: number, state: matrix.MatrixState): boolean => {
    const norm = matrix.commutatorNorm(state);
    if (time === 0) first = norm;
    rate = Math.min(rate, matrix.alignmentRate(flow.parameters, state));
    ratio = Math.max(ratio, norm / (first * Math.exp(-2 * rate * time)));
    return false;
  };
  matrix.followMatrix(flow, start, 10, see, { name: 'rk4', step: 0.05 });
  return { ratio, rate };
}

const guaranteed = [0.12, 0.2];

export const commutator: Claim = {
  id: 'E10',
  statement: 'The commutator of F and Wp obeys dL/dt = -LK - KL, so that it falls exponentially while K is positive.',
  source: paper('theorem 3'),
  expected:
    'derivative of [F, Wp] under equation 7 equals -LK - KL to 1e-12 for random symmetric Wp and F; ‖L(t)‖ <= e^(-2 λ0 t) ‖L(0)‖ along runs, λ0 being the least λ_min(K) so far, and λ0 > 0 in some',
  scales: ['minutes'],
  experiments: () => [],
  run({ seeds }) {
    torch.setNumThreads(1);
    const errors = seeds.map((seed) => identityError(generatorOf(seed)));
    const runs = seeds.flatMap((seed) => [0.01, ...guaranteed].map((eta) => boundAlong(generatorOf(seed), eta)));
    return Promise.resolve(
      judge([
        atMost('|dL/dt - (-LK - KL)|, largest', largest(errors), 1e-12),
        atMost('‖L(t)‖ / bound, largest', largest(runs.map(({ ratio }) => ratio)), 1 + 1e-6),
        above('largest λ0 of a run', largest(runs.map(({ rate }) => rate)), 0),
      ]),
    );
  },
};

/** Settings with the reference's peak of ||[F, Wp]|| over its start: one seed of an independent implementation. */
export const alignmentReference: readonly (AlignmentSettings & { peak: number })[] = [
  { eta: 0, alphaP: 1, beta: null, peak: 100 },
  { eta: 0.01, alphaP: 1, beta: null, peak: 80 },
  { eta: 0.04, alphaP: 1, beta: null, peak: 40 },
  { eta: 0.12, alphaP: 1, beta: null, peak: 1 },
  { eta: 0.01, alphaP: 1, beta: 0.4, peak: 70 },
  { eta: 0.01, alphaP: 1, beta: 0.04, peak: 9 },
  { eta: 0.04, alphaP: 1, beta: 0.4, peak: 7 },
  { eta: 0.04, alphaP: 1, beta: 0.04, peak: 1 },
  { eta: 0, alphaP: 5, beta: null, peak: 30 },
  { eta: 0.04, alphaP: 5, beta: null, peak: 12 },
];

export const alignmentLabel = ({ eta, alphaP, beta }: AlignmentSettings): string =>
  `η = ${eta}${alphaP === 1 ? '' : `, α_p = ${alphaP}`}${beta === null ? '' : `, β = ${beta}`}`;

const settingsOf = ({ peak: _, ...settings }: (typeof alignmentReference)[number]): AlignmentSettings => settings;

export const alignmentExperiments = (seeds: readonly number[]) =>
  alignmentReference.flatMap((row) => seeds.map((seed) => alignmentExperiment(settingsOf(row), seed)));

/** Geometric mean of the peaks of all starts. */
export function meanPeak(results: readonly AlignmentResult[], settings: AlignmentSettings): number {
  const peaks = resultsOf(results, settings).flatMap((result) => result.peaks);
  return Math.exp(mean(peaks.map(Math.log)));
}

export const meanSurviving = (results: readonly AlignmentResult[], settings: AlignmentSettings): number =>
  mean(resultsOf(results, settings).flatMap(({ surviving }) => surviving));

export function resultsOf(results: readonly AlignmentResult[], wanted: AlignmentSettings): AlignmentResult[] {
  return results.filter(
    ({ eta, alphaP, beta }) => eta === wanted.eta && alphaP === wanted.alphaP && beta === wanted.beta,
  );
}

export function alignmentChecks(results: readonly AlignmentResult[]): Check[] {
  const at = (eta: number, beta: number | null = null, alphaP = 1): AlignmentSettings => ({ eta, beta, alphaP });
  const peak = (settings: AlignmentSettings): number => meanPeak(results, settings);
  const falls = (less: AlignmentSettings, more: AlignmentSettings): Check =>
    above(`peak at ${alignmentLabel(less)} / at ${alignmentLabel(more)}`, peak(less) / peak(more), 1);
  const fewer = (more: AlignmentSettings, less: AlignmentSettings): Check =>
    above(
      `surviving modes at ${alignmentLabel(more)} - at ${alignmentLabel(less)}`,
      meanSurviving(results, more) - meanSurviving(results, less),
      0,
    );
  const still = alignmentReference.filter((row) => row.peak === 1);
  return [
    ...alignmentReference
      .filter((row) => row.peak > 1)
      .map((row) => within(`peak at ${alignmentLabel(row)}`, peak(row), row.peak / 2, 2 * row.peak)),
    ...still.map((row) =>
      atMost(
        `peak at ${alignmentLabel(row)}, largest of all starts`,
        largest(resultsOf(results, row).flatMap(({ peaks }) => peaks)),
        1 + 1e-9,
      ),
    ),
    falls(at(0), at(0.01)),
    falls(at(0.01), at(0.04)),
    falls(at(0.04), at(0.12)),
    falls(at(0), at(0, null, 5)),
    falls(at(0.04), at(0.04, null, 5)),
    falls(at(0.01), at(0.01, 0.4)),
    falls(at(0.01, 0.4), at(0.01, 0.04)),
    falls(at(0.04), at(0.04, 0.4)),
    falls(at(0.04, 0.4), at(0.04, 0.04)),
    fewer(at(0), at(0.01)),
    fewer(at(0.01), at(0.04)),
    fewer(at(0.04), at(0.12)),
    fewer(at(0.04), at(0.04, 0.4)),
    fewer(at(0.04, 0.4), at(0.04, 0.04)),
  ];
}

export const alignmentDynamics = theoryClaim<AlignmentResult>({
  id: 'E11',
  statement:
    'Weight decay, a fast predictor and a slow moving average keep the eigenspaces of predictor and features together on the way; fewer modes survive the first and the last.',
  source: `${independent('section 3.2 and figures 8 and 9 (observations 6 to 8)')}, one seed`,
  expected:
    'n = 10, σ² = 9e-4, symmetrised flow, Euler Δt = 0.02, W0 ~ N(0, 0.02²/10), Wp0 = GGᵀ, G ~ N(0, 0.5²/10), Wa(0) = 0: peak of ‖[F, Wp]‖ over its start, geometric mean of four starts a seed, within a factor of 2 of 100, 80, 40 at η = 0, 0.01, 0.04 and never growing at 0.12; 70, 9 at η = 0.01 with β = 0.4, 0.04; 7, and no growth, at η = 0.04 with the same; 30, 12 at α_p = 5 with η = 0, 0.04; in that order; the mean number of modes with s > 1e-3 falling with η and with the slowness of the average',
  experiments: alignmentExperiments,
  checks: alignmentChecks,
});
