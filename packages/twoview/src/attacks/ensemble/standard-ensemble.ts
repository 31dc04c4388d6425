// Several attacks, one after the other, on the images that are still robust: the evaluation of AutoAttack (Croce & Hein 2020,
// arXiv 2003.01690).
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Ball, checkBall } from '../common/ball.js';
import { whole } from '../common/checks.js';
import { type Classifier, checkBatch, logitsOf, withMode } from '../common/classifier.js';
import type { AttackProgress } from '../common/progress.js';
import { disposeResult, drive } from '../evaluation/drive.js';
import { breathe, choose, correctOf, share } from '../evaluation/sets.js';
import type { EnsembleAttack } from './attack.js';
import { Counted } from './counted.js';
import { type EnsembleName, ensembleAttacks } from './presets.js';
import type { EnsembleRecord, EnsembleStage } from './record.js';
import { Survivors } from './survivors.js';

export interface EnsembleProgress {
  /** Name of the attack that runs, and its place among all. */
  attack: string;
  index: number;
  attacks: number;
  /** Images behind the batch that is attacked, of those that this attack is for. */
  done: number;
  total: number;
  /** Images of the set that have not fallen. */
  robust: number;
  /** How far the attack is in the batch. */
  step: AttackProgress;
}

export interface EnsembleOptions {
  ball: Ball;
  /** An ensemble by name, or attacks in their order, for the same ball; `standard` if left out. */
  attacks?: EnsembleName | readonly EnsembleAttack[];
  /** Every attack draws from a generator of this seed, so that it draws alike whatever ran before. */
  seed: number;
  /** Images at a time; 250 if left out, as published. What is drawn depends on it. */
  batchSize?: number;
  /** Called after every step. */
  onProgress?: (progress: EnsembleProgress) => void;
  /** Called after every attack. */
  onStage?: (stage: EnsembleStage) => void;
  /** Asked between steps: true ends the evaluation. */
  shouldStop?: () => boolean;
}

export interface EnsembleResult {
  record: EnsembleRecord;
  /** [N, C, H, W]: the adversarial image where one was found, else the image itself. The caller frees it. */
  images: Tensor;
}

/**
 * The images that are left when every attack of an ensemble has had its turn, in mode `eval`. An attack sees only images that
 * are classified correctly and have survived those before it; one that is found is looked at again before it counts.
 *
 * @param images [N, C, H, W] in [0, 1], on the device of the model
 * @param labels int64 [N]
 * @returns undefined when it was asked to stop
 * @throws RangeError when options, images, labels or logits make no sense, when the model has fewer classes than an attack
 * needs, or when an attack leaves the ball
 */
export async function standardEnsemble(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: EnsembleOptions,
): Promise<EnsembleResult | undefined> {
  const { ball, batchSize = 250, onProgress, onStage, shouldStop } = options;
  checkBall('standardEnsemble', ball);
  whole('standardEnsemble', { batchSize });
  checkBatch('standardEnsemble', images, labels);
  const attacks = attacksOf(options);
  checkClasses(model, images, attacks);
  const correct = await correctOfAll(model, images, labels, batchSize, shouldStop);
  if (!correct) return undefined;
  const survivors = new Survivors(images, correct);
  const counted = new Counted(model);
  const stages: EnsembleStage[] = [];
  let finished = false;
  try {
    for (const [index, attack] of attacks.entries()) {
      const attacked = survivors.rows().length;
      const [start, forwards] = [performance.now(), counted.forwards];
      const fell = await runAttack(attack, counted, images, labels, survivors, options, (progress) =>
        onProgress?.({ attack: attack.name, index, attacks: attacks.length, total: attacked, ...progress }),
      );
      if (fell === undefined) return undefined;
      const stage = {
        name: attack.name,
        attacked,
        fell,
        robust: attacked - fell,
        robustAccuracy: share(survivors.robust),
        seconds: (performance.now() - start) / 1000,
        forwards: counted.forwards - forwards,
      };
      stages.push(stage);
      onStage?.(stage);
    }
    finished = true;
    return { record: survivors.record(stages), images: survivors.adversarial };
  } finally {
    if (!finished) survivors.adversarial.dispose();
  }
}

/** One attack on all that are left. @returns how many fell; undefined when asked to stop */
async function runAttack(
  attack: EnsembleAttack,
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  survivors: Survivors,
  { ball, seed, batchSize = 250, shouldStop }: EnsembleOptions,
  onProgress: (progress: { done: number; robust: number; step: AttackProgress }) => void,
): Promise<number | undefined> {
  const rows = survivors.rows();
  const generator = new torch.Generator({ seed, device: images.device });
  let fell = 0;
  for (let done = 0; done < rows.length; done += batchSize) {
    const batch = rows.slice(done, done + batchSize);
    const [x, y] = choose(images, labels, batch);
    try {
      const steps = attack.start(model, x, y, generator);
      const result = await drive(steps, (step) => onProgress({ done, robust: rows.length - fell, step }), shouldStop);
      if (!result) return undefined;
      try {
        fell += survivors.strike(attack.name, model, { rows: batch, images: x, labels: y }, result, ball);
      } finally {
        disposeResult(result);
      }
    } finally {
      x.dispose();
      y.dispose();
    }
  }
  return fell;
}

function attacksOf({ attacks = 'standard', ball }: EnsembleOptions): readonly EnsembleAttack[] {
  if (typeof attacks === 'string') return ensembleAttacks(attacks, ball);
  if (attacks.length === 0) throw new RangeError('standardEnsemble: attacks must name at least one');
  const names = attacks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new RangeError(`standardEnsemble: two attacks have the name ${twice}; rename one`);
  return attacks;
}

/** Before any attack begins, not hours later. */
function checkClasses(model: Classifier, images: Tensor, attacks: readonly EnsembleAttack[]): void {
  const classes = torch.scope(() =>
    torch.noGrad(() => {
      const first = images.slice(0, 0, 1);
      return withMode(model, 'eval', () => logitsOf('standardEnsemble', model, first, 0)).shape[1]!;
    }),
  );
  for (const { name, leastClasses = 2 } of attacks) {
    if (classes < leastClasses) {
      throw new RangeError(
        `standardEnsemble: ${name} needs ${leastClasses} classes and the model has ${classes}; pass a list of attacks without it`,
      );
    }
  }
}

/** 1 for each image that is classified correctly; undefined when asked to stop. */
async function correctOfAll(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  batchSize: number,
  shouldStop: (() => boolean) | undefined,
): Promise<Uint8Array | undefined> {
  const total = images.shape[0]!;
  const correct = new Uint8Array(total);
  for (let done = 0; done < total; done += batchSize) {
    const end = Math.min(done + batchSize, total);
    correct.set(correctOf('standardEnsemble', model, images, labels, done, end), done);
    await breathe();
    if (shouldStop?.()) return undefined;
  }
  return correct;
}
