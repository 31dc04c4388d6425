// E17: a nonlinear toy with BatchNorm and ReLU: DirectPred keeps every direction, and what the theory says must collapse does.
import { above, atLeast, atMost, below, type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';
import { largest, smallest } from '../../statistics.js';
import { toyExperiment } from '../toy/experiment.js';
import type { ToyMeasures } from '../toy/measure.js';
import { type VariantName, variantNames, variants } from '../toy/settings.js';
import { paper } from './source.js';

/** Numbers of each variant, seed by seed. */
export type ToyRuns = Readonly<Record<VariantName, readonly ToyMeasures[]>>;

const collapsing = ['no-predictor', 'no-predictor-no-ema', 'no-stop-gradient'] as const;
const healthy = variantNames.filter((name) => name !== 'untrained' && !collapsing.some((other) => other === name));

const isCollapsed = ({ std, effectiveRank, loss }: ToyMeasures): boolean =>
  std < 0.05 && effectiveRank < 1.05 && loss < -3.99;

/** The thresholds; accuracies are compared with one another alone. */
export function toyChecks(runs: ToyRuns): Check[] {
  const values = (name: VariantName, key: keyof ToyMeasures): number[] => runs[name].map((run) => run[key]);
  const gains = runs.directpred.map((run, i) => run.accuracy - runs['sgd-linear'][i]!.accuracy);
  return [
    ...collapsing.flatMap((name) => [
      below(`${variants[name].title}: std, largest`, largest(values(name, 'std')), 0.05),
      below(`${variants[name].title}: effective rank, largest`, largest(values(name, 'effectiveRank')), 1.05),
      below(`${variants[name].title}: loss, largest`, largest(values(name, 'loss')), -3.99),
    ]),
    atMost(
      'all other trained runs: how many collapse',
      healthy.flatMap((name) => runs[name]).filter(isCollapsed).length,
      0,
    ),
    above('DirectPred: std, smallest', smallest(values('directpred', 'std')), 0.8),
    above('DirectPred: effective rank, smallest', smallest(values('directpred', 'effectiveRank')), 7),
    above('accuracy: DirectPred - SGD linear predictor, smallest', smallest(gains), 0),
    above('alignment: DirectPred, smallest', smallest(values('directpred', 'alignment')), 0.99),
    atLeast('alignment: symmetric, smallest', smallest(values('sgd-symmetric', 'alignment')), 0.98),
    atLeast('alignment: plain, smallest', smallest(values('sgd-linear', 'alignment')), 0.92),
  ];
}

export const nonlinearToy: Claim = {
  id: 'E17',
  statement:
    'In a nonlinear network DirectPred keeps many directions and is more accurate than a trained linear predictor; without a predictor or without stop-gradient the embeddings collapse; predictors align with the correlation of their inputs.',
  source: `${paper('sections 3 and 4')}, in words; the toy and its numbers are an independent NumPy implementation's`,
  expected:
    'in every seed: std < 0.05, effective rank < 1.05 and loss < -3.99 without a predictor (with and without EMA) and without stop-gradient, and in no other trained run; DirectPred: std > 0.8, effective rank > 7, more accurate than the SGD linear predictor; alignment of the 8 leading eigenvectors: DirectPred > 0.99, symmetric >= 0.98, plain >= 0.92',
  scales: ['minutes'],
  experiments: ({ seeds }) => variantNames.flatMap((name) => seeds.map((seed) => toyExperiment(variants[name], seed))),
  async run({ seeds, result }) {
    const runs = {} as Record<VariantName, ToyMeasures[]>;
    for (const name of variantNames) {
      runs[name] = [];
      for (const seed of seeds) runs[name].push(await result(toyExperiment(variants[name], seed)));
    }
    return judge(toyChecks(runs));
  },
};
