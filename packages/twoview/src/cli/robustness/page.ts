// What was measured, as the page shows it.
import type { AttackableRun } from '../../evaluation/index.js';
import type { AttackRow, RobustnessReport } from '../../report/index.js';
import { type Measured, stagesOf } from './measured.js';

/** @param more what the measurements do not say: commands, settings, the run's rows */
export function reportOf(
  { summary, outcomes, radii, masking }: Measured,
  { config, step, checkpoint, probed }: AttackableRun,
  more: Partial<RobustnessReport>,
): RobustnessReport {
  const ensemble = outcomes.filter((outcome) => (outcome.record?.stages.length ?? 0) > 1).at(-1);
  // The page has a place of its own for what attacks leave together.
  const single = outcomes.filter((outcome) => outcome !== ensemble);
  const attacks: AttackRow[] = single.map(({ name, words, accuracy, seconds }) => ({
    name,
    settings: words,
    accuracy,
    seconds,
  }));
  return {
    ...summary.summary,
    attacks,
    dataset: config.data.name,
    method: config.method.name + (probed ? ' and a linear probe' : ''),
    encoder: config.encoder.name,
    checkpoint: `${checkpoint}, step ${step}`,
    created: new Date().toISOString(),
    confusion: summary.confusion,
    ...(ensemble ? { ensemble: stagesOf(ensemble) } : {}),
    ...(radii
      ? {
          radius: {
            attack: 'PGD-20, steps of a quarter of the radius',
            points: radii.map(({ eps, accuracy, divergence }) => ({ radius: eps, accuracy, ...divergence })),
          },
        }
      : {}),
    ...(masking ? { masking } : {}),
    ...more,
    reasons: {
      ...(ensemble ? {} : { ensemble: 'no ensemble was asked for: add --attack standard.' }),
      ...(radii ? {} : { radius: 'add --radii 2,4,8,12,16.' }),
      ...(masking ? {} : { masking: 'add --checks.' }),
    },
  };
}
