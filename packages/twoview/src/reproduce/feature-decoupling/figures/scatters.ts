// One point a run: the loss beside what features are worth, in the model and on images.
import { type ScatterFigure, seriesColor } from '../../../report/index.js';
import type { ReportInput } from '../../claim.js';
import { measureAt } from '../claims/arm-claim.js';
import { imageExperiments } from '../claims/images.js';
import { type ImageArm, imageArms } from '../images/settings.js';
import { runsOf } from '../tables.js';
import { type Arm, arms } from '../toy/arms.js';

export function paradox(input: ReportInput): ScatterFigure[] {
  const groups = (Object.keys(arms) as Arm[]).flatMap((arm, i) => {
    const points = runsOf(input, arm).map((run) => ({ x: measureAt(run, 'loss'), y: measureAt(run, 'r2') }));
    return points.length === 0 ? [] : [{ label: arm, color: seriesColor(i), points }];
  });
  if (groups.length === 0) return [];
  return [
    {
      kind: 'scatter',
      title: 'Contrastive loss and what a linear head reads',
      caption: 'One point a run, at the end. The arm with the nearly perfect loss has the lower R².',
      xLabel: 'contrastive loss',
      yLabel: 'R² of y = ⟨w*, z⟩',
      groups,
    },
  ];
}

export function imageScatters(input: ReportInput): ScatterFigure[] {
  const found = (Object.keys(imageArms) as ImageArm[]).flatMap((arm, i) => {
    const runs = imageExperiments(arm, input.context).flatMap((experiment) => input.known(experiment) ?? []);
    return runs.length === 0 ? [] : [{ label: arm, color: `var(--class-${i + 1})`, runs }];
  });
  if (found.length === 0) return [];
  const figure = (
    text: Pick<ScatterFigure, 'title' | 'caption' | 'xLabel'>,
    x: 'color' | 'loss' | 'active',
  ): ScatterFigure => ({
    kind: 'scatter',
    ...text,
    yLabel: 'kNN accuracy',
    groups: found.map(({ label, color, runs }) => ({
      label,
      color,
      points: runs.map((run) => ({ x: run[x], y: run.knn })),
    })),
  });
  return [
    figure(
      {
        title: 'Colour and accuracy',
        caption: 'How much of the mean colour the features h tell: of what crops leave, nearly all.',
        xLabel: 'R² of mean colour',
      },
      'color',
    ),
    figure({ title: 'Loss and accuracy', caption: 'Of the last epoch.', xLabel: 'contrastive loss' }, 'loss'),
    figure(
      { title: 'Active units and accuracy', caption: 'Share of units above 0 in an image.', xLabel: 'active share' },
      'active',
    ),
  ];
}
