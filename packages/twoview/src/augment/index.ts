// Augmentation: batches of uint8 images to float views, with other random parameters for every sample.
export { type Augmentation, type AugmentationOptions, createAugmentation } from './augmentation.js';
export { type AugmentConfig, augmentSchema, resolvePolicy } from './config.js';
export { createEvaluationTransform, type EvaluationOptions, type EvaluationTransform } from './evaluation.js';
export { loadNativeKernels, type NativeKernels } from './native.js';
export { JITTER_ORDERS, PARAM, PARAM_COUNT } from './params.js';
export { type PolicyName, policies, policyNames } from './policies.js';
export { type AugmentPolicy, type AugmentPolicyInput, blurKernelSize, policySchema } from './policy.js';
export { type SampleKey, sampleParameters } from './sampling.js';
