/** A phase portrait: the flow as arrows, paths that follow it, nullclines and fixed points. */
import type * as Plot from '@observablehq/plot';
import type { Html } from '../html.js';
import { checkDomain, numberAxis } from './axis.js';
import { describePhase } from './describe.js';
import type { PhaseFigure, Point } from './figure.js';
import { figure, type LegendEntry, seriesColor } from './frame.js';
import { type Box, clipPolyline, simplify, thinPath } from './geometry.js';
import { LabelLayout } from './labels.js';
import { type Panel, panel } from './panel.js';
import { pathsMark, type Shapes, tenth } from './paths.js';

/** Speeds below this share of the fastest are drawn alike. */
const slowest = 1e-3;
/** Shades of the arrows. */
const shades = 6;

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
        pathsMark(arrowShapes(spec.arrows, area)),
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

const isInside = ({ x, y }: Point, { left, right, top, bottom }: Box): boolean =>
  x >= left && x <= right && y >= top && y <= bottom;

/** Arrows of one length around their points; the slower, the fainter, by the logarithm of speed. */
function arrowShapes(arrows: PhaseFigure['arrows'], area: Panel): Shapes[] {
  const { left, right, top, bottom } = area.frame;
  const shown = arrows
    .map(({ x, y, dx, dy }) => ({
      x: area.x(x),
      y: area.y(y),
      dx: area.x(x + dx) - area.x(x),
      dy: area.y(y + dy) - area.y(y),
      speed: Math.hypot(dx, dy),
    }))
    .filter((arrow) => isInside(arrow, area.frame) && arrow.speed > 0 && Number.isFinite(arrow.speed));
  const fastest = shown.reduce((most, { speed }) => Math.max(most, speed), 0);
  const room = Math.sqrt(((right - left) * (bottom - top)) / Math.max(1, shown.length));
  const length = Math.min(18, Math.max(6, 0.72 * room));
  const classes = Array.from({ length: shades }, () => '');
  for (const arrow of shown) {
    const share = 1 + Math.log(Math.max(slowest, arrow.speed / fastest)) / -Math.log(slowest);
    classes[Math.min(shades - 1, Math.floor(share * shades))] += arrowPath(arrow, length);
  }
  return classes
    .map((d, i) => ({
      d,
      attributes: {
        fill: 'none',
        stroke: 'var(--muted)',
        'stroke-width': '1.1',
        'stroke-opacity': tenth(0.2 + (0.7 * i) / (shades - 1)),
      },
    }))
    .filter(({ d }) => d !== '');
}

/** An open arrow; directions are those on the paper, where the axes may differ in scale. */
function arrowPath({ x, y, dx, dy }: Point & { dx: number; dy: number }, length: number): string {
  const [ux, uy] = unit(dx, dy);
  const tip = { x: x + (ux * length) / 2, y: y + (uy * length) / 2 };
  const head = 0.36 * length;
  const barb = (side: number): string =>
    `${tenth(tip.x - head * (ux - side * 0.5 * uy))},${tenth(tip.y - head * (uy + side * 0.5 * ux))}`;
  return `M${tenth(x - (ux * length) / 2)},${tenth(y - (uy * length) / 2)}L${tenth(tip.x)},${tenth(tip.y)}M${barb(1)}L${tenth(tip.x)},${tenth(tip.y)}L${barb(-1)}`;
}

const unit = (dx: number, dy: number): [number, number] => {
  const size = Math.hypot(dx, dy) || 1;
  return [dx / size, dy / size];
};

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
      [9, 20].flatMap((away) => [
        { x: x + away, y, anchor: 'start' as const },
        { x: x - away, y, anchor: 'end' as const },
        { x: x + 0.7 * away, y: y - 7 - 0.6 * away, anchor: 'start' as const },
        { x: x - 0.7 * away, y: y - 7 - 0.6 * away, anchor: 'end' as const },
        { x: x + 0.7 * away, y: y + 7 + 0.6 * away, anchor: 'start' as const },
        { x: x - 0.7 * away, y: y + 7 + 0.6 * away, anchor: 'end' as const },
        { x, y: y - 7 - away, anchor: 'middle' as const },
        { x, y: y + 7 + away, anchor: 'middle' as const },
      ]),
    );
  return layout.marks();
}
