// A tanh-Gaussian policy (PEARL; Haarnoja et al. 2018) from plain weights, so that a worker thread collects episodes without the engine.
import type { Stream } from '../random/stream.js';
import { createMatrixKernel, LANES, type MatrixKernel, ROWS } from './matrix-kernel.js';

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

/** Where a layer lies in the kernel's memory, counted in numbers, and its padded sizes. */
interface Placed {
  readonly weights: number;
  readonly input: number;
  readonly output: number;
  readonly columns: number;
  readonly rows: number;
}

const padded = (size: number, unit: number): number => Math.ceil(size / unit) * unit;

export class PlainPolicy {
  #weights: PolicyWeights;
  readonly #placed: readonly Placed[];
  readonly #kernel: MatrixKernel;

  /** @throws RangeError if the layers do not fit each other */
  constructor(weights: PolicyWeights) {
    checkLayers(weights);
    this.#weights = weights;
    let size = 0;
    const take = (numbers: number): number => {
      const at = size;
      size += numbers;
      return at;
    };
    // A vector of the activations before each layer, and the last outputs.
    const widths = [...weights.layers.map(({ inputs }) => inputs), 2 * weights.actionSize];
    const vectors = widths.map((width) => take(padded(width, Math.max(ROWS, LANES))));
    this.#placed = weights.layers.map(({ inputs, outputs }, i) => {
      const [columns, rows] = [padded(inputs, LANES), padded(outputs, ROWS)];
      return { weights: take(columns * rows), input: vectors[i]!, output: vectors[i + 1]!, columns, rows };
    });
    this.#kernel = createMatrixKernel(size);
    this.#place(weights);
  }

  get latentSize(): number {
    return this.#weights.latentSize;
  }

  /** Takes other weights of the same sizes. @returns false, and changes nothing, if sizes differ */
  replace(weights: PolicyWeights): boolean {
    if (sizesOf(weights) !== sizesOf(this.#weights)) return false;
    checkLayers(weights);
    this.#weights = weights;
    this.#place(weights);
    return true;
  }

  /** Lays weights out in blocks of four rows and four columns, zeros where there are none. */
  #place({ layers }: PolicyWeights): void {
    const { memory } = this.#kernel;
    for (const [k, { inputs, outputs, weight }] of layers.entries()) {
      const { weights, columns } = this.#placed[k]!;
      for (let row = 0; row < outputs; row++) {
        const start = weights + (row - (row % ROWS)) * columns + (row % ROWS) * LANES;
        for (let i = 0; i < inputs; i++)
          memory[start + (i - (i % LANES)) * ROWS + (i % LANES)] = weight[row * inputs + i]!;
      }
    }
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
    const { memory } = this.#kernel;
    const input = this.#placed[0]!.input;
    for (let i = 0; i < observationSize; i++) memory[input + i] = observation[i]!;
    for (let i = 0; i < latentSize; i++) memory[input + observationSize + i] = latent[i]!;
    for (let i = 0; i < layers.length; i++) this.#linear(layers[i]!, this.#placed[i]!, i < layers.length - 1);
    const outputs = this.#placed[layers.length - 1]!.output;
    for (let i = 0; i < actionSize; i++) {
      let u = memory[outputs + i]!;
      if (stream) {
        const logarithm = Math.min(logStd.max, Math.max(logStd.min, memory[outputs + actionSize + i]!));
        u += Math.exp(logarithm) * stream.normal();
      }
      action[i] = Math.tanh(u);
    }
  }

  #linear({ outputs, bias }: PlainLayer, { weights, input, output, columns, rows }: Placed, activated: boolean): void {
    const { memory, multiply } = this.#kernel;
    multiply(4 * weights, 4 * input, 4 * output, 4 * columns, rows);
    for (let i = 0; i < outputs; i++) {
      const y = memory[output + i]! + bias[i]!;
      memory[output + i] = activated && y < 0 ? 0 : y;
    }
  }
}

const sizesOf = ({ observationSize, latentSize, actionSize, layers }: PolicyWeights): string =>
  [observationSize, latentSize, actionSize, ...layers.map(({ outputs }) => outputs)].join(' ');

function checkLayers({ observationSize, latentSize, actionSize, layers }: PolicyWeights): void {
  if (layers.length === 0) throw new RangeError('A policy has at least one layer; this one has none.');
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
