// Environments of meta-RL and the families of tasks they belong to; of use without the rest of the toolkit.
export * as bodies from './bodies/index.js';
export { families, findFamily } from './families.js';
export type { Frame, FrameGeometry, GeometryType } from './frame.js';
export { loadMetaWorld } from './ml1/meta-world.js';
export { Simulation } from './mujoco/simulation.js';
export { RandomState } from './random/numpy.js';
export { Stream } from './random/stream.js';
export type {
  Environment,
  EnvironmentOptions,
  EnvironmentState,
  FamilySource,
  Space,
  StepOutcome,
  Task,
  TaskFamily,
  TaskOptions,
  TaskSplit,
} from './types.js';
export type { Episode, EpisodeRequest } from './vector/episode.js';
export { type PlainLayer, PlainPolicy, type PolicyWeights } from './vector/policy.js';
export {
  createVectorEnvironments,
  type ResetOptions,
  type VectorEnvironments,
  type VectorOptions,
} from './vector/vector-environments.js';
