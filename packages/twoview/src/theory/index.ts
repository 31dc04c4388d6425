/** Theory: why training does not collapse, computed. Each folder is one paper's theory, or what holds one against a real network. */
export * as covariance from './covariance/index.js';
export * as decoupling from './decoupling/index.js';
export * as dynamics from './dynamics/index.js';
export * as hltm from './hltm/index.js';
export * as practice from './practice/index.js';
