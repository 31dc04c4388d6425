// Checks against gradient masking, in the words of a page.
import { type MaskingCheckName, maskingChecks } from '../../attacks/index.js';
import { loadAttackable, trainedSize } from '../../evaluation/index.js';
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

/** The classifier of another run, for images of this size. @throws UsageError if it takes others */
async function sourceOf(dir: string, { pixels }: MeasureInput) {
  const source = await loadAttackable(dir, { device: pixels.images.device });
  const size = pixels.images.shape[2];
  if (trainedSize(source.config) !== size)
    throw new UsageError(
      `--transfer: ${dir} was trained on images of ${trainedSize(source.config)} pixels, not of ${size}`,
    );
  return source.classifier;
}

/**
 * @param transfer another run, whose adversarial images are tried too
 * @returns undefined when it was asked to stop
 */
export async function checkMasking(input: MeasureInput, transfer?: string): Promise<MaskingCheck[] | undefined> {
  const { classifier, pixels, threat, onProgress, ...rest } = input;
  const report = await maskingChecks(classifier, pixels.images, pixels.labels, {
    ...rest,
    attack: { ball: threat.ball, steps: 20, stepSize: threat.stepSize },
    ...(transfer === undefined ? {} : { source: await sourceOf(transfer, input) }),
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
  if (transfer !== undefined) return checks;
  const why = 'give another run with --transfer.';
  return [...checks, { name: titles.transfer, measured: '–', expected: '–', holds: null, why }];
}
