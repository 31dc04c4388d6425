// What is said of every classifier: accuracy before and after PGD, where latents go, and examples.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { PgdSettings } from '../../attacks/index.js';
import { attackSet, type LabeledPixels, type Outputs, outputsOf, studyOutputs } from '../../evaluation/index.js';
import type { ImageClassifier } from '../../methods/index.js';
import type { Confusion, RobustnessSummary } from '../../report/index.js';
import { adversarialExamples } from './examples.js';
import type { AttackOutcome } from './measure.js';

export interface SummaryInput {
  classifier: ImageClassifier;
  pixels: LabeledPixels;
  /** By index. */
  classes: readonly string[];
  /** Of the summary: PGD on every image, the last iterate of each. */
  attack: { name: string; words: string; settings: PgdSettings };
  seed: number;
  /** Images at a time; as `attackSet` if left out. */
  batchSize?: number;
  /** Share of all work that is done, from 0 to 1. */
  onProgress?: (share: number) => void;
  shouldStop?: () => boolean;
}

export interface Summary {
  summary: RobustnessSummary;
  /** Of the attack, as of any other that was asked for. */
  outcome: AttackOutcome;
  confusion: Confusion;
}

const examples = 8;

/** 1 for each image that is classified correctly before and after. */
function rightTwice(before: Outputs, after: Outputs, labels: Tensor): Uint8Array {
  return torch.scope(() => {
    const [first, second] = [before, after].map(({ logits }) => logits.argmax(1).eq(labels)) as [Tensor, Tensor];
    return Uint8Array.from(first.logicalAnd(second).to({ dtype: 'uint8' }).data() as Uint8Array);
  });
}

/** @returns undefined when it was asked to stop */
export async function summarizeRobustness(input: SummaryInput): Promise<Summary | undefined> {
  const { classifier, pixels, classes, attack, seed, batchSize, onProgress, shouldStop } = input;
  const began = performance.now();
  const before = outputsOf(classifier, pixels.images, batchSize);
  const disposable: Tensor[] = [before.features, before.logits];
  try {
    const adversarial = await attackSet(classifier, pixels, {
      attack: attack.settings,
      seed,
      ...(batchSize !== undefined && { batchSize }),
      ...(onProgress && { onProgress: (done, total) => onProgress(done / total) }),
      ...(shouldStop && { shouldStop }),
    });
    if (!adversarial) return undefined;
    const seconds = (performance.now() - began) / 1000;
    const after = outputsOf(classifier, adversarial, batchSize);
    disposable.push(adversarial, after.features, after.logits);
    const robust = rightTwice(before, after, pixels.labels);
    const { ball } = attack.settings;
    const benign = studyOutputs(0, before, before, pixels.labels);
    const attacked = studyOutputs(ball.eps, before, after, pixels.labels);
    const [own, other] = [benign.divergence, attacked.divergence];
    const summary: RobustnessSummary = {
      ball,
      images: pixels.labels.numel,
      naturalAccuracy: benign.accuracy,
      attacks: [{ name: attack.name, settings: attack.words, accuracy: attacked.accuracy, seconds }],
      latents: {
        benign: own,
        adversarial: other,
        byClass: { distance: 'cosine', adversarial: other.cosine.byClass, benign: own.cosine.byClass },
      },
      examples: adversarialExamples({ pixels, adversarial, before, after, classes }, examples),
    };
    const confusion = { adversarial: attacked.confusion, benign: benign.confusion };
    const outcome = { name: attack.name, words: attack.words, accuracy: attacked.accuracy, seconds, robust };
    return { summary, outcome, confusion };
  } finally {
    for (const tensor of disposable) tensor.dispose();
  }
}
