// Weight decay against the critical one of the linear theory (Tian et al. 2021, section 3.1): eta_crit = tau^2 / (4 (1 + sigma^2)).
import type { Config } from '../../training/index.js';
import { type CauseInput, type Rule, round, show } from './cause.js';
import { onlyAttracts, standardizer } from './slots.js';

/** The run's weight decay in the units of the theory, beside the critical one. */
export interface WeightDecayEstimate {
  /** Augmentation variance over data variance, of features. */
  augmentationVariance: number;
  /** eta_crit = 1 / (4 (1 + sigma^2)), at tau = 1: above it, no direction survives. */
  critical: number;
  /** eta: the configured decay, divided by how much stronger the loss pulls than J = E ||Wp f1 - f2||^2 / 2. */
  eta: number;
  /** The configured decay at which eta would be critical. */
  criticalConfigured: number;
}

/** How many times the gradient of J the loss has: its scale, the directions that it sums, and the 2 of a squared distance. */
function strength({ objective, pairing }: Config['method']): number {
  const scale = 'scale' in objective ? objective.scale : 1;
  return scale * (objective.name === 'mse' ? 2 : 1) * (pairing === 'symmetric' ? 2 : 1);
}

/**
 * Estimates where a run's weight decay lies. The theory is of a linear network that minimises J by gradient flow with the decay of SGD.
 * A loss of normalised embeddings has the gradient of J divided by the squared length of an embedding: decay counts that much
 * more, at the length given. So this is an estimate, good to a factor of a few.
 *
 * @param length root mean square length of z while it trains
 * @returns null where the theory does not apply: another optimiser than SGD, a standardised z, an objective that repels
 */
export function estimateWeightDecay(
  config: Config,
  augmentationVariance: number,
  length: number,
): WeightDecayEstimate | null {
  const { method, optimizer } = config;
  if (optimizer.name !== 'sgd' || !onlyAttracts(method) || standardizer(method) !== 'none') return null;
  if (method.projector.lastNorm !== 'none') return null;
  const normalized = method.objective.name !== 'mse' || method.objective.normalize;
  const perUnit = (normalized ? length ** 2 : 1) / strength(method);
  const critical = 1 / (4 * (1 + augmentationVariance));
  return {
    augmentationVariance,
    critical,
    eta: optimizer.weightDecay * perUnit,
    criticalConfigured: critical / perUnit,
  };
}

/** The greatest length of z that is known: a collapse by decay ends with a small one. */
function greatestLength({ measures, history = [] }: CauseInput): number {
  const lengths = history.map((row) => row['z.norm']).filter((value): value is number => typeof value === 'number');
  return Math.max(measures?.norm ?? 0, ...lengths);
}

const aboveCritical: Rule = {
  explains: ['complete collapse', 'dimensional collapse'],
  find(input, limits) {
    const length = greatestLength(input);
    if (!(length > 0)) return null;
    const pairs = input.untrainedPairs ?? input.pairs;
    const estimate = estimateWeightDecay(input.config, pairs?.augmentationVariance ?? 1, length);
    if (!estimate || estimate.eta < limits.causes.weightDecay * estimate.critical) return null;
    const { eta, critical, criticalConfigured, augmentationVariance } = estimate;
    return {
      slot: 'weightDecay',
      why: `optimizer.weightDecay ${input.config.optimizer.weightDecay} is eta ${show(eta)} in the linear theory's units (embeddings of length ${show(length)}), where eta_crit = 1 / (4 (1 + sigma^2)) is ${show(critical)} with sigma^2 ${show(augmentationVariance)}${pairs ? '' : ' assumed'}: above it no direction survives (Tian et al. 2021, section 3.1; an estimate)`,
      change: `optimizer.weightDecay=${round(criticalConfigured / 10)}`,
      confidence: eta > 2 * critical ? 0.65 : 0.45,
    };
  },
};

export const weightDecayRules: readonly Rule[] = [aboveCritical];
