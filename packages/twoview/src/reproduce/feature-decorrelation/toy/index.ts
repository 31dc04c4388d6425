/** The toy of feature decorrelation: data, network, training, measures, and runs of it as experiments. */
export { type Contents, classes, contentSize, ToyData, viewSize } from './data.js';
export { toyExperiment } from './experiment.js';
export { measureToy, type ToyMeasures } from './measure.js';
export { ToyNetwork } from './network.js';
export { createToyNormalizer } from './normalize.js';
export {
  standard,
  type ToyNormalizer,
  type ToySettings,
  type ToyVariant,
  type VariantName,
  variants,
} from './settings.js';
export { type TrainedToy, toyGenerator, trainToy } from './train.js';
