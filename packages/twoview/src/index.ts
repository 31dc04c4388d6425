// twoview: the library. Every room is also a path of its own: twoview/methods, twoview/metrics, ...
export * as attacks from './attacks/index.js';
export * as augment from './augment/index.js';
export * as data from './data/index.js';
export * as diagnosis from './diagnosis/index.js';
export * as evaluation from './evaluation/index.js';
export { loadEncoder } from './evaluation/index.js';
export * as interchange from './interchange/index.js';
export * as methods from './methods/index.js';
export * as metrics from './metrics/index.js';
export * as models from './models/index.js';
export * as normalizers from './normalizers/index.js';
export * as objectives from './objectives/index.js';
export * as report from './report/index.js';
export * as reproduce from './reproduce/index.js';
export * as runs from './runs/index.js';
export * as theory from './theory/index.js';
export * as training from './training/index.js';
