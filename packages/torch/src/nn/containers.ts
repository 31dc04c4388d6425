// Modules made of a list of modules; their keys are '0.weight', '1.weight', ...
import type { Tensor } from '../index.js';
import { type AnyModule, Module } from './module.js';

/** A module from one tensor to one tensor. */
export type Layer = Module<[Tensor], Tensor>;

/** Applies layers one after the other. */
export class Sequential extends Module {
  readonly layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    this.layers = layers.map((layer, i) => this.module(String(i), layer));
  }

  forward(x: Tensor): Tensor {
    let value = x;
    for (const layer of this.layers) value = layer.forward(value);
    return value;
  }
}

/** Holds modules for a parent that calls them itself; it has no forward of its own. */
export class ModuleList<M extends AnyModule> extends Module<[], never> {
  readonly items: readonly M[];

  constructor(items: Iterable<M>) {
    super();
    this.items = Array.from(items, (item, i) => this.module(String(i), item));
  }

  [Symbol.iterator](): Iterator<M> {
    return this.items[Symbol.iterator]();
  }

  forward(): never {
    throw new Error('a ModuleList has no forward: call its items');
  }
}
