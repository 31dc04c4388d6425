// What was measured, as text.
import { duration, print, table } from '../output.js';
import { type Measured, stagesOf } from './measured.js';
import { radiusInWords } from './settings.js';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function printResult({ summary, outcomes, radii, masking }: Measured): void {
  const { naturalAccuracy = Number.NaN, latents } = summary.summary;
  const rows = [
    ['no attack', '', percent(naturalAccuracy), ''],
    ...outcomes.flatMap((outcome) => [
      [outcome.name, '', percent(outcome.accuracy), duration(outcome.seconds)],
      ...stagesOf(outcome).map((stage) => [
        `  after ${stage.name}`,
        `${stage.fell} fell`,
        percent(stage.accuracy),
        duration(stage.seconds ?? Number.NaN),
      ]),
    ]),
  ];
  print(table(['attack', '', 'classified correctly', 'time'], rows));
  print();
  const [benign, attacked] = [latents?.benign?.cosine, latents?.adversarial?.cosine];
  // One image of each class has no distances within a class.
  if (benign && attacked && Number.isFinite(attacked.relative))
    print(
      `latents (cosine): D+ ${attacked.intra.toFixed(3)}, D- ${attacked.inter.toFixed(3)}, relative ${attacked.relative.toFixed(3)} (benign ${benign.relative.toFixed(3)})`,
    );
  if (radii) {
    print();
    const cells = radii.map(({ eps, accuracy, divergence }) => [
      eps === 0 ? '0' : radiusInWords(eps, summary.summary.ball?.norm ?? 'linf', 1),
      percent(accuracy),
      divergence.cosine.relative.toFixed(3),
    ]);
    print(table(['radius', 'classified correctly', 'relative divergence'], cells));
  }
  for (const { name, measured, expected, holds } of masking ?? [])
    print(`${holds === null ? '–' : holds ? '✓' : '✗'} ${name}: ${measured} (expected ${expected})`);
}
