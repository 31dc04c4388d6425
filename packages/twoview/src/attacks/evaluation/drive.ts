// Runs an attack step by step and lets others have their turn in between.
import type { Generator as RandomGenerator, Tensor } from '@twoview/torch';
import type { Classifier } from '../common/classifier.js';
import type { AttackResult } from '../common/outcome.js';
import type { AttackProgress } from '../common/progress.js';
import type { PgdSettings } from '../pgd/options.js';
import { pgdSteps } from '../pgd/pgd.js';
import { breathe } from './sets.js';

/**
 * Any attack that goes step by step, with its settings, in mode `eval`.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param labels int64 [B]
 * @param generator for what it draws, on the images' device
 */
export type AttackSteps = (
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  generator: RandomGenerator,
) => Generator<AttackProgress, AttackResult>;

/** The attack that settings of PGD stand for; with `shrink`, images leave once they are misclassified. */
export function stepsOf(attack: PgdSettings | AttackSteps, shrink: boolean): AttackSteps {
  if (typeof attack === 'function') return attack;
  return (model, images, labels, generator) =>
    pgdSteps(model, images, labels, { ...attack, mode: 'eval', shrink, generator });
}

/** Goes through all steps. Asked to stop, it frees what the attack has made and gives undefined. */
export async function drive(
  steps: Generator<AttackProgress, AttackResult>,
  onStep: (progress: AttackProgress) => void,
  shouldStop: (() => boolean) | undefined,
): Promise<AttackResult | undefined> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      onStep(value);
      await breathe();
      if (shouldStop?.()) return undefined;
    }
  } finally {
    steps.return(undefined as never);
  }
}

export function disposeResult(result: AttackResult): void {
  for (const tensor of Object.values(result) as Tensor[]) tensor.dispose();
}
