// What the tests of figures share: figures with little in them, and what was drawn, read back.
import { parseHTML } from 'linkedom';
import {
  drawFigure,
  type Figure,
  type HeatmapFigure,
  type LinesFigure,
  type PhaseFigure,
} from '../../../src/report/index.js';

export const text = { title: 'T', caption: 'C', xLabel: 'x label', yLabel: 'y label' };
export const range = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
export const draw = (figure: Figure): string => String(drawFigure(figure));
export const count = (page: string, pattern: RegExp): number => page.match(new RegExp(pattern, 'g'))?.length ?? 0;
export const description = (page: string): string => /aria-label="([^"]*)"/.exec(page)![1]!;
export const legend = (page: string): string[] =>
  [...page.matchAll(/<li><span class="swatch[^>]*><\/span>([^<]*)/g)].map(([, label]) => label!);

/** Elements of a drawing as their attributes, with those of the group that they are in. */
export function elements(page: string, selector: string): Record<string, string>[] {
  const { document } = parseHTML(`<!doctype html><html><body>${page}</body></html>`);
  const attributes = (element: { attributes: Iterable<{ name: string; value: string }> }): Record<string, string> =>
    Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
  return [...document.querySelectorAll(selector)].map((element) => ({
    ...(element.parentNode?.localName === 'g' ? attributes(element.parentNode) : {}),
    ...attributes(element),
  }));
}

export const coordinates = (d: string): [number, number][] =>
  [...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

/** The curves of one colour: their points in pixels. */
export function curves(page: string, color: string): [number, number][][] {
  return elements(page, 'g[aria-label="line"] path')
    .filter(({ stroke }) => stroke === color)
    .map(({ d }) => coordinates(d!));
}

export const lines = (series: LinesFigure['series'], more: Partial<LinesFigure> = {}): LinesFigure => ({
  kind: 'lines',
  ...text,
  series,
  ...more,
});
export const heatmap = (values: number[][], more: Partial<HeatmapFigure> = {}): HeatmapFigure => ({
  kind: 'heatmap',
  ...text,
  values,
  colors: 'sequential',
  valueLabel: 'value',
  ...more,
});
export const phase = (more: Partial<PhaseFigure> = {}): PhaseFigure => ({
  kind: 'phase',
  ...text,
  xDomain: [0, 1],
  yDomain: [0, 1],
  arrows: [],
  trajectories: [],
  ...more,
});
