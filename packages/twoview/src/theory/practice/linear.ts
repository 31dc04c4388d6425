// A linear network on white data, trained by minibatch SGD beside its theory: nothing is fitted, and the two must agree
// (Tian, Chen, Ganguli 2021, eqs. 11 to 13; assumptions: X = I, X' = sigma^2 I, an aligned start).
import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { init } from '@twoview/torch/nn';
import { type MethodConfig, methodSchema, Siamese } from '../../methods/index.js';
import { Encoder } from '../../models/index.js';
import { createOptimizer } from '../../training/index.js';
import { type ScalarParameters, trajectories } from '../dynamics/scalar/index.js';
import { type Agreement, agreement, tolerance } from './agreement.js';
import type { LinearSettings } from './config.js';
import { meanAlignment, modesOf } from './modes.js';

/** Vectors pass unchanged: the projector, one matrix without bias, is the linear network. */
class Vectors extends Encoder {
  constructor(readonly featureSize: number) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** Measured and predicted modes over steps, `[rows][modes]`, in the order of the settings' modes. */
export interface LinearCourse {
  steps: number[];
  /** Learning rate times steps. */
  times: number[];
  measured: { p: number[][]; s: number[][] };
  predicted: { p: number[][]; s: number[][] };
  /** `meanAlignment` of all modes. */
  alignment: number[];
}

/** How well theory and network agree. */
export interface LinearAgreement {
  p: Agreement;
  /** Modes weigh by their size. */
  s: Agreement;
  /** Whether both are within the tolerance. */
  agrees: boolean;
}

export function linearAgreement({ measured, predicted }: LinearCourse): LinearAgreement {
  const equal = measured.s.map((row) => row.map(() => 1));
  const p = agreement({ measured: measured.p, predicted: predicted.p, weights: measured.s });
  const s = agreement({ measured: measured.s, predicted: predicted.s, weights: equal });
  return { p, s, agrees: Math.max(p.error, s.error) <= tolerance };
}

const rowsOfCourse = 120;

/** Steps between turns of the event loop: large batches take a while. */
const turn = 10;

/** The slots; a quarter of the sum of both squared distances is the theory's 1/2 |p - t|^2. */
function linearMethod(settings: LinearSettings): MethodConfig {
  const { modes, predictor, epsilon, target, alphaP, eta, beta, learningRate } = settings;
  const momentum = 1 - beta * learningRate;
  return methodSchema.parse({
    name: 'linear',
    objective: { name: 'mse', normalize: false, scale: 0.25 },
    projector: { hidden: [], size: modes.length, bias: false },
    predictor:
      predictor === 'directPred' ? { name: predictor, epsilon, formula: 'paper', rho: 0.9 } : { name: predictor },
    // The same eta acts on both, whatever the predictor's learning rate.
    predictorTraining: { learningRateFactor: alphaP, weightDecay: eta / alphaP },
    target: target === 'ema' ? { name: 'ema', momentum, start: 'copy' } : { name: target },
  });
}

/** Starts at the modes: W = U diag(sqrt s) V^T, Wp = U diag(p) U^T, with random orthogonal U and V. */
function place(model: Siamese, { inputs, modes }: LinearSettings, generator: torch.Generator): Tensor {
  return torch.noGrad(() =>
    torch.scope(() => {
      const orthogonal = (size: number): Tensor => init.orthogonal_(torch.empty([size, size]), { generator });
      const u = orthogonal(modes.length);
      const v = orthogonal(inputs).narrow(0, 0, modes.length);
      const values = (of: (mode: { p: number; s: number }) => number): Tensor => torch.tensor(modes.map(of));
      for (const [name, weight] of model.namedParameters()) {
        if (name.startsWith('projector')) weight.copy_(u.mul(values(({ s }) => Math.sqrt(s))).matmul(v));
        if (name.startsWith('predictor')) weight.copy_(u.mul(values(({ p }) => p)).matmul(u.transpose(0, 1)));
      }
      model.restartTarget();
      return u;
    }),
  );
}

/** u_j^T M u_j of the fixed directions that training started with. */
function along(u: Tensor, matrix: Tensor): number[] {
  return torch.scope(() => u.mul(matrix.matmul(u)).sum([0]).tolist()) as number[];
}

export interface LinearRun {
  /** Told the share of steps that are done. */
  onProgress?: (share: number) => void;
  /** Asked now and then: true ends the run. */
  shouldStop?: () => boolean;
}

/**
 * Trains, and integrates the theory from the same start.
 * @returns null if it was stopped
 * @throws RangeError if there are more modes than inputs; Error if the theory cannot be followed for so long, or weights run off to infinity
 */
export async function trainLinear(settings: LinearSettings, run: LinearRun = {}): Promise<LinearCourse | null> {
  const { inputs, modes, sigma2, learningRate, batchSize, steps, seed } = settings;
  if (modes.length > inputs)
    throw new RangeError(
      `inputs is ${inputs}, but there are ${modes.length} modes: a mode needs a direction of its own`,
    );
  const generator = new torch.Generator({ seed });
  const method = linearMethod(settings);
  using model = new Siamese(method, () => new Vectors(inputs), generator);
  using directions = place(model, settings, generator);
  const optimizer = createOptimizer(
    {
      name: 'sgd',
      learningRate,
      momentum: 0,
      nesterov: false,
      weightDecay: settings.eta,
      exclude: 'none',
      schedule: { name: 'constant', warmupEpochs: 0 },
    },
    method.predictorTraining,
    model.parameterGroups(),
  );
  const every = Math.max(1, Math.round(steps / rowsOfCourse));
  const course: LinearCourse = emptyCourse();
  course.predicted = predict(
    settings,
    Array.from({ length: Math.floor(steps / every) + 1 }, (_, k) => k * every * learningRate),
  );
  const record = (step: number): void => {
    torch.noGrad(() => torch.scope(() => measure(model, directions, step, learningRate, course)));
  };
  record(0);
  for (let step = 1; step <= steps; step++) {
    torch.scope(() => {
      const x = torch.randn([batchSize, inputs], { generator });
      const view = (): Tensor => x.add(torch.randn([batchSize, inputs], { generator }), { alpha: Math.sqrt(sigma2) });
      optimizer.zeroGrad();
      model.step([view(), view()]).loss.backward();
      optimizer.step();
      model.afterStep(step - 1, steps);
    });
    if (step % every === 0) record(step);
    if (step % turn === 0 || step === steps) {
      run.onProgress?.(step / steps);
      await setImmediate();
      if (run.shouldStop?.()) return null;
    }
  }
  return course;
}

const emptyCourse = (): LinearCourse => ({
  steps: [],
  times: [],
  measured: { p: [], s: [] },
  predicted: { p: [], s: [] },
  alignment: [],
});

function measure(model: Siamese, u: Tensor, step: number, learningRate: number, course: LinearCourse): void {
  const w = model.stateDict().get('projector.0.weight') as Tensor;
  const f = w.matmul(w.transpose(0, 1));
  const { matrix } = model.predictor;
  const wp = matrix ?? torch.eye(f.size(0));
  if (!Number.isFinite(f.sum().add(wp.sum()).item()))
    throw new Error(
      `the weights ran off to infinity by step ${step}: take a smaller learningRate than ${learningRate}, or start smaller`,
    );
  const same = f.double();
  const moments = { cross: same, total: same, drive: same, drag: same };
  course.steps.push(step);
  course.times.push(step * learningRate);
  course.measured.p.push(matrix ? along(u, matrix) : new Array<number>(f.size(0)).fill(1));
  course.measured.s.push(along(u, f));
  course.alignment.push(meanAlignment(modesOf(moments, wp, f.size(0))));
}

/** p and s `[times][modes]` by eqs. 11 to 13. */
function predict(settings: LinearSettings, times: readonly number[]): LinearCourse['predicted'] {
  const { modes, alphaP, eta, sigma2, predictor, epsilon, target, beta } = settings;
  const parameters: ScalarParameters = {
    alphaP,
    eta,
    sigma2,
    predictor: predictor === 'directPred' ? { name: 'directSet', epsilon, correlation: 'views' } : { name: predictor },
    target: target === 'ema' ? { name: 'ema', beta } : { name: target },
  };
  // A target that starts as a copy has tau = 1.
  const start = modes.map(({ p, s }) => ({ p: predictor === 'identity' ? 1 : p, s, tau: 1 }));
  const found = trajectories(parameters, start, times);
  const rows = (name: 'p' | 's'): number[][] => times.map((_, k) => found.map((mode) => mode[name][k]!));
  return { p: rows('p'), s: rows('s') };
}
