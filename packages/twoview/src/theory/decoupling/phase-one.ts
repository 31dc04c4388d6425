// Phase I in closed form: without thresholds the network is linear, and w grows by K = E[x+ x++^T].
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type DecouplingSettings, decouplingSettings, type ViewKind } from './config.js';
import { createDictionary, SampleSource, type SparseCoding } from './data.js';
import { lengths } from './schedule.js';
import { DecouplingModel } from './step.js';
import { stream } from './streams.js';
import { drawnKeep, Views } from './views.js';

/** Mean eigenvalue of a matrix within the atoms' span, tr(M^T K M) / d, and across it, tr(M_perp^T K M_perp) / (d1 - d). */
export interface Growth {
  signal: number;
  noise: number;
}

type Moments = Pick<SparseCoding, 'sparsity' | 'noise'>;

/** Sigma = E[x x^T] = kappa M M^T + sigma^2 I `[d1, d1]`, from M^T `[d, d1]`. */
export function covariance(dictionary: Tensor, { sparsity, noise }: Moments): Tensor {
  const identity = torch.eye(dictionary.shape[1]!, { dtype: dictionary.dtype });
  return dictionary.t().matmul(dictionary).mul(sparsity).add(identity, { alpha: noise });
}

/**
 * K = E[x+ x++^T] `[d1, d1]` (derived): Sigma, without its diagonal where the masks are complementary, whatever p. Independent
 * masks and independent noise leave Sigma as it is: they do not decouple.
 */
export function crossCovariance(dictionary: Tensor, moments: Moments, kind: ViewKind): Tensor {
  const sigma = covariance(dictionary, moments);
  return kind === 'complementary' ? sigma.sub(sigma.diagonal().diag()) : sigma;
}

/**
 * E[x+ x+^T] `[d1, d1]` of one view (derived): Sigma + (1/p - 1) diag(Sigma) for a mask that keeps p, Sigma + s^2 I with noise of
 * variance s^2.
 */
export function viewCovariance(
  dictionary: Tensor,
  moments: Moments,
  views: { kind: ViewKind; keep: number; noise: number },
): Tensor {
  const sigma = covariance(dictionary, moments);
  if (views.kind === 'none') return sigma;
  if (views.kind === 'noise')
    return sigma.add(torch.eye(sigma.shape[0]!, { dtype: sigma.dtype }), { alpha: views.noise });
  return sigma.add(sigma.diagonal().diag(), { alpha: 1 / drawnKeep(views.keep) - 1 });
}

/** @param k `[d1, d1]` */
export function growthOf(k: Tensor, dictionary: Tensor): Growth {
  const [atoms, dimension] = dictionary.shape as [number, number];
  return torch.scope(() => {
    const within = dictionary.matmul(k).mul(dictionary).sum().item();
    return { signal: within / atoms, noise: (k.trace().item() - within) / (dimension - atoms) };
  });
}

/** The same for random dictionaries, on average and to first order in d / d1. */
export function expectedGrowth({ atoms, dimension, sparsity, noise }: SparseCoding, kind: ViewKind): Growth {
  const share = atoms / dimension;
  if (kind === 'complementary') return { signal: sparsity * (1 - share), noise: -sparsity * share };
  return { signal: sparsity + noise, noise };
}

/** How fast ln ||w|| grows a step, divided by eta, in a direction of eigenvalue r: ln(1 + eta (r / tau - lambda)) / eta. */
export function growthRate(r: number, { learningRate, temperature, weightDecay }: DecouplingSettings['training']) {
  return Math.log1p(learningRate * (r / temperature - weightDecay)) / learningRate;
}

/** Samples whose moments are taken at a time. */
const chunk = 2000;

/**
 * K's growth from samples. No training.
 * @param samples from 2,000; rounded to a multiple of it
 * @throws RangeError for fewer
 */
export function sampleGrowth(
  settings: Pick<DecouplingSettings, 'data' | 'kind' | 'views' | 'seed'>,
  samples: number,
): Growth {
  const { data, kind, views, seed } = settings;
  if (!(Number.isInteger(samples) && samples >= chunk))
    throw new RangeError(`sampleGrowth: at least ${chunk} samples are needed, not ${samples}`);
  const { atoms, dimension } = data;
  const rounds = Math.round(samples / chunk);
  const dictionary = createDictionary(data, stream(seed, 'dictionary'));
  const source = new SampleSource(data, dictionary, chunk, 'float64');
  const maker = new Views({ ...views, kind }, [chunk, dimension]);
  const [drawn, masks] = [stream(seed, 'moments'), stream(seed, 'masks')];
  let [within, whole] = [0, 0];
  try {
    for (let i = 0; i < rounds; i++)
      torch.scope(() => {
        const [a, b] = maker.make(source.draw(drawn), masks);
        const basis = dictionary.t();
        within += a.matmul(basis).mul(b.matmul(basis)).sum().item();
        whole += a.mul(b).sum().item();
      });
  } finally {
    source.dispose();
    maker.dispose();
  }
  const count = rounds * chunk;
  return { signal: within / (count * atoms), noise: (whole - within) / (count * (dimension - atoms)) };
}

export interface PhaseOneRates {
  /** Slopes of ln ||W M||_F and ln ||W M_perp||_F a step, divided by eta: measured, and predicted from the exact K. */
  measured: Growth;
  predicted: Growth;
  /** After each step, from 0: ln ||W M||_F and ln ||W M_perp||_F. */
  curve: { step: number; signal: number; noise: number }[];
}

/**
 * Trains without thresholds and measures how fast both parts of the weights grow.
 * @throws RangeError for fewer than two steps, or settings that are wrong
 */
export function phaseOneRates(settings: DecouplingSettings, steps: number): PhaseOneRates {
  if (!(Number.isInteger(steps) && steps >= 2)) throw new RangeError(`phaseOneRates: at least 2 steps, not ${steps}`);
  const model = new DecouplingModel(settings);
  try {
    const curve = [{ step: 0, ...logNorms(model) }];
    for (let step = 1; step <= steps; step++) {
      model.step();
      curve.push({ step, ...logNorms(model) });
    }
    const { learningRate } = settings.training;
    const slopeOf = (part: keyof Growth): number => slope(curve.map((point) => point[part])) / learningRate;
    const predicted = torch.scope(() =>
      growthOf(crossCovariance(model.dictionary, settings.data, settings.kind), model.dictionary),
    );
    return {
      measured: { signal: slopeOf('signal'), noise: slopeOf('noise') },
      predicted: {
        signal: growthRate(predicted.signal, settings.training),
        noise: growthRate(predicted.noise, settings.training),
      },
      curve,
    };
  } finally {
    model.dispose();
  }
}

function logNorms({ weights, dictionary }: DecouplingModel): Growth {
  const within = torch.scope(() => weights.double().matmul(dictionary.t()).square().sum().item());
  const whole = lengths(weights).reduce((sum, length) => sum + length * length, 0);
  return { signal: Math.log(within) / 2, noise: Math.log(whole - within) / 2 };
}

/** Least-squares slope over positions 0, 1, 2, ... */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  let [cross, square] = [0, 0];
  values.forEach((value, i) => {
    cross += (i - middle) * value;
    square += (i - middle) ** 2;
  });
  return cross / square;
}

/** Settings at which Phase I is measured: a tiny start, so that the softmax stays uniform, and large batches. */
export function phaseOneSettings(kind: ViewKind, seed: number): DecouplingSettings {
  return decouplingSettings({
    kind,
    seed,
    network: { scale: 1e-3 },
    training: { learningRate: 0.2, batchSize: 2048 },
  });
}
