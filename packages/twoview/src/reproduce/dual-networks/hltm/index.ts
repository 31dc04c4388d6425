/** Training runs of the latent tree model behind the claims. */
export { type HltmVariant, hltmExperiment, variantName } from './experiment.js';
export { alternatives, atLeastSeeds, controls, deep, lows, seedCounts, small, watched, widths } from './settings.js';
