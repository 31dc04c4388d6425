/** Reports: one self-contained HTML page about a run, or about several side by side. */
export { renderComparisonReport } from './comparison.js';
export { renderRunReport } from './run.js';
export { sparkline } from './sparkline.js';
export type * from './types.js';
export { writeReport } from './write.js';
