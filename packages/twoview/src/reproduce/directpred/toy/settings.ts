// The nonlinear toy's settings: what a run of it depends on, and the variants that are compared.
import type { MethodConfig } from '../../../methods/index.js';
import { presetMethod } from '../../../methods/index.js';

/** The slots that differ between runs. */
export interface ToyVariant {
  /** As in tables. */
  title: string;
  predictor: MethodConfig['predictor'];
  target: MethodConfig['target'];
  /** 3000 if left out; 0 is an untrained network. */
  steps?: number;
}

/** Optimiser and batches: those of the paper's experiments on STL-10 and CIFAR-10 (appendix C). */
export const training = {
  steps: 3000,
  batchSize: 128,
  learningRate: 0.03,
  momentum: 0.9,
  weightDecay: 4e-4,
} as const;

/** Views the probe is fitted on, and as many that it is tested on. */
export const probeViews = 2000;

const ema: MethodConfig['target'] = {
  name: 'ema',
  momentum: 0.996,
  schedule: 'constant',
  start: 'random',
  scope: 'all',
};
const stopGradient: MethodConfig['target'] = { name: 'stopGradient' };
const identity: MethodConfig['predictor'] = { name: 'identity' };
const linear: MethodConfig['predictor'] = { name: 'linear', symmetric: false, bias: false };
const direct = presetMethod('directpred').predictor as Extract<MethodConfig['predictor'], { name: 'directPred' }>;

export const variants = {
  untrained: { title: 'untrained', predictor: identity, target: stopGradient, steps: 0 },
  'sgd-linear': { title: 'SGD linear predictor, EMA', predictor: linear, target: ema },
  'sgd-symmetric': { title: 'same, symmetric', predictor: { ...linear, symmetric: true }, target: ema },
  'sgd-no-ema': { title: 'SGD linear, no EMA', predictor: linear, target: stopGradient },
  directpred: { title: 'DirectPred, ε = 0.1, ρ = 0.3, EMA', predictor: direct, target: ema },
  'directpred-eps0': { title: 'DirectPred, ε = 0', predictor: { ...direct, epsilon: 0 }, target: ema },
  'directpred-freq5': { title: 'DirectPred, every 5th step', predictor: { ...direct, every: 5 }, target: ema },
  directcopy: { title: 'DirectCopy, ε = 0.3', predictor: presetMethod('directcopy').predictor, target: ema },
  'directpred-no-ema': { title: 'DirectPred, no EMA', predictor: direct, target: stopGradient },
  'no-predictor': { title: 'no predictor, EMA', predictor: identity, target: ema },
  'no-predictor-no-ema': { title: 'no predictor, no EMA', predictor: identity, target: stopGradient },
  'no-stop-gradient': { title: 'no stop-gradient (no EMA)', predictor: linear, target: { name: 'online' } },
} as const satisfies Record<string, ToyVariant>;

export type VariantName = keyof typeof variants;

export const variantNames = Object.keys(variants) as VariantName[];
