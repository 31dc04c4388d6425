// What is known about the engine without loading it: the build, the BLAS behind it.
export * from './blas.js';
export { type BuildRecord, buildRecord } from './record.js';
