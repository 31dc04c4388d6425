/** The toy of adversarial contrastive learning: images, network, training, measures, and runs of it as experiments. */
export { classes, side, type ToyBatch, ToyImages } from './data.js';
export { toyExperiment } from './experiment.js';
export { measureToy, type ToyMeasures } from './measure.js';
export { ToyNetwork } from './network.js';
export { type Contrast, standard, type ToySettings, type ToyVariant, type VariantName, variants } from './settings.js';
export { type Kept, type TrainedToy, toyGenerator, trainToy } from './train.js';
