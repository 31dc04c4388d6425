/** Many scalar modes at once: phase diagrams, in plain loops on a processor and on the engine elsewhere. */
export type { Column, SweepInput } from './columns.js';
export { type GridAxis, type PhaseDiagram, phaseDiagram, spaced } from './grid.js';
export { type SweepOptions, type SweepResult, sweep, sweepFates } from './sweep.js';
