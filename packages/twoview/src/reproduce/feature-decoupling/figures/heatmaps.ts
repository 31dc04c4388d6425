// Neurons against atoms at the turns of the phases.
import { type HeatmapFigure, neuronHeatmaps } from '../../../report/index.js';
import type { ReportInput } from '../../claim.js';
import { runsOf } from '../tables.js';

export function heatmaps(input: ReportInput): HeatmapFigure[] {
  return (['RandomMask + bias', 'no mask + bias'] as const).flatMap((label) => {
    const [run] = runsOf(input, label);
    return run ? neuronHeatmaps({ label, run }) : [];
  });
}
