// E3, E4, E9: fixed points of a mode, how it gets there, and the weight decay above which there are none.
import { scalar } from '../../../theory/dynamics/index.js';
import { atMost, below, type Check } from '../../checks.js';
import { derived, independent } from './source.js';
import { closedFormClaim, golden } from './theory-claim.js';

const sigma2 = 0.1;

/** Near p+ a time is known a hundred thousand times less well than p. */
const exact: scalar.Method = { name: 'dormandPrince', relative: 1e-13, absolute: 1e-16 };

/** p at some times from a start on the parabola s = p^2 / alphaP. */
function courseOf(p0: number, times: readonly number[]): Float64Array {
  return scalar.trajectory({ sigma2, eta: 0.05 }, { p: p0, s: p0 * p0 }, times, exact).p;
}

function roots(parameters: scalar.ScalarParameters): { minus: number; plus: number } {
  const points = scalar.fixedPoints(parameters);
  const at = (name: scalar.FixedPoint['name']): number => points.find((point) => point.name === name)?.p ?? Number.NaN;
  return { minus: at('boundary'), plus: at('survival') };
}

/** Eigenvalues of the Jacobian at a fixed point, descending. */
function jacobianChecks(name: 'boundary' | 'survival', expected: readonly [number, number]): Check[] {
  const point = scalar.fixedPoints({ sigma2, eta: 0.05, alphaP: 2 }).find((one) => one.name === name);
  const label = name === 'boundary' ? 'p-' : 'p+';
  return expected.map((value, i) =>
    golden(`eigenvalue ${i + 1} of the Jacobian at ${label}`, point?.eigenvalues[i]?.re ?? Number.NaN, value, 5e-9),
  );
}

export const goldenCourse = closedFormClaim({
  id: 'E3',
  statement:
    'On the parabola s = p²/α_p a mode above p- grows to p+ and one below it dies, at times that are known in closed form.',
  source: derived('equation 16; closed form of the time and golden values in double precision'),
  expected:
    'σ² = 0.1, η = 0.05, τ = 1: p- = 0.05310177880, p+ = 0.85598913029; from 1.5 p-: p(10), p(20), p(30), p(40) = 0.1107838239, 0.2443850726, 0.8363362720, 0.8559783862; from 0.5 p-: p(10), p(40) = 0.0202186264, 0.0065309983; times by the closed form within 1e-8; Jacobian (α_p = 2) at p+ {-0.1, -0.75598913}, at p- {-0.1, 0.04689822}',
  checks: () => {
    const { minus, plus } = roots({ sigma2, eta: 0.05 });
    const golds = [
      { factor: 1.5, times: [10, 20, 30, 40], p: [0.1107838239, 0.2443850726, 0.836336272, 0.8559783862] },
      { factor: 0.5, times: [10, 40], p: [0.0202186264, 0.0065309983] },
    ];
    const courses = golds.flatMap(({ factor, times, p }) => {
      const course = courseOf(factor * minus, times);
      return times.flatMap((time, i) => [
        golden(`p(${time}) from ${factor} p-`, course[i]!, p[i]!, 1e-10),
        atMost(
          `|t - closed form| at t = ${time} from ${factor} p-`,
          Math.abs(scalar.parabolaTime({ sigma2, eta: 0.05 }, factor * minus, course[i]!) - time),
          1e-8,
        ),
      ]);
    });
    return [
      golden('p-', minus, 0.0531017788, 5e-12),
      golden('p+', plus, 0.85598913029, 5e-12),
      ...courses,
      ...jacobianChecks('survival', [-0.1, -0.75598913]),
      ...jacobianChecks('boundary', [0.04689822, -0.1]),
    ];
  },
});

/** Where the flow from p0 = 0.6, s0 = p0^2 is at t = 300. */
function endFrom(eta: number): { p: number; s: number } {
  const { p, s } = scalar.trajectory({ sigma2, eta }, { p: 0.6, s: 0.36 }, [300]);
  return { p: p[0]!, s: s[0]! };
}

export const criticalDecay = closedFormClaim({
  id: 'E4',
  statement:
    'Above η_crit = τ²/(4(1+σ²)) collapse cannot be avoided; below it a mode that starts high enough survives.',
  source: independent('after equation 16 (observation 5)'),
  expected:
    'σ² = 0.1: η_crit = 0.22727; from p0 = 0.6, s0 = p0²: η = 0.2 ends at p = 0.6120, s = 0.3745, η = 0.22 at p = 0.5359; η = 0.23 and 0.24 have s < 1e-20 by t = 300',
  checks: () => {
    const alive = endFrom(0.2);
    return [
      golden('η_crit', scalar.criticalWeightDecay({ sigma2 }), 0.22727, 5e-6),
      golden('η = 0.2: p', alive.p, 0.612, 5e-5),
      golden('η = 0.2: s', alive.s, 0.3745, 5e-5),
      golden('η = 0.22: p', endFrom(0.22).p, 0.5359, 5e-5),
      below('η = 0.23: s at t = 300', endFrom(0.23).s, 1e-20),
      below('η = 0.24: s at t = 300', endFrom(0.24).s, 1e-20),
    ];
  },
});

const decays = [
  { alphaP: 1, etaP: 0.08, etaS: 0.02, p: 0.88863, s: 3.15866 },
  { alphaP: 3, etaP: 0.03, etaS: 0.01, p: 0.89898, s: 0.80816 },
];

export const separateDecays = closedFormClaim({
  id: 'E9',
  statement:
    "Of two weight decays the encoder's alone decides where p ends and whether a mode survives; s is scaled by their ratio.",
  source: derived('equations 11 and 12'),
  expected:
    'a = 1.1: (α_p, η_p, η_s) = (1, 0.08, 0.02) ends at p = 0.88863, s = 3.15866; (3, 0.03, 0.01) at 0.89898, 0.80816; (1, 0.05, 0.24) collapses',
  checks: () => [
    ...decays.flatMap(({ p, s, ...parameters }) => {
      const end = scalar.trajectory({ sigma2, ...parameters }, { p: 0.6, s: 0.36 }, [2000]);
      const label = `(${parameters.alphaP}, ${parameters.etaP}, ${parameters.etaS})`;
      return [golden(`${label}: p`, end.p[0]!, p, 5e-6), golden(`${label}: s`, end.s[0]!, s, 5e-6)];
    }),
    ...[[1, 0.05, 0.24] as const].map(([alphaP, etaP, etaS]) => {
      const end = scalar.trajectory({ sigma2, alphaP, etaP, etaS }, { p: 0.6, s: 0.36 }, [2000]);
      return below(`(${alphaP}, ${etaP}, ${etaS}): s`, end.s[0]!, 1e-20);
    }),
  ],
});

const lags = [
  { eta: 0.04, beta: 0.4, lag: 1.1111 },
  { eta: 0.1, beta: 0.4, lag: 1.3333 },
];

export const targetLag = closedFormClaim({
  id: 'E8',
  statement:
    'A moving average catches up with a mode that survives, whatever its rate; on one that collapses it stays ahead by β/(β-η).',
  source: derived('equation 13'),
  expected:
    'σ² = 0.1, p0 = 0.02: w_a/w ends at 1.1111 for (η, β) = (0.04, 0.4), at 1.3333 for (0.1, 0.4); a growing mode ends at w_a/w = 1 and p+(τ = 1) for every β',
  checks: () => [
    ...lags.map(({ eta, beta, lag }) => {
      const { tau } = scalar.trajectory(
        { sigma2, eta, target: { name: 'ema', beta } },
        { p: 0.02, s: 0.0004 },
        [10 / eta], // p has fallen to a millionth, and w is still far above the integrator's absolute error
      );
      return golden(`collapsing, η = ${eta}, β = ${beta}: w_a/w`, tau[0]!, lag, 5e-5);
    }),
    ...[4, 0.4, 0.1, 0.04].flatMap((beta) => {
      const eta = 0.04;
      const end = scalar.trajectory({ sigma2, eta, target: { name: 'ema', beta } }, { p: 0.6, s: 0.36 }, [3000]);
      return [
        golden(`growing, β = ${beta}: w_a/w`, end.tau[0]!, 1, 1e-6),
        atMost(`growing, β = ${beta}: |p - p+|`, Math.abs(end.p[0]! - roots({ sigma2, eta }).plus), 1e-6),
      ];
    }),
  ],
});

const starts = [
  { p: 0.1, s: 0.05, end: 0.866446 },
  { p: 0.1, s: 0.3, end: 1.116446 },
];

export const memory = closedFormClaim({
  id: 'E7',
  statement: 'Without weight decay a mode remembers where it started; weight decay makes it forget.',
  source: derived('theorem 1 and equation 14 (observation 3)'),
  expected:
    'a = 1.1, η = 0: p ends at τ/a and s at c + τ²/(a² α_p), c = s0 - p0²/α_p > 0: 0.866446 from (0.1, 0.05), 1.116446 from (0.1, 0.3); η = 0.01: both at s = p+² = 0.808162',
  checks: () =>
    starts.flatMap(({ p, s, end }) => {
      const label = `(${p}, ${s})`;
      const kept = scalar.trajectory({ sigma2 }, { p, s }, [200]);
      const forgotten = scalar.trajectory({ sigma2, eta: 0.01 }, { p, s }, [2000]);
      return [
        golden(`${label}, η = 0: p`, kept.p[0]!, 0.909091, 5e-7),
        golden(`${label}, η = 0: s`, kept.s[0]!, end, 5e-7),
        golden(`${label}, η = 0.01: s`, forgotten.s[0]!, 0.808162, 5e-7),
      ];
    }),
});
