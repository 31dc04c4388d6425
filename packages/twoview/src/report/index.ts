/** Reports: one self-contained HTML page about a run, or about several side by side. */
export { benchPicture, renderBenchReport } from './bench.js';
export type * from './bench-table.js';
export { type ClaimEntry, type ClaimsReport, renderClaimsReport } from './claims.js';
export { renderComparisonReport } from './comparison.js';
export { renderDiagnosis } from './diagnosis.js';
export type { EigenvalueSeries } from './figures/eigenvalues.js';
export {
  drawFigure,
  type Figure,
  type HeatmapFigure,
  type LineSeries,
  type LinesFigure,
  type PhaseFigure,
  type Point,
  type ScatterFigure,
} from './figures/figure.js';
export { seriesColor } from './figures/frame.js';
export type { Plane } from './figures/plane.js';
export { renderMetaRlComparison } from './metarl/comparison.js';
export { rolloutFrames } from './metarl/frames.js';
export { renderMetaRlReport } from './metarl/page.js';
export { pathFigure } from './metarl/paths.js';
export { rolloutPicture } from './metarl/rollout.js';
export type * from './metarl/rollout-types.js';
export type * from './metarl/types.js';
export { renderRobustnessReport } from './robustness/page.js';
export { robustnessSection } from './robustness/section.js';
export type * from './robustness/types.js';
export { renderRunReport } from './run.js';
export { benchMarkdown } from './sections/bench.js';
export type { FigureGroup, ReportTable, TableGroup } from './sections/groups.js';
export { sparkline } from './sparkline.js';
export { type NamedRun, neuronHeatmaps, phaseLines } from './theory/decoupling.js';
export { type DynamicsPage, renderDynamics } from './theory/dynamics.js';
export {
  levelCurves,
  levelHeatmap,
  operatorCurves,
  rootCurves,
  selectivityCurves,
  settingHeatmap,
  sweepCurves,
  type TreeRuns,
  type TreeSweep,
  treeLevels,
} from './theory/hltm.js';
export { linearFigures, linearPage, linearSentences } from './theory/linear.js';
export { overlayFigures } from './theory/overlay-figures.js';
export { overlaySentences } from './theory/overlay-text.js';
export { renderTheoryPage, type TheoryPage } from './theory/page.js';
export type * from './types.js';
export { writeReport } from './write.js';
