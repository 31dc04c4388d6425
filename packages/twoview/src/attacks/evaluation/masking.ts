// Signs of gradient masking: a model that looks robust because attacks by its gradients fail, not because there are no adversarial
// images. Athalye, Carlini, Wagner 2018 (section 3.1); Carlini et al. 2019, On Evaluating Adversarial Robustness.
import type { Tensor } from '@twoview/torch';
import { checkShare, whole } from '../common/checks.js';
import { type Classifier, checkBatch } from '../common/classifier.js';
import type { AttackProgress } from '../common/progress.js';
import type { PgdSettings } from '../pgd/options.js';
import { squareSteps } from '../square/square.js';
import type { AttackSteps } from './drive.js';
import { gradientShares } from './gradient-shares.js';
import { robustAccuracy } from './robust-accuracy.js';
import { transferAccuracy } from './transfer.js';

export type MaskingCheckName =
  | 'finiteGradients'
  | 'zeroGradients'
  | 'moreSteps'
  | 'hugeRadius'
  | 'blackBox'
  | 'transfer';

/** One check, as plain data. */
export interface MaskingCheck {
  name: MaskingCheckName;
  /** A share of the images in [0, 1]. */
  measured: number;
  /** The bound, a share in [0, 1]. */
  expected: { atLeast: number } | { atMost: number };
  holds: boolean;
  /** What it would mean if it did not hold. */
  why: string;
}

export interface MaskingOptions {
  /** The white-box attack that is questioned; of a ball with a radius above 0. */
  attack: PgdSettings;
  /** Seeds the random draws. */
  seed: number;
  /**
   * Radius at which no accuracy should be left. If left out, for L-infinity 64/255 or twice the radius of the attack, whichever
   * is more; for L2 eight times it.
   */
  hugeRadius?: number;
  /** Queries of the Square attack; 1000 if left out. */
  queries?: number;
  /** Another model, to make the images of a transfer attack on; no such check if left out. */
  source?: Classifier;
  /** Share of the images by which a bound may be missed; 0.02 if left out. */
  tolerance?: number;
  /** Images at a time; 128 if left out. */
  batchSize?: number;
  /** Called after every step, with the check it is for; `whiteBox` for the attack the others are compared with. */
  onProgress?: (progress: {
    check: MaskingCheckName | 'whiteBox';
    done: number;
    total: number;
    /** null between the batches of the checks of gradients. */
    attack: AttackProgress | null;
  }) => void;
  /** Asked between steps: true ends the evaluation. */
  shouldStop?: () => boolean;
}

export interface MaskingReport {
  /** Share in [0, 1] that is classified correctly before and after the attack; null where gradients are not finite. */
  robustAccuracy: number | null;
  /** Those that were made. Where gradients are not finite, no attack can be: only the first two. */
  checks: MaskingCheck[];
}

const reasons: Record<MaskingCheckName, string> = {
  finiteGradients: 'an attack cannot follow a gradient that is infinite or undefined',
  zeroGradients:
    'an attack by gradients does not move an image whose gradient is zero: the loss is flat or saturated there',
  moreSteps: 'the attack had not converged if five times as many steps leave clearly less',
  hugeRadius: 'at such a radius images can be changed into others; accuracy that is left shows that the attack fails',
  blackBox: 'a search without gradients that leaves clearly less than the attack by gradients shows that these mislead',
  transfer:
    'images made on another model that leave clearly less than those made on this one show that its gradients mislead',
};

function judge(name: MaskingCheckName, measured: number, expected: MaskingCheck['expected']): MaskingCheck {
  const holds = 'atLeast' in expected ? measured >= expected.atLeast : measured <= expected.atMost;
  return { name, measured, expected, holds, why: reasons[name] };
}

/**
 * Compares a white-box attack with what should be no stronger than it. A check that fails says that the robust accuracy is not to be
 * trusted; if all hold, that is no proof. For a model with a step that has no useful gradient, pass `bpda(model, surrogate)`.
 *
 * @param images [N, C, H, W] in [0, 1], on the device of the model
 * @param labels int64 [N]
 * @returns undefined when it was asked to stop
 * @throws RangeError as `robustAccuracy` does
 */
export async function maskingChecks(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: MaskingOptions,
): Promise<MaskingReport | undefined> {
  const { attack, seed, source, queries = 1000, tolerance = 0.02, batchSize = 128, onProgress, shouldStop } = options;
  const { ball, steps, stepSize } = attack;
  const { hugeRadius = ball.norm === 'linf' ? Math.max(64 / 255, 2 * ball.eps) : 8 * ball.eps } = options;
  whole('maskingChecks', { queries, batchSize });
  checkShare('maskingChecks', { tolerance });
  if (!(hugeRadius > ball.eps)) {
    throw new RangeError(`maskingChecks: hugeRadius must be above the attack's radius ${ball.eps}, not ${hugeRadius}`);
  }
  checkBatch('maskingChecks', images, labels);
  const total = images.shape[0]!;

  const common = (check: MaskingCheckName | 'whiteBox') => ({
    seed,
    batchSize,
    onProgress: (progress: { done: number; total: number; attack: AttackProgress }) =>
      onProgress?.({ check, ...progress }),
    ...(shouldStop ? { shouldStop } : {}),
  });
  const left = async (check: MaskingCheckName | 'whiteBox', against: PgdSettings | AttackSteps) =>
    (await robustAccuracy(model, images, labels, { attack: against, ...common(check) }))?.robustAccuracy;

  const loss = attack.loss === 'margin' ? 'margin' : 'crossEntropy';
  const gradients = await gradientShares(model, images, labels, loss, batchSize, (done) => {
    onProgress?.({ check: 'zeroGradients', done, total, attack: null });
    return shouldStop?.() ?? false;
  });
  if (!gradients) return undefined;
  const checks = [
    judge('finiteGradients', gradients.notFinite, { atMost: 0 }),
    judge('zeroGradients', gradients.zero, { atMost: tolerance }),
  ];
  if (gradients.notFinite > 0) return { robustAccuracy: null, checks };

  const whiteBox = await left('whiteBox', attack);
  if (whiteBox === undefined) return undefined;
  const atLeast = Math.max(0, whiteBox - tolerance);
  const huge = { ...ball, eps: hugeRadius };
  const reach = Math.max(stepSize, (2.5 * hugeRadius) / steps);
  const against = {
    moreSteps: { ...attack, steps: 5 * steps },
    hugeRadius: { ...attack, ball: huge, stepSize: reach },
    blackBox: (...[network, x, y, generator]: Parameters<AttackSteps>) =>
      squareSteps(network, x, y, { ball, queries, mode: 'eval', shrink: true, generator }),
  } satisfies Partial<Record<MaskingCheckName, PgdSettings | AttackSteps>>;
  for (const name of ['moreSteps', 'hugeRadius', 'blackBox'] as const) {
    const measured = await left(name, against[name]);
    if (measured === undefined) return undefined;
    checks.push(judge(name, measured, name === 'hugeRadius' ? { atMost: tolerance } : { atLeast }));
  }
  if (source) {
    const transfer = await transferAccuracy(source, model, images, labels, { attack, ...common('transfer') });
    if (!transfer) return undefined;
    checks.push(judge('transfer', transfer.transferAccuracy, { atLeast }));
  }
  return { robustAccuracy: whiteBox, checks };
}
