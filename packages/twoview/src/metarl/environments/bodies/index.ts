// The simulated bodies.
export { ant } from './ant.js';
export type { Body } from './body.js';
export { halfCheetah } from './half-cheetah.js';
export { humanoid } from './humanoid.js';
export { walker2d, walker2dParams } from './walker2d.js';
