// The figures of the report, in groups; a group without a finished run is left out.
import type { FigureGroup } from '../../../report/index.js';
import type { ReportInput } from '../../claim.js';
import { phaseCurves, phaseOneFigures } from './curves.js';
import { heatmaps } from './heatmaps.js';
import { imageScatters, paradox } from './scatters.js';

export function figureGroups(input: ReportInput): FigureGroup[] {
  const groups: FigureGroup[] = [
    {
      title: 'What neurons learn',
      note: 'Cosine of each neuron (row) with each atom (column), first seed; rows are sorted by their largest atom. A staircase of single dark cells is a network of pure features; an even grey is noise and mixtures.',
      figures: heatmaps(input),
    },
    {
      title: 'The three phases',
      note: 'First seed. Phase I ends with T1, Phase II with T2 of the run with RandomMask, as marked.',
      figures: phaseCurves(input),
    },
    {
      title: 'Phase I in closed form',
      note: 'The network is linear: signal and noise in the weights grow by the eigenvalues of E[x⁺ x⁺⁺ᵀ].',
      figures: phaseOneFigures(input),
    },
    {
      title: 'Loss and quality',
      note: 'The contrastive loss does not rank features. What makes samples easiest to tell apart is noise that the views share, and with it gone the loss is high whether the atoms were found (with a threshold) or only their span (b = 0).',
      figures: paradox(input),
    },
    {
      title: 'On images',
      note: 'SimCLR with one augmentation at a time. Mean colour is the dense feature that crops and flips leave in both views.',
      figures: imageScatters(input),
    },
  ];
  return groups.filter(({ figures }) => figures.length > 0);
}
