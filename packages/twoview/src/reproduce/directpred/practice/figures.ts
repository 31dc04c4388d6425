// Predicted and measured modes: of linear networks, and of real encoders.
import { type FigureGroup, linearFigures, overlayFigures } from '../../../report/index.js';
import type { ReportInput } from '../../claim.js';
import { encoderExperiments, linearExperiments } from '../claims/practice.js';
import { encoderVariantNames } from './encoder.js';
import { linearVariantNames } from './linear.js';

/** First seed of each; p and s. */
export function practiceFigures({ known, context }: ReportInput): FigureGroup[] {
  const linear = linearExperiments(context.seeds).flatMap((experiment) => known(experiment) ?? []);
  const encoders = encoderExperiments(context).flatMap((experiment) => known(experiment) ?? []);
  const networks = linearVariantNames.flatMap((variant) => {
    const first = linear.find((result) => result.variant === variant);
    return first
      ? linearFigures(first.course)
          .slice(0, 2)
          .map((figure) => ({ ...figure, title: `${variant}: ${figure.title}` }))
      : [];
  });
  const real = encoderVariantNames.flatMap((variant) => {
    const first = encoders.find((result) => result.variant === variant);
    return first
      ? overlayFigures(first.overlay).map((figure) => ({ ...figure, title: `${variant}: ${figure.title}` }))
      : [];
  });
  const groups: FigureGroup[] = [
    {
      title: 'Theory and practice: linear networks',
      note: 'Lines: networks in training, by minibatch SGD. Dashed: the theory from the same start; nothing is fitted.',
      figures: networks,
    },
    {
      title: 'Theory and practice: a real encoder',
      note: `Lines: a ConvNet on ${encoders[0]?.dataset ?? 'images'}, modes in the eigenbasis of F. Dashed: the theory. The predictor keeps to it; the embeddings, for which the theory is of one matrix, need not.`,
      figures: real,
    },
  ];
  return groups.filter(({ figures }) => figures.length > 0);
}
