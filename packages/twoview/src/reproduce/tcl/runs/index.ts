/** Meta-training as experiments: arms, what is measured of them, and the published setting. */
export { type EncodingMeasures, encodingExperiment } from './encoding.js';
export { metaRlExperiment } from './experiment.js';
export {
  type EvaluationMeasures,
  type MetaRlMeasures,
  meanSpeed,
  measureEnd,
  measureRows,
  type TaskMeasures,
} from './measure.js';
export { type Arm, type ArmName, arms, type Closing, evenSpeeds } from './settings.js';
