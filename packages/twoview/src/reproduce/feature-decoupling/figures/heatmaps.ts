// Neurons against atoms, at the turns of the phases.
import type { HeatmapFigure } from '../../../report/index.js';
import { sortedByAtom } from '../../../theory/decoupling/index.js';
import type { ReportInput } from '../../claim.js';
import { runsOf } from '../tables.js';

const moments = { start: 'at the start', T1: 'end of Phase I', T2: 'end of Phase II', end: 'end of training' } as const;

export function heatmaps(input: ReportInput): HeatmapFigure[] {
  return (['RandomMask + bias', 'no mask + bias'] as const).flatMap((arm) => {
    const [run] = runsOf(input, arm);
    return (run?.snapshots ?? []).map(({ moment, step, cosines, alignment }): HeatmapFigure => {
      const share = (value: number): string => `${Math.round(100 * value)} %`;
      return {
        kind: 'heatmap',
        title: `${arm}: ${moments[moment]}`,
        caption: `Step ${step}. ${share(alignment.fracM)} of the weights’ energy lies in the atoms’ span, ${share(alignment.pure)} of the neurons are pure, ${share(alignment.coverage)} of the atoms are covered.`,
        xLabel: 'atom',
        yLabel: 'neuron',
        values: sortedByAtom(cosines),
        colors: 'sequential',
        domain: [0, 1],
        valueLabel: '|cosine|',
      };
    });
  });
}
