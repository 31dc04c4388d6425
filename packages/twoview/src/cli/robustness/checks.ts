// Checks against gradient masking, in the words of a page.
import { type MaskingCheckName, maskingChecks } from '../../attacks/index.js';
import { type AttackableRun, loadAttackable, trainedSize } from '../../evaluation/index.js';
import type { ImageClassifier } from '../../methods/index.js';
import type { MaskingCheck } from '../../report/index.js';
import { UsageError } from '../output.js';
import type { MeasureInput } from './measure.js';

const titles: Readonly<Record<MaskingCheckName | 'whiteBox', string>> = {
  whiteBox: 'PGD-20',
  finiteGradients: 'images whose gradient is not finite',
  zeroGradients: 'images whose gradient is zero',
  moreSteps: 'accuracy with five times the steps',
  hugeRadius: 'accuracy at a huge radius',
  blackBox: 'accuracy under a search without gradients',
  transfer: "accuracy on another model's adversarial images",
};

const order = Object.keys(titles);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The classifier of another run, for the images and classes of this one. @throws UsageError if it takes others */
export async function loadSource(dir: string, device: string, target: AttackableRun): Promise<ImageClassifier> {
  const source = await loadAttackable(dir, { device });
  const [own, other] = [target, source].map(({ config, classifier }) => ({
    size: trainedSize(config),
    classes: classifier.head.outFeatures,
  })) as [Takes, Takes];
  if (other.size !== own.size)
    throw new UsageError(`--transfer: ${dir} was trained on images of ${other.size} pixels, not of ${own.size}`);
  if (other.classes !== own.classes)
    throw new UsageError(`--transfer: ${dir} knows ${other.classes} classes, not ${own.classes}`);
  return source.classifier;
}

interface Takes {
  size: number;
  classes: number;
}

/**
 * @param source another classifier, whose adversarial images are tried too
 * @returns undefined when it was asked to stop
 */
export async function checkMasking(input: MeasureInput, source?: ImageClassifier): Promise<MaskingCheck[] | undefined> {
  const { classifier, pixels, threat, onProgress, ...rest } = input;
  const report = await maskingChecks(classifier, pixels.images, pixels.labels, {
    ...rest,
    attack: { ball: threat.ball, steps: 20, stepSize: threat.stepSize },
    ...(source ? { source } : {}),
    onProgress: ({ check, done, total }) =>
      onProgress((order.indexOf(check) + done / total) / order.length, `masking: ${titles[check]}`),
  });
  if (!report) return undefined;
  const checks = report.checks.map(({ name, measured, expected, holds, why }) => ({
    name: titles[name],
    measured: percent(measured),
    expected: 'atLeast' in expected ? `at least ${percent(expected.atLeast)}` : `at most ${percent(expected.atMost)}`,
    holds,
    why,
  }));
  if (source) return checks;
  const why = 'give another run with --transfer.';
  return [...checks, { name: titles.transfer, measured: '–', expected: '–', holds: null, why }];
}
