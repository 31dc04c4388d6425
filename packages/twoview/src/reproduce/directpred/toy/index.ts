/** The nonlinear toy of DirectPred: data, network, variants, and runs of it as experiments. */
export { type Contents, ToyData } from './data.js';
export { toyExperiment } from './experiment.js';
export { measureToy, type ToyMeasures } from './measure.js';
export { createToyModel, ToyEncoder } from './network.js';
export { type ToyVariant, training, type VariantName, variantNames, variants } from './settings.js';
export { trainToy } from './train.js';
