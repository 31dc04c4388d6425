// E5, E6: how high a mode has to start to escape collapse: decay, speed of the target, rate of the predictor.
import { scalar } from '../../../theory/dynamics/index.js';
import { atMost, type Check, judge, within } from '../../checks.js';
import type { Claim } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { derived, independent } from './source.js';
import { closedFormClaim, golden } from './theory-claim.js';

const sigma2 = 0.1;

/** Columns: tau = 1, then averages of these rates. */
export const escapeBetas = [null, 4, 0.4, 0.1, 0.04] as const;
/** Smallest p0 on a grid of 0.001 that escapes; null where none up to 1.5 does. */
export const escapeReference: readonly { eta: number; p0: readonly (number | null)[] }[] = [
  { eta: 0.01, p0: [0.011, 0.011, 0.011, 0.012, 0.013] },
  { eta: 0.04, p0: [0.042, 0.043, 0.047, 0.058, 0.08] },
  { eta: 0.1, p0: [0.115, 0.118, 0.146, 0.247, 0.671] },
  { eta: 0.2, p0: [0.298, 0.32, 0.585, null, null] },
];

export const betaLabel = (beta: number | null): string => (beta === null ? 'τ = 1' : `β = ${beta}`);

/** Thresholds p0 by weight decay and speed of the target; null where none up to 1.5 escapes. */
export type EscapeTable = readonly { eta: number; p0: readonly (number | null)[] }[];

/** Thresholds over a grid of decays, for the claim's table and the figure. */
export function escapeExperiment(etas: readonly number[], betas: readonly (number | null)[]): Experiment<EscapeTable> {
  return {
    name: `escape thresholds, ${etas.length} decays, ${betas.length} targets`,
    settings: { version: 1, sigma2, etas, betas, horizon: 10000 },
    cost: 12 * etas.length * betas.length,
    run: async () => etas.map((eta) => ({ eta, p0: betas.map((beta) => threshold(eta, beta)) })),
  };
}

function threshold(eta: number, beta: number | null): number | null {
  const target: scalar.Target = beta === null ? { name: 'stopGradient' } : { name: 'ema', beta };
  return scalar.escapeThreshold({ sigma2, eta, target }, { tolerance: 1e-6 });
}

const table = escapeExperiment(
  escapeReference.map(({ eta }) => eta),
  escapeBetas,
);

/** How many of neighbours in rows and columns do not grow with a slower average or a larger decay; none counts as infinite. */
function disorder(thresholds: EscapeTable): number {
  const values = thresholds.map(({ p0 }) => p0.map((p) => p ?? Number.POSITIVE_INFINITY));
  let count = 0;
  for (const [i, row] of values.entries())
    for (const [j, value] of row.entries()) {
      const [slower, stronger] = [row[j + 1], values[i + 1]?.[j]];
      if (slower !== undefined && slower < value) count++;
      if (stronger !== undefined && stronger < value) count++;
    }
  return count;
}

/** A grid's first point at or above the boundary lies less than a step of the grid above it. */
export function escapeChecks(thresholds: EscapeTable): Check[] {
  const cells = escapeReference.flatMap(({ eta, p0 }, i) =>
    p0.map((expected, j): Check => {
      const measured = thresholds[i]!.p0[j] ?? Number.POSITIVE_INFINITY;
      const name = `η = ${eta}, ${betaLabel(escapeBetas[j]!)}`;
      if (expected !== null) return within(name, measured, Number((expected - 0.001).toFixed(3)), expected);
      return { name, measured, threshold: 'none up to 1.5', holds: measured > 1.5 };
    }),
  );
  return [...cells, atMost('pairs out of order', disorder(thresholds), 0)];
}

export const escapeBasins: Claim & { checks: typeof escapeChecks; table: typeof table } = {
  id: 'E5',
  statement: 'A slower moving average or a larger weight decay enlarges the basin of collapse.',
  source: independent('observations 4 and 10'),
  expected:
    'start on the parabola, α_p = 1, σ² = 0.1: the boundary p0 in the cell of a 0.001 grid below the reference value; growing with η and with the slowness of the average',
  scales: ['minutes'],
  checks: escapeChecks,
  table,
  experiments: () => [table],
  run: async ({ result }) => ({ ...judge(escapeChecks(await result(table))), seeds: [] }),
};

/** s0 from p0 = 0, for alphaP = 1, 2, 5. */
const critical = [
  { eta: 0.04, s0: [4.2137e-3, 2.1069e-3, 8.4274e-4] },
  { eta: 0.1, s0: [2.9658e-2, 1.4829e-2, 5.9316e-3] },
];
const rates = [1, 2, 5];

/** Largest difference of (p, alphaP s) between predictors' rates, along runs from the same start in (p, alphaP s). */
function scalingError(eta: number): number {
  const times = Array.from({ length: 60 }, (_, i) => i + 1);
  const courses = rates.map((alphaP) => {
    const { p, s } = scalar.trajectory({ sigma2, eta, alphaP }, { p: 0.05, s: 0.02 / alphaP }, times);
    return { p, scaled: s.map((value) => alphaP * value) };
  });
  const [first] = courses;
  const differences = courses.flatMap(({ p, scaled }) => [
    ...p.map((value, i) => Math.abs(value - first!.p[i]!)),
    ...scaled.map((value, i) => Math.abs(value - first!.scaled[i]!)),
  ]);
  return Math.max(...differences);
}

export const predictorRate = closedFormClaim({
  id: 'E6',
  statement: 'A faster predictor shrinks the basin of collapse as 1/α_p: α_p only rescales s.',
  source: derived('equations 11 and 12 (observations 1 and 2)'),
  expected:
    'critical s0 from p0 = 0, τ = 1, α_p = 1, 2, 5: η = 0.04: 4.2137e-3, 2.1069e-3, 8.4274e-4; η = 0.1: 2.9658e-2, 1.4829e-2, 5.9316e-3; ratio 1 : 1/2 : 1/5 (to 1e-8); the same trajectories in (p, α_p s) (to 1e-8)',
  checks: () => [
    ...critical.flatMap(({ eta, s0 }) => {
      const measured = rates.map((alphaP) => scalar.criticalFeature({ sigma2, eta, alphaP }) ?? Number.NaN);
      const digit = (value: number): number => 0.5 * 10 ** (Math.floor(Math.log10(value)) - 4);
      return [
        ...rates.map((alphaP, i) => golden(`η = ${eta}, α_p = ${alphaP}: s0`, measured[i]!, s0[i]!, digit(s0[i]!))),
        ...rates
          .slice(1)
          .map((alphaP, i) =>
            golden(
              `η = ${eta}: s0 at α_p = ${alphaP} over s0 at 1, times α_p`,
              (measured[i + 1]! / measured[0]!) * alphaP,
              1,
              1e-8,
            ),
          ),
      ];
    }),
    ...[0.04, 0.1].map((eta) => atMost(`η = ${eta}: difference of trajectories`, scalingError(eta), 1e-8)),
  ],
});
