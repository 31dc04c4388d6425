// A tanh-Gaussian policy (PEARL; Haarnoja et al. 2018) in typed arrays, so that a worker thread collects episodes without the engine.
import type { Stream } from '../random/stream.js';

/** One linear layer: y = W x + b. */
export interface PlainLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** `[outputs, inputs]`, row by row. */
  readonly weight: Float32Array;
  /** `[outputs]` */
  readonly bias: Float32Array;
}

/**
 * A policy of (o, z) `[O + L]` as plain data: layers with a ReLU after each but the last, which gives A means and A logarithms of
 * standard deviations, to be clamped to `logStd`.
 */
export interface PolicyWeights {
  readonly observationSize: number;
  readonly latentSize: number;
  readonly actionSize: number;
  readonly layers: readonly PlainLayer[];
  readonly logStd: { readonly min: number; readonly max: number };
}

export class PlainPolicy {
  readonly #weights: PolicyWeights;
  /** The input and what each layer gives. Sums are taken in double precision and kept in single, as the engine keeps them. */
  readonly #activations: readonly Float32Array[];

  /** @throws RangeError if the layers do not fit each other */
  constructor(weights: PolicyWeights) {
    checkLayers(weights);
    this.#weights = weights;
    const input = weights.observationSize + weights.latentSize;
    this.#activations = [input, ...weights.layers.map(({ outputs }) => outputs)].map((size) => new Float32Array(size));
  }

  get latentSize(): number {
    return this.#weights.latentSize;
  }

  /**
   * Writes tanh(mean + std xi) to `action` `[A]`, or tanh(mean) without a stream.
   * @param observation `[O]`
   * @param latent z `[L]`
   */
  act(
    observation: ArrayLike<number>,
    latent: ArrayLike<number>,
    stream: Stream | undefined,
    action: Float32Array,
  ): void {
    const { observationSize, latentSize, actionSize, layers, logStd } = this.#weights;
    const input = this.#activations[0]!;
    for (let i = 0; i < observationSize; i++) input[i] = observation[i]!;
    for (let i = 0; i < latentSize; i++) input[observationSize + i] = latent[i]!;
    for (let i = 0; i < layers.length; i++)
      linear(layers[i]!, this.#activations[i]!, this.#activations[i + 1]!, i < layers.length - 1);
    const outputs = this.#activations[layers.length]!;
    for (let i = 0; i < actionSize; i++) {
      let u = outputs[i]!;
      if (stream) {
        const logarithm = Math.min(logStd.max, Math.max(logStd.min, outputs[actionSize + i]!));
        u += Math.exp(logarithm) * stream.normal();
      }
      action[i] = Math.tanh(u);
    }
  }
}

/** y = W x + b, with a ReLU if `activated`. Four rows at a time: a number of x is read once for all, and sums do not wait for each other. */
function linear(
  { inputs, outputs, weight, bias }: PlainLayer,
  x: Float32Array,
  y: Float32Array,
  activated: boolean,
): void {
  const fours = outputs - (outputs % 4);
  for (let row = 0; row < fours; row += 4) {
    const [w0, w1, w2, w3] = [row * inputs, (row + 1) * inputs, (row + 2) * inputs, (row + 3) * inputs];
    let [s0, s1, s2, s3] = [bias[row]!, bias[row + 1]!, bias[row + 2]!, bias[row + 3]!];
    for (let i = 0; i < inputs; i++) {
      const value = x[i]!;
      s0 += weight[w0 + i]! * value;
      s1 += weight[w1 + i]! * value;
      s2 += weight[w2 + i]! * value;
      s3 += weight[w3 + i]! * value;
    }
    y[row] = s0;
    y[row + 1] = s1;
    y[row + 2] = s2;
    y[row + 3] = s3;
  }
  for (let row = fours; row < outputs; row++) {
    let sum = bias[row]!;
    for (let i = 0; i < inputs; i++) sum += weight[row * inputs + i]! * x[i]!;
    y[row] = sum;
  }
  if (activated) for (let row = 0; row < outputs; row++) if (y[row]! < 0) y[row] = 0;
}

function checkLayers({ observationSize, latentSize, actionSize, layers }: PolicyWeights): void {
  let width = observationSize + latentSize;
  for (const [i, { inputs, outputs, weight, bias }] of layers.entries()) {
    if (inputs !== width || weight.length !== inputs * outputs || bias.length !== outputs)
      throw new RangeError(
        `Layer ${i} of the policy takes ${inputs} numbers and has ${weight.length} weights and ${bias.length} biases: it should take ${width} and have ${width * outputs} and ${outputs}.`,
      );
    width = outputs;
  }
  if (width !== 2 * actionSize)
    throw new RangeError(`The policy gives ${width} numbers: ${actionSize} means and as many log-stds are needed.`);
}
