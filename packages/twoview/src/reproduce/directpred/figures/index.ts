// The pictures that the paper draws, in groups.
import type { FigureGroup } from '../../../report/index.js';
import type { ReportInput } from '../../claim.js';
import { alignmentFigures, escapeFigures, sgdFigures, targetFigures } from './measured.js';
import { averageSweep, decaySweep, portrait } from './modes.js';

export function figureGroups(input: ReportInput): FigureGroup[] {
  const groups: FigureGroup[] = [
    {
      title: 'One mode at a fixed target',
      note: 'σ² = 0.1, α_p = 1, τ = 1, as in figure 3 of the paper. p is the predictor’s eigenvalue, s the feature’s.',
      figures: [0, 0.01, 1].map(portrait),
    },
    {
      title: 'Weight decay and a moving average over time',
      note: 'From p = 0.2, s = 0.1 with w_a = 0, σ² = 0.1, as in figure 5 of the paper.',
      figures: [...decaySweep(), ...averageSweep()],
    },
    { title: 'How high a mode has to start', figures: escapeFigures(input) },
    {
      title: 'The target is nearly a multiple of the encoder',
      note: 'Figure 7 of the paper, which says about 0.9 at worst.',
      figures: targetFigures(input),
    },
    {
      title: 'Eigenspaces on the way to each other',
      note: 'First start of the first seed, as in figures 8 and 9 of the paper.',
      figures: alignmentFigures(input),
    },
    {
      title: 'SGD and the flow',
      note: 'All eight eigenvalues of WWᵀ, first seed: lines by minibatch SGD, dashed by the flow from the same start.',
      figures: sgdFigures(input),
    },
  ];
  return groups.filter(({ figures }) => figures.length > 0);
}

export { found } from './known.js';
