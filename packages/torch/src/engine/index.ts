// What is known about the engine without computing anything: the build, the BLAS behind it.
export * from './blas.js';
export { type BuildRecord, buildRecord } from './load.js';
