// Interchange: files that other programs read and write.
export { npyHeader, writeNpy } from './npy.js';
export { loadEncoderWeights } from './weights.js';
