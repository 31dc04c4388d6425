/** A phase portrait: the flow as arrows, paths that follow it, nullclines and fixed points. */
import type * as Plot from '@observablehq/plot';
import type { Html } from '../html.js';
import { arrowShapes } from './arrows.js';
import { checkDomain, numberAxis } from './axis.js';
import { describePhase } from './describe.js';
import type { PhaseFigure, Point } from './figure.js';
import { figure, type LegendEntry, seriesColor } from './frame.js';
import { type Box, clipPolyline, isInside, simplify, thinPath, unit } from './geometry.js';
import { LabelLayout, type Place } from './labels.js';
import { panel } from './panel.js';
import { pathsMark, type Shapes, tenth } from './paths.js';

/**
 * Draws the portrait; what lies outside the domain is cut off.
 * @throws RangeError if a domain is not ascending and finite
 */
export function phasePortrait(spec: PhaseFigure): Html {
  const { trajectories, curves = [], fixedPoints = [] } = spec;
  checkDomain('phasePortrait: xDomain', spec.xDomain);
  checkDomain('phasePortrait: yDomain', spec.yDomain);
  const x = numberAxis({ name: 'phasePortrait: xDomain', values: [], include: spec.xDomain });
  const y = numberAxis({ name: 'phasePortrait: yDomain', values: [], include: spec.yDomain });
  const area = panel(x, y, spec, 400);
  const inPixels = (points: readonly Point[]): Point[][] =>
    clipPolyline(
      points.map((point) => ({ x: area.x(point.x), y: area.y(point.y) })),
      area.frame,
    ).map((stretch) => thinPath(stretch, 0.7));
  const colorOf = colors([...trajectories, ...curves].map(({ label }) => label));
  const dashed = curves.map((curve) => ({ color: curve.color ?? colorOf(curve.label), paths: inPixels(curve.points) }));
  const followed = trajectories.map((path) => ({
    color: path.color ?? colorOf(path.label),
    paths: inPixels(path.points),
  }));
  const points = fixedPoints
    .map((point) => ({ ...point, x: area.x(point.x), y: area.y(point.y) }))
    .filter((point) => isInside(point, area.frame));
  const legend: LegendEntry[] = [
    ...trajectories.map(({ label }, i) => ({ label, color: followed[i]!.color })),
    ...curves.map(({ label }, i) => ({ label, color: dashed[i]!.color, shape: 'dashed' as const })),
  ];
  return figure(
    { ...spec, description: describePhase(spec), legend: unique(legend) },
    {
      ...area.options,
      marks: [
        ...area.axes,
        pathsMark(arrowShapes(spec, area)),
        pathsMark(dashed.map(({ color, paths }) => ({ d: outline(paths), attributes: stroke(color, '6 4') }))),
        pathsMark(followed.flatMap((path) => pathShapes(path, points))),
        pathsMark(points.map(fixedPointShape)),
        ...labelMarks(
          points,
          [...dashed, ...followed].flatMap(({ paths }) => paths),
          area.frame,
        ),
      ],
    },
  );
}

/** Colours by label, in the order of their first use. */
function colors(labels: readonly string[]): (label: string) => string {
  const distinct = [...new Set(labels)];
  return (label) => seriesColor(distinct.indexOf(label));
}

function unique(entries: readonly LegendEntry[]): LegendEntry[] {
  const seen = new Map(entries.map((entry) => [`${entry.label}\n${entry.color}`, entry]));
  return [...seen.values()];
}

const stroke = (color: string, dashes?: string): Record<string, string> => ({
  fill: 'none',
  stroke: color,
  'stroke-width': dashes ? '1.6' : '2',
  'stroke-linejoin': 'round',
  ...(dashes ? { 'stroke-dasharray': dashes } : {}),
});

function outline(paths: readonly (readonly Point[])[]): string {
  return paths
    .map((path) =>
      simplify(path, (point) => point)
        .map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${tenth(x)},${tenth(y)}`)
        .join(''),
    )
    .join('');
}

/** A path with a dot where it starts and an arrow's head where it ends. */
function pathShapes({ color, paths }: { color: string; paths: Point[][] }, fixed: readonly Point[]): Shapes[] {
  const [first, last] = [paths[0], paths.at(-1)];
  if (!first || !last) return [];
  return [
    { d: outline(paths), attributes: stroke(color) },
    { d: disc(first[0]!, 2.6) + headPath(last, fixed), attributes: { fill: color } },
  ];
}

/** The head of a path, a little before its end where the dot of a fixed point would cover it. */
function headPath(path: readonly Point[], fixed: readonly Point[]): string {
  const end = path.at(-1)!;
  const covered = fixed.some(({ x, y }) => Math.hypot(x - end.x, y - end.y) < 6);
  const tip = backwards(path, path.length - 1, covered ? 8 : 0);
  const tail = backwards(path, tip, 7);
  const [ux, uy] = unit(path[tip]!.x - path[tail]!.x, path[tip]!.y - path[tail]!.y);
  if (ux === 0 && uy === 0) return '';
  const { x, y } = path[tip]!;
  const corner = (side: number): string =>
    `${tenth(x - 9 * ux + side * 4.2 * uy)},${tenth(y - 9 * uy - side * 4.2 * ux)}`;
  return `M${tenth(x)},${tenth(y)}L${corner(1)}L${corner(-1)}Z`;
}

/** The place, at or before `from`, of a path's last point that is at least `distance` away. */
function backwards(path: readonly Point[], from: number, distance: number): number {
  const { x, y } = path[from]!;
  let at = from;
  while (at > 0 && Math.hypot(path[at]!.x - x, path[at]!.y - y) < distance) at -= 1;
  return at;
}

function disc({ x, y }: Point, r: number): string {
  return `M${tenth(x - r)},${tenth(y)}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0Z`;
}

function fixedPointShape(point: Point & { stable: boolean }): Shapes {
  return {
    d: disc(point, 4.6),
    attributes: { fill: point.stable ? 'var(--ink)' : 'var(--card)', stroke: 'var(--ink)', 'stroke-width': '1.8' },
  };
}

function labelMarks(
  points: readonly (Point & { label: string })[],
  lines: readonly (readonly Point[])[],
  frame: Box,
): Plot.Markish[] {
  const layout = new LabelLayout(lines, frame);
  for (const point of points) layout.reserve(point, 5);
  for (const { x, y, label } of points)
    layout.add(
      label,
      [9, 20, 34, 50, 66].flatMap((away) => {
        const from = away > 20 ? { from: { x, y, radius: 6 } } : {};
        const places: Place[] = [
          { x: x + away, y, anchor: 'start' },
          { x: x - away, y, anchor: 'end' },
          { x: x + 0.7 * away, y: y - 7 - 0.6 * away, anchor: 'start' },
          { x: x - 0.7 * away, y: y - 7 - 0.6 * away, anchor: 'end' },
          { x: x + 0.7 * away, y: y + 7 + 0.6 * away, anchor: 'start' },
          { x: x - 0.7 * away, y: y + 7 + 0.6 * away, anchor: 'end' },
          { x, y: y - 7 - away, anchor: 'middle' },
          { x, y: y + 7 + away, anchor: 'middle' },
        ];
        return places.map((place) => ({ ...place, ...from }));
      }),
    );
  return layout.marks();
}
