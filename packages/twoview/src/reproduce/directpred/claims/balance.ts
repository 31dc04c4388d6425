// E1, E2, E14: theorems 1 and 2 on whole matrices: what is conserved, what the gradient is, how fast W falls without
// stop-gradient.
import * as torch from '@twoview/torch';
import { matrix, scalar } from '../../../theory/dynamics/index.js';
import { atMost, within } from '../../checks.js';
import { largest, smallest } from '../../statistics.js';
import { generatorOf, genericStart } from '../linear/starts.js';
import { derived, independent, paper } from './source.js';
import { golden, seededClaim } from './theory-claim.js';

/** Errors of the balance after t = 10 by method and step. */
interface BalanceErrors {
  rk4: { coarse: number; fine: number };
  euler: { coarse: number; fine: number };
}

const [coarse, fine] = [0.02, 0.01];

export const invariant = seededClaim<BalanceErrors>({
  id: 'E1',
  statement:
    'Whatever data and target are, W Wᵀ - Wpᵀ Wp / α_p decays as e^(-2ηt): what predictor and encoder share stays balanced.',
  source: `${paper('theorem 1')}; errors of an independent NumPy implementation`,
  expected:
    'n1 = 8, n2 = 5, random X and X′ (here with mean eigenvalues 1 and 0.1), α_p = 2, β = 0.4, η = 0.05, Wa(0) = 0, t = 10: largest error with RK4 < 1e-5 at Δt = 0.02 and 16 times (within 20 %) smaller at 0.01; with Euler 2e-3 at 0.01 (within a factor of 2), halving with Δt (within 15 %)',
  measure(seed) {
    const generator = generatorOf(seed);
    const [inputs, outputs, alphaP, eta, time] = [8, 5, 2, 0.05, 10];
    const x = matrix.randomMoment(inputs, generator);
    const xPrime = matrix.scale(0.1, matrix.randomMoment(inputs, generator));
    const start = {
      w: matrix.normalMatrix(outputs, inputs, 1 / Math.sqrt(inputs), generator),
      wp: matrix.normalMatrix(outputs, outputs, 1 / Math.sqrt(outputs), generator),
    };
    const parameters = { inputs, outputs, x, xPrime, alphaP, eta, target: { name: 'ema', beta: 0.4 } } as const;
    const error = (name: 'rk4' | 'euler', step: number): number => {
      const [end] = matrix.matrixTrajectory(parameters, start, [time], { name, step });
      return matrix.balanceError(start, end!, { alphaP, eta, time });
    };
    const both = (name: 'rk4' | 'euler') => ({ coarse: error(name, coarse), fine: error(name, fine) });
    return { rk4: both('rk4'), euler: both('euler') };
  },
  checks(measured) {
    const ratios = (name: keyof BalanceErrors): number[] => measured.map((one) => one[name].coarse / one[name].fine);
    const euler = measured.map((one) => one.euler.fine);
    return [
      atMost('RK4, Δt = 0.02: error, largest', largest(measured.map((one) => one.rk4.coarse)), 1e-5),
      within('RK4: error at 0.02 / at 0.01, smallest', smallest(ratios('rk4')), 12.8, 19.2),
      within('RK4: error at 0.02 / at 0.01, largest', largest(ratios('rk4')), 12.8, 19.2),
      within('Euler, Δt = 0.01: error, smallest', smallest(euler), 1e-3, 4e-3),
      within('Euler, Δt = 0.01: error, largest', largest(euler), 1e-3, 4e-3),
      within('Euler: error at 0.02 / at 0.01, smallest', smallest(ratios('euler')), 1.7, 2.3),
      within('Euler: error at 0.02 / at 0.01, largest', largest(ratios('euler')), 1.7, 2.3),
    ];
  },
});

interface GradientErrors {
  w: number;
  wp: number;
  throughBoth: number;
}

export const gradients = seededClaim<GradientErrors>({
  id: 'E2',
  statement: 'The flow is the gradient of the loss: with stop-gradient equations 2 and 3, without it theorem 2.',
  source: paper('lemma 1 and theorem 2'),
  expected: 'autograd of J by population moments equals the flow without weight decay, relative error < 1e-9',
  measure(seed) {
    const generator = generatorOf(seed);
    const [inputs, outputs, alphaP] = [8, 5, 2];
    const x = matrix.randomMoment(inputs, generator);
    const xPrime = matrix.randomMoment(inputs, generator);
    const state = {
      ...genericStart({ inputs, outputs }, generator),
      wa: matrix.normalMatrix(outputs, inputs, 0.3, generator),
    };
    const slots = { inputs, outputs, x, xPrime, alphaP };
    const ema = matrix.derivative(
      matrix.resolveMatrixParameters({ ...slots, target: { name: 'ema', beta: 1 } }),
      state,
    );
    const online = matrix.derivative(matrix.resolveMatrixParameters({ ...slots, target: { name: 'online' } }), {
      ...state,
      wa: state.w,
    });
    const stopped = autograd(state, { x, xPrime }, false);
    const free = autograd(state, { x, xPrime }, true);
    return {
      w: relativeError(ema.w, stopped.w, -1),
      wp: relativeError(ema.wp, stopped.wp, -alphaP),
      throughBoth: relativeError(online.w, free.w, -1),
    };
  },
  checks: (measured) => [
    atMost('dW/dt with stop-gradient, largest relative error', largest(measured.map(({ w }) => w)), 1e-9),
    atMost('dWp/dt / α_p, largest relative error', largest(measured.map(({ wp }) => wp)), 1e-9),
    atMost(
      'dW/dt without stop-gradient, largest relative error',
      largest(measured.map(({ throughBoth }) => throughBoth)),
      1e-9,
    ),
  ],
});

/** Gradients of the population loss by W and Wp; through Wa = W too, if asked for. */
function autograd(
  { w, wp, wa }: matrix.MatrixState,
  moments: { x: matrix.Matrix; xPrime: matrix.Matrix },
  throughTarget: boolean,
): { w: matrix.Matrix; wp: matrix.Matrix } {
  const tensor = ({ rows, columns, values }: matrix.Matrix): torch.Tensor =>
    torch.tensor(values, { shape: [rows, columns] });
  return torch.scope(() => {
    const [online, predictor] = [tensor(w), tensor(wp)];
    online.requiresGrad = true;
    predictor.requiresGrad = true;
    const loss = matrix.populationLoss({
      w: online,
      wp: predictor,
      wa: throughTarget ? online : tensor(wa),
      x: tensor(moments.x),
      xPrime: tensor(moments.xPrime),
    });
    const [byW, byWp] = torch.grad([loss], [online, predictor]);
    const read = (gradient: torch.Tensor, like: matrix.Matrix): matrix.Matrix => ({
      ...like,
      values: Float64Array.from(gradient.contiguous().data() as Float64Array),
    });
    return { w: read(byW!, w), wp: read(byWp!, wp) };
  });
}

/** | slope - factor * gradient | over | slope | */
const relativeError = (slope: matrix.Matrix, gradient: matrix.Matrix, factor: number): number =>
  matrix.norm(matrix.combine(1, slope, -factor, gradient)) / matrix.norm(slope);

const sigma2 = 0.1;
const collapseBounds = [
  { eta: 0, bound: 0.022 },
  { eta: 0.05, bound: 0.0081 },
];

export const noStopGradient = seededClaim<number[]>({
  id: 'E14',
  statement: 'Without stop-gradient W falls exponentially, at a rate that is known, whatever the predictor does.',
  source: `${independent('theorem 2')}; the rate for isotropic data is ${derived('theorem 2')}`,
  expected:
    'σ² = 0.1, t = 20: ‖W(20)‖/‖W(0)‖ <= 0.0220 at η = 0 (e^(-0.19091·20)), <= 0.0081 at η = 0.05; the smallest rate over p is 0.190909',
  measure(seed) {
    const sizes = { inputs: 16, outputs: 8 };
    const generator = generatorOf(seed);
    // As large as linear layers start: the smaller the predictor, the faster W falls.
    const start = {
      w: matrix.normalMatrix(sizes.outputs, sizes.inputs, 1 / Math.sqrt(sizes.inputs), generator),
      wp: matrix.normalMatrix(sizes.outputs, sizes.outputs, 1 / Math.sqrt(sizes.outputs), generator),
    };
    return collapseBounds.map(({ eta }) => {
      const parameters = { ...sizes, xPrime: sigma2, eta, target: { name: 'online' } } as const;
      const [end] = matrix.matrixTrajectory(parameters, start, [20]);
      return matrix.norm(end!.w) / matrix.norm(start.w);
    });
  },
  checks: (measured) => [
    ...collapseBounds.map(({ eta, bound }, i) =>
      atMost(`η = ${eta}: ‖W(20)‖/‖W(0)‖, largest`, largest(measured.map((ratios) => ratios[i]!)), bound),
    ),
    golden('smallest rate over p, of H', smallestRate(), 0.190909, 5e-7),
    golden('the same in closed form', scalar.noStopGradientRate({ sigma2 }), 0.190909, 5e-7),
  ],
});

/** The least of lambda_min(H) over Wp = p I, by golden section: H is convex in p. */
function smallestRate(): number {
  const parameters = matrix.resolveMatrixParameters({ inputs: 2, outputs: 2, xPrime: sigma2 });
  const rate = (p: number): number => matrix.collapseRate(parameters, matrix.scaledIdentity(2, p));
  const share = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 2];
  while (high - low > 1e-9) {
    const [left, right] = [high - share * (high - low), low + share * (high - low)];
    if (rate(left) < rate(right)) high = right;
    else low = left;
  }
  return rate((low + high) / 2);
}
