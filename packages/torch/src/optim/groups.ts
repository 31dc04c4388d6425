// Which parameters the papers leave out of weight decay and of LARS's adaptation.
import type { Tensor } from '../index.js';

/** Parameters apart: `weights` of two dimensions and more, and `biasAndNorm`, the biases and normalisation's scales and shifts. */
export function splitBiasAndNorm(named: Iterable<[string, Tensor]>): {
  weights: [string, Tensor][];
  biasAndNorm: [string, Tensor][];
} {
  const weights: [string, Tensor][] = [];
  const biasAndNorm: [string, Tensor][] = [];
  for (const entry of named) (entry[1].ndim > 1 ? weights : biasAndNorm).push(entry);
  return { weights, biasAndNorm };
}
