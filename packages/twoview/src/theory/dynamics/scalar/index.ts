/** Scalar modes: pure arithmetic without the engine, for a browser too. */
export { type AlignmentCriterion, alignmentCriterion, alignmentWindow, sufficientFeature } from './alignment.js';
export {
  type BoundaryOptions,
  criticalFeature,
  escapeThreshold,
  type Fate,
  type HorizonOptions,
  type Outcome,
  outcome,
} from './basins.js';
export { criticalWeightDecay } from './decay.js';
export { directSetFeature, directSetSurvives } from './direct-set.js';
export { type Complex, eigenvalues } from './eigenvalues.js';
export { type FixedPoint, fixedPoints, type RestingLine, restingLines } from './fixed-points.js';
export { DormandPrince } from './integrators/dormand-prince.js';
export type { Method, Step, StepObserver, VectorField } from './integrators/field.js';
export { eulerStep, rk4Step } from './integrators/fixed-step.js';
export { type Integrator, integrate, integrator } from './integrators/integrate.js';
export { modeJacobian, weightJacobian } from './jacobian.js';
export { balance, featureAt, parabolaFlow, parabolaTime } from './parabola.js';
export {
  type ModeData,
  type Predictor,
  type Resolved,
  resolveParameters,
  type ScalarParameters,
  type Target,
} from './parameters.js';
export { collapsingLag, noPredictorRates, noStopGradientRate } from './rates.js';
export { type Regime, regime } from './regime.js';
export { type ModeState, toMode, toWeights, type WeightState } from './state.js';
export { initialState, type ModeSystem, modeSystem, readMode } from './system.js';
export { type ModeTrajectory, type TrajectoryOptions, trajectories, trajectory } from './trajectory.js';
