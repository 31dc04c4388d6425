// Random generators with a seed and a state that can be saved: all randomness of a run goes through them.
import { native } from './engine/load.js';
import type { Handle } from './engine/native.js';
import { Tensor } from './tensor.js';

const finalizer = new FinalizationRegistry<Handle>((handle) => native.releaseGenerator(handle));

/** A stream of random numbers of its own, on one device. */
export class Generator {
  readonly #handle: Handle;

  /** Throws if `seed` is not a whole number from 0 to 2^53 - 1, or if the device has no generator. */
  constructor(options: { seed: number; device?: string }, /** @internal */ existing?: Handle) {
    checkSeed(options.seed);
    // Whatever is kept here goes to the finalizer, where an Error would end the process.
    this.#handle =
      typeof existing === 'number' ? existing : native.createGenerator(options.device ?? 'cpu', options.seed);
    finalizer.register(this, this.#handle);
  }

  /** @internal */
  static handleOf(value: Generator): Handle {
    return value.#handle;
  }

  /** @internal */
  static isGenerator(value: unknown): value is Generator {
    return typeof value === 'object' && value !== null && #handle in value;
  }

  /** The generator that operators use when none is given. */
  static default(device = 'cpu'): Generator {
    return new Generator({ seed: 0, device }, native.defaultGenerator(device));
  }

  /** Starts the stream anew from a seed. */
  manualSeed(seed: number): this {
    checkSeed(seed);
    native.seedGenerator(this.#handle, seed);
    return this;
  }

  /** The whole state; `setState` continues from it bit for bit. */
  getState(): Uint8Array {
    using state = new Tensor(native.generatorState(this.#handle));
    return state.data() as Uint8Array;
  }

  /** Throws if `state` was not made by `getState` of a generator of the same kind. */
  setState(state: Uint8Array): this {
    using tensor = new Tensor(native.fromBytes(state, 'uint8', [state.length]));
    native.setGeneratorState(this.#handle, tensor.handle);
    return this;
  }
}

function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`a seed is a whole number from 0 to 2^53 - 1, not ${seed}`);
}

/** The CPU generator that operators use when none is given. */
export function defaultGenerator(device = 'cpu'): Generator {
  return Generator.default(device);
}

/** Seeds the default generator. */
export function manualSeed(seed: number): Generator {
  return defaultGenerator().manualSeed(seed);
}
