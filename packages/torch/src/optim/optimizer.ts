// The base of the optimisers: groups of parameters with their own options, and state that saves and resumes exactly.
import { keep, noGrad, scope, Tensor, tensor } from '../index.js';

/** Parameters, by themselves or with the names that saved state will carry (`model.namedParameters()`). */
export type Parameters = Iterable<Tensor | readonly [string, Tensor]>;

/** Parameters that share options; options left out are the optimiser's. */
export type GroupInput<Options> = { params: Parameters } & Partial<Options>;

/** A group inside an optimiser. Its options may be changed between steps. */
export type Group<Options> = { readonly params: readonly Tensor[]; readonly names: readonly string[] } & Options;

/** State of an optimiser: `groups` survives JSON exactly, `tensors` survives safetensors. */
export interface OptimizerState {
  groups: { names: string[]; options: Record<string, number | boolean> }[];
  /** By `<parameter name>.<what>`. */
  tensors: Map<string, Tensor>;
}

/** Parameters of a group that have a gradient, as lists of equal length. */
export interface Batch {
  params: Tensor[];
  grads: Tensor[];
}

/** State tensors of one parameter, by name. */
type Slot = Map<string, Tensor>;

/**
 * Changes parameters by their gradients. A parameter whose `grad` is null is skipped: neither decayed nor counted.
 *
 * A subclass writes `update`. Its arithmetic runs over lists of tensors (`foreach...` operators): one crossing into
 * libtorch a list rather than one a parameter, and the same numbers. On a CPU that is a quarter faster for a network of
 * 44 thousand parameters and no different for one of 11 million, whose time is the memory's (benchmarks/optimizer-step.mjs).
 */
export abstract class Optimizer<Options extends { [K in keyof Options]: number | boolean }> {
  readonly groups: Group<Options>[] = [];
  readonly #slots = new Map<Tensor, Slot>();
  readonly #steps = new Map<Tensor, number>();
  readonly #defaults: Options;

  protected constructor(params: Parameters | readonly GroupInput<Options>[], defaults: Options) {
    this.#defaults = defaults;
    for (const group of asGroups<Options>(params)) this.addGroup(group);
    if (this.groups.length === 0) throw new Error(`${this.constructor.name} was given no parameters`);
  }

  /** State tensors that each parameter may have, by the name they are saved under. */
  protected abstract readonly slotNames: readonly string[];

  /** Throws, naming the option, what a group's options may not be. */
  protected abstract check(options: Options): void;

  /** Changes the parameters of one group. Runs without grad, in a scope. */
  protected abstract update(group: Group<Options>, batch: Batch): void;

  /** Adds a group. Throws on a parameter that is no leaf, or that is here already, and on a bad option. */
  addGroup(input: GroupInput<Options>): void {
    const { params, ...given } = input;
    const options = { ...this.#defaults, ...(given as unknown as Partial<Options>) };
    this.check(options);
    const known = new Set(this.groups.flatMap((group) => group.params));
    const knownNames = new Set(this.groups.flatMap((group) => group.names));
    const group = { params: [] as Tensor[], names: [] as string[] };
    for (const entry of params) {
      const [name, param] = Tensor.isTensor(entry) ? [String(known.size), entry] : (entry as readonly [string, Tensor]);
      if (!Tensor.isTensor(param))
        throw new TypeError(`${this.constructor.name} takes tensors or [name, tensor] pairs as parameters`);
      if (!param.isLeaf)
        throw new Error(`parameter ${name} is the result of recorded operations, and cannot be optimised`);
      if (known.has(param) || knownNames.has(name))
        throw new Error(`parameter ${name} was given to ${this.constructor.name} twice`);
      known.add(param);
      knownNames.add(name);
      group.params.push(param);
      group.names.push(name);
    }
    this.groups.push({ ...options, ...group });
  }

  /** Applies the gradients once. */
  step(): void {
    noGrad(() => {
      for (const group of this.groups) {
        scope(() => {
          const batch: Batch = { params: [], grads: [] };
          for (const param of group.params) {
            const grad = param.grad;
            if (!grad) continue;
            batch.params.push(param);
            batch.grads.push(grad);
          }
          if (batch.params.length > 0) this.update(group, batch);
        });
      }
    });
  }

  /** Forgets every parameter's gradient. */
  zeroGrad(): void {
    for (const group of this.groups) for (const param of group.params) param.grad = null;
  }

  /** The state tensors `name` of the parameters, made by `make` where there is none yet. */
  protected slots(name: string, params: readonly Tensor[], make: (param: Tensor, index: number) => Tensor): Tensor[] {
    return params.map((param, i) => {
      const slot: Slot = this.#slots.get(param) ?? new Map();
      this.#slots.set(param, slot);
      const value = slot.get(name) ?? keep(make(param, i));
      slot.set(name, value);
      return value;
    });
  }

  /** Whether a parameter has the state tensor `name`. */
  protected hasSlot(name: string, param: Tensor): boolean {
    return this.#slots.get(param)?.has(name) ?? false;
  }

  /** Counts a step of each parameter and returns the counts, from 1. */
  protected countSteps(params: readonly Tensor[]): number[] {
    return params.map((param) => {
      const steps = (this.#steps.get(param) ?? 0) + 1;
      this.#steps.set(param, steps);
      return steps;
    });
  }

  /** The whole state. Its tensors are the live ones, not copies, but for the step counts (int64 scalars). */
  stateDict(): OptimizerState {
    const tensors = new Map<string, Tensor>();
    for (const { params, names } of this.groups) {
      params.forEach((param, i) => {
        const steps = this.#steps.get(param);
        if (steps !== undefined) tensors.set(`${names[i]}.step`, tensor(steps, { dtype: 'int64' }));
        for (const [slot, value] of this.#slots.get(param) ?? []) tensors.set(`${names[i]}.${slot}`, value);
      });
    }
    const groups = this.groups.map(({ params: _, names, ...options }) => ({
      names: [...names],
      options: { ...options } as Record<string, number | boolean>,
    }));
    return { groups, tensors };
  }

  /**
   * Continues from a saved state, bit for bit; its tensors are copied. Nothing is changed when it throws.
   * @throws Error if groups, names or shapes are not those of this optimiser
   */
  loadStateDict(state: OptimizerState): void {
    const fail = (what: string): never => {
      throw new Error(`the saved state does not fit this ${this.constructor.name}: ${what}`);
    };
    if (state.groups.length !== this.groups.length)
      fail(`it has ${state.groups.length} parameter groups, this one ${this.groups.length}`);
    const owners = new Map<string, Tensor>();
    this.groups.forEach((group, i) => {
      const saved = state.groups[i] as OptimizerState['groups'][number];
      if (saved.names.join('\n') !== group.names.join('\n'))
        fail(`the parameters of group ${i} differ in number, name or order`);
      for (const name of Object.keys(saved.options)) if (!(name in this.#defaults)) fail(`it has an option '${name}'`);
      this.check({ ...this.#defaults, ...(saved.options as Partial<Options>) });
      for (const [k, param] of group.params.entries()) owners.set(group.names[k] as string, param);
    });
    const steps = new Map<Tensor, number>();
    const slots: { param: Tensor; slot: string; value: Tensor }[] = [];
    for (const [key, value] of state.tensors) {
      const dot = key.lastIndexOf('.');
      const [owner, slot] = [key.slice(0, dot), key.slice(dot + 1)];
      const param = owners.get(owner) ?? fail(`it has '${key}', and there is no such parameter here`);
      if (slot === 'step') {
        if (value.numel !== 1) fail(`'${key}' is not one number`);
        steps.set(param, value.item());
      } else if (!this.slotNames.includes(slot)) fail(`it has '${key}', which ${this.constructor.name} does not use`);
      else if (value.shape.join() !== param.shape.join()) {
        fail(`'${key}' has shape [${value.shape.join(', ')}], its parameter [${param.shape.join(', ')}]`);
      } else slots.push({ param, slot, value });
    }
    const before = [...this.#slots.values()].flatMap((slot) => [...slot.values()]);
    this.#slots.clear();
    this.#steps.clear();
    for (const [param, count] of steps) this.#steps.set(param, count);
    noGrad(() => {
      for (const { param, slot, value } of slots) this.slots(slot, [param], () => copyLike(value, param));
    });
    for (const old of before) old.dispose();
    for (const [i, group] of this.groups.entries()) Object.assign(group, state.groups[i]?.options);
  }

  /** Frees the state tensors now; parameters are left alone. */
  dispose(): void {
    for (const slot of this.#slots.values()) for (const value of slot.values()) value.dispose();
    this.#slots.clear();
    this.#steps.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A copy of saved state with its parameter's device and memory layout, which the sums in a later step depend on. */
function copyLike(value: Tensor, param: Tensor): Tensor {
  return scope(() => param.detach().to({ dtype: value.dtype, copy: true }).copy_(value));
}

function asGroups<Options>(params: Parameters | readonly GroupInput<Options>[]): GroupInput<Options>[] {
  const entries = Array.from(params as Iterable<unknown>);
  const isGroup = (entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry) && !Tensor.isTensor(entry);
  if (entries.every(isGroup)) return entries as GroupInput<Options>[];
  return [{ params: entries as (Tensor | [string, Tensor])[] } as unknown as GroupInput<Options>];
}

/** Throws unless every one of the named options is a finite number from 0 (and, with `below`, below that). */
export function checkRange<Options>(
  options: Options,
  names: readonly (keyof Options & string)[],
  below = Infinity,
): void {
  for (const name of names) {
    const value = options[name] as unknown;
    if (typeof value !== 'number' || !(value >= 0 && value < below)) {
      throw new RangeError(
        `${name} is a number of at least 0${below === Infinity ? '' : ` and below ${below}`}, not ${String(value)}`,
      );
    }
  }
}
