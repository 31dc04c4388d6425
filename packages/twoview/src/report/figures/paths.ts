/** Many small shapes as few paths: a path for each look, which keeps a page small. */
import type * as Plot from '@observablehq/plot';

/** Shapes of one look: SVG path data in pixels and the attributes of its path. */
export interface Shapes {
  d: string;
  attributes: Readonly<Record<string, string>>;
}

/** What is needed of the document; there is no browser's library of types here. */
interface Element {
  setAttribute(name: string, value: string): void;
  appendChild(child: Element): void;
}
interface Context {
  document: { createElementNS(namespace: string, name: string): Element };
}

/** A mark that draws them in their order. */
export function pathsMark(shapes: readonly Shapes[]): Plot.Markish {
  return (_index: unknown, _scales: unknown, _values: unknown, _dimensions: unknown, context: unknown) => {
    const { document } = context as Context;
    const create = (name: string): Element => document.createElementNS('http://www.w3.org/2000/svg', name);
    const group = create('g');
    for (const { d, attributes } of shapes) {
      const path = create('path');
      for (const [name, value] of Object.entries({ ...attributes, d })) path.setAttribute(name, value);
      group.appendChild(path);
    }
    return group as never;
  };
}

/** A coordinate with a tenth of a pixel. */
export const tenth = (value: number): string => String(Math.round(10 * value) / 10);
