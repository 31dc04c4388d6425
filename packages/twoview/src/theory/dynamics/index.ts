/** Linear dynamics of predictor and encoder: flows, fixed points, basins (Tian, Chen, Ganguli 2021, arXiv 2102.06810). */
export { analyse, type DynamicsAnalysis, type ModeOutcome, type NamedRate } from './analysis.js';
export { type DynamicsSettings, dynamicsSchema, parametersOf } from './config.js';
export { type DynamicsCourse, dynamicsCourse } from './course.js';
export { type DecayDiagram, decayDiagram } from './diagram.js';
export * as matrix from './matrix/index.js';
export { type PhasePortrait, phasePortrait } from './portrait.js';
export * as scalar from './scalar/index.js';
export * as sweep from './sweep/index.js';
