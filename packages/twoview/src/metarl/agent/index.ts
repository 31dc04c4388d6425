/** The agent of meta-RL: PEARL's networks, losses and buffers, and trajectory contrastive learning on top. It knows no environment. */
export { Agent, type AgentOptions } from './agent.js';
export { type FloatArray, type Shared, StepBatch } from './batch.js';
export * from './buffers/index.js';
export {
  type AgentConfig,
  type AgentConfigInput,
  type AgentSizes,
  agentSchema,
  checkAgent,
  featureSize,
  type TclConfig,
  tclSchema,
} from './config.js';
export {
  bilinearSimilarity,
  type Contrast,
  gaussianSimilarity,
  subtractMaximaFromColumns,
  transitionContrast,
  windowContrast,
} from './contrastive.js';
export { loadAgent, saveAgent } from './files.js';
export { type Gaussian, klFromPrior, posteriorOf, productOfGaussians, sampleGaussian } from './gaussian.js';
export type { StepLosses } from './gradient-step.js';
export { drawLatent, type Posterior, prior } from './latent.js';
export { AgentNetworks } from './networks.js';
export type { StepNoise } from './noise.js';
export type { PlainLayer, PolicyWeights } from './policy-weights.js';
export { type ActionGaussian, actionGaussian, tanhGaussian } from './tanh-gaussian.js';
