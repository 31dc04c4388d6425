// Runs the attacks that were asked for, one after the other, with one progress for all.
import { type EnsembleRecord, type RobustAccuracy, robustAccuracy, standardEnsemble } from '../../attacks/index.js';
import type { LabeledPixels } from '../../evaluation/index.js';
import type { ImageClassifier } from '../../methods/index.js';
import type { NamedAttack } from './attacks.js';
import type { ThreatModel } from './settings.js';

/** What an attack left of the images. */
export interface AttackOutcome {
  name: string;
  words: string;
  /** Share in [0, 1] that is still classified correctly. */
  accuracy: number;
  seconds: number;
  /** 1 for each image that is classified correctly before and after. */
  robust: Uint8Array;
  /** Of attacks one after the other. */
  record?: EnsembleRecord;
}

export interface MeasureInput {
  classifier: ImageClassifier;
  pixels: LabeledPixels;
  threat: ThreatModel;
  seed: number;
  batchSize: number;
  onProgress: (share: number, text: string) => void;
  shouldStop: () => boolean;
}

type Pgd = Extract<NamedAttack, { kind: 'pgd' }>;
type Ensemble = Extract<NamedAttack, { kind: 'ensemble' }>;

async function single(attack: Pgd, input: MeasureInput): Promise<RobustAccuracy | undefined> {
  const { classifier, pixels, onProgress, ...rest } = input;
  const { steps, restarts = 1 } = attack.settings;
  return robustAccuracy(classifier, pixels.images, pixels.labels, {
    ...rest,
    attack: attack.settings,
    onProgress: ({ done, total, attack: { restart, step } }) => {
      const batch = Math.min(input.batchSize, total - done);
      onProgress((done + (batch * (restart + step / steps)) / restarts) / total, attack.name);
    },
  });
}

async function several(attack: Ensemble, input: MeasureInput): Promise<EnsembleRecord | undefined> {
  const { classifier, pixels, threat, onProgress, ...rest } = input;
  const result = await standardEnsemble(classifier, pixels.images, pixels.labels, {
    ...rest,
    ball: threat.ball,
    attacks: attack.attacks,
    onProgress: ({ attack: name, index, attacks, done, total, robust }) =>
      onProgress((index + done / Math.max(total, 1)) / attacks, `${name}, ${robust} images left`),
  });
  result?.images.dispose();
  return result?.record;
}

/** @returns undefined when it was asked to stop */
export async function measureAttack(attack: NamedAttack, input: MeasureInput): Promise<AttackOutcome | undefined> {
  const began = performance.now();
  const base = { name: attack.name, words: attack.words };
  const elapsed = () => (performance.now() - began) / 1000;
  if (attack.kind === 'pgd') {
    const result = await single(attack, input);
    return result && { ...base, accuracy: result.robustAccuracy, robust: result.robust, seconds: elapsed() };
  }
  const record = await several(attack, input);
  return record && { ...base, accuracy: record.robustAccuracy, robust: record.robust, record, seconds: elapsed() };
}
