/** Theory against practice: what the linear theory says of a network in training, beside what the network does. */
export { type Agreement, agreement, tolerance } from './agreement.js';
export { type LinearSettings, linearSchema } from './config.js';
export { type ModeRow, modeCourse } from './course.js';
export { type EncoderRates, fitEncoder, growthOf, predictEncoder } from './encoder-course.js';
export { type LinearAgreement, type LinearCourse, type LinearRun, linearAgreement, trainLinear } from './linear.js';
export { type LossWeights, lossWeights, type TheoryLoss, theoryLoss } from './loss.js';
export { type Modes, modesOf } from './modes.js';
export { type Moments, RunningMoments } from './moments.js';
export { createTheoryObserver, largestDimension, modeMeasures, observedModes, whyNotObserved } from './observer.js';
export { overlayTheory, type PredictedCourse, type TheoryOverlay } from './overlay.js';
export { type PredictorLaw, predictorLaw, predictPredictor } from './predictor-course.js';
export { type RunRates, runRates } from './time.js';
