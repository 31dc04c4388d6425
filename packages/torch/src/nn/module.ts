// The base of every network: parameters, buffers and children under PyTorch's names.
import { type DType, isFloatingPoint, keep, type MemoryFormat, noGrad, scope, Tensor } from '../index.js';
import { operator } from '../unsafe.js';

/** Any module, whatever its forward takes and gives. */
export type AnyModule = Module<never[], unknown>;

/** State by name, as `stateDict()` gives it and `loadStateDict()` takes it. */
export type StateDict = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/** Names on which a network and a state dict differ. */
export interface StateDifference {
  /** In the module, not in the state. */
  missing: string[];
  /** In the state, not in the module. */
  unexpected: string[];
}

const setData = operator('aten::set_data');

/** Makes `target` hold the elements of `value`; it stays the same tensor, so optimisers that hold it stay right. */
function replaceElements(target: Tensor, value: Tensor): void {
  if (value === target) return;
  const gradient = target.grad;
  if (gradient) target.grad = null;
  setData(target, value);
  Tensor.forgetCached(target);
  if (gradient) target.grad = gradient.to({ dtype: target.dtype, device: target.device });
}

/**
 * A function with state. A subclass declares its parts in its constructor, or in field initialisers, with
 * `parameter`, `buffer` and `module`; their order and names make the keys of `stateDict()`.
 *
 *     class Head extends Module {
 *       readonly fc = this.module('fc', new Linear(512, 10));
 *       forward(x: Tensor) { return this.fc.forward(x); }
 *     }
 *
 * Parameters and buffers outlive the scopes they are made in.
 */
export abstract class Module<Inputs extends unknown[] = [Tensor], Output = Tensor> {
  /** Whether dropout drops and batch normalisation uses the batch's statistics; set by `train()` and `eval()`. */
  training = true;

  readonly #parameters = new Map<string, Tensor>();
  readonly #buffers = new Map<string, Tensor>();
  readonly #modules = new Map<string, AnyModule>();

  /** Computes the output. */
  abstract forward(...inputs: Inputs): Output;

  #claim(name: string): void {
    if (name === '' || name.includes('.'))
      throw new Error(`'${name}' cannot name a part of a module: it is empty or has a dot`);
    if (this.#parameters.has(name) || this.#buffers.has(name) || this.#modules.has(name)) {
      throw new Error(`${this.constructor.name} already has a part named '${name}'`);
    }
  }

  /** Declares a trained tensor, which from now on requires grad; returns it. Throws on a used name or a value that is no leaf. */
  protected parameter(name: string, value: Tensor): Tensor {
    this.#claim(name);
    if (!value.isLeaf) throw new Error(`parameter '${name}' is the result of recorded operations: pass value.detach()`);
    this.#parameters.set(name, keep(value.requiresGrad_()));
    return value;
  }

  /** Declares a tensor that is saved with the module but not trained; returns it. Throws on a used name. */
  protected buffer(name: string, value: Tensor): Tensor {
    this.#claim(name);
    this.#buffers.set(name, keep(value));
    return value;
  }

  /** Declares a child; returns it. Throws on a used name. */
  protected module<M extends AnyModule>(name: string, child: M): M {
    this.#claim(name);
    this.#modules.set(name, child);
    return child;
  }

  /** The direct children by name. */
  children(): ReadonlyMap<string, AnyModule> {
    return this.#modules;
  }

  /** This module under the name `prefix` (empty by default) and all below it, parents first. */
  *namedModules(prefix = ''): Generator<[string, AnyModule]> {
    yield [prefix, this as unknown as AnyModule];
    for (const [name, child] of this.#modules) yield* child.namedModules(prefix ? `${prefix}.${name}` : name);
  }

  *modules(): Generator<AnyModule> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /** Parameters of this module and all below it, in the order of declaration; one that is shared comes once. */
  *namedParameters(): Generator<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, tensor] of module.#parameters) {
        if (seen.has(tensor)) continue;
        seen.add(tensor);
        yield [prefix ? `${prefix}.${name}` : name, tensor];
      }
    }
  }

  parameters(): Tensor[] {
    return Array.from(this.namedParameters(), ([, tensor]) => tensor);
  }

  *namedBuffers(): Generator<[string, Tensor]> {
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, tensor] of module.#buffers) yield [prefix ? `${prefix}.${name}` : name, tensor];
    }
  }

  buffers(): Tensor[] {
    return Array.from(this.namedBuffers(), ([, tensor]) => tensor);
  }

  /** The live parameters and buffers, not copies, under PyTorch's keys and in its order. */
  stateDict(): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    for (const [prefix, module] of this.namedModules()) {
      for (const own of [module.#parameters, module.#buffers]) {
        for (const [name, tensor] of own) state.set(prefix ? `${prefix}.${name}` : name, tensor);
      }
    }
    return state;
  }

  /**
   * Copies a state into the parameters and buffers, converting dtype and device. Nothing is changed when it throws.
   * @param options `strict` (the default) refuses missing and unexpected names; else they are only returned
   * @throws Error that lists every missing and unexpected name and every shape that differs (shapes always must agree)
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): StateDifference {
    const source = state instanceof Map ? (state as ReadonlyMap<string, Tensor>) : new Map(Object.entries(state));
    const own = this.stateDict();
    const missing = [...own.keys()].filter((name) => !source.has(name));
    const unexpected = [...source.keys()].filter((name) => !own.has(name));
    const problems: string[] = [];
    if (options.strict ?? true) {
      if (missing.length > 0) problems.push(`missing ${missing.join(', ')}`);
      if (unexpected.length > 0) problems.push(`unexpected ${unexpected.join(', ')}`);
    }
    for (const [name, target] of own) {
      const value = source.get(name);
      if (value && value.shape.join() !== target.shape.join()) {
        problems.push(
          `${name} has shape [${value.shape.join(', ')}] in the state and [${target.shape.join(', ')}] in the module`,
        );
      }
    }
    if (problems.length > 0) throw new Error(`the state does not fit ${this.constructor.name}: ${problems.join('; ')}`);
    noGrad(() => {
      for (const [name, target] of own) {
        const value = source.get(name);
        if (value) target.copy_(value);
      }
    });
    return { missing, unexpected };
  }

  /** Puts this module and all below it in training mode (or, with `false`, in evaluation mode). */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Says of every parameter whether it is trained. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
    return this;
  }

  /** Forgets every parameter's gradient. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Moves parameters and buffers to a device and, the floating point ones, to a dtype. They stay the same Tensor
   * objects. Throws if the device does not exist.
   */
  to(options: { device?: string; dtype?: DType }): this {
    if (options.dtype && !isFloatingPoint(options.dtype)) {
      throw new TypeError(`a module's dtype is a floating point one, not ${options.dtype}`);
    }
    return this.#convert((tensor) => {
      const dtype = isFloatingPoint(tensor.dtype) ? options.dtype : undefined;
      return tensor.to({ device: options.device, dtype });
    });
  }

  /** Reorders the memory of 4-dimensional parameters (convolution weights); `channels_last` is the fast one. */
  toMemoryFormat(memoryFormat: Extract<MemoryFormat, 'contiguous' | 'channels_last'>): this {
    return this.#convert((tensor) => (tensor.ndim === 4 ? tensor.contiguous({ memoryFormat }) : tensor));
  }

  #convert(convert: (tensor: Tensor) => Tensor): this {
    noGrad(() => {
      for (const tensor of new Set(this.stateDict().values())) scope(() => replaceElements(tensor, convert(tensor)));
    });
    return this;
  }

  /** Frees every parameter and buffer now; the module cannot be used afterwards. */
  dispose(): void {
    for (const tensor of this.stateDict().values()) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Copies the parameters, and unless told otherwise the buffers, of one network into another of the same structure.
 * Throws, changing nothing, if names or shapes differ.
 */
export function copyParameters(source: AnyModule, target: AnyModule, options: { buffers?: boolean } = {}): void {
  if (options.buffers ?? true) {
    target.loadStateDict(source.stateDict());
    return;
  }
  const buffers = new Map(target.namedBuffers());
  target.loadStateDict(new Map([...source.namedParameters(), ...buffers]));
}
