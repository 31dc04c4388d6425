/** Trajectories of a task in the plane: where they start, where the goal is, and which came first. */
import type { LineSeries, Point } from '../figures/figure.js';
import { type FigureText, figure, seriesColor } from '../figures/frame.js';
import { simplify } from '../figures/geometry.js';
import { panel } from '../figures/panel.js';
import { pathsMark, type Shapes, tenth } from '../figures/paths.js';
import { type Html, html } from '../html.js';
import { formatNumber } from '../numbers.js';
import type { TaskPaths } from './rollout-types.js';
import { squareAxes } from './square.js';

/** With more trajectories than colours of series, they are shaded from the first to the last. */
const distinct = 6;

/**
 * Draws one task; a metre is as long in both directions.
 * @throws RangeError if the radius is not positive
 */
export function pathFigure(paths: TaskPaths): Html {
  const { title, caption, goal, radius } = paths;
  if (radius !== undefined && !(radius > 0))
    throw new RangeError(`The radius around the goal is ${radius}; give a number > 0, or leave it out.`);
  const followed = paths.trajectories.map(({ label, points }, i) => ({
    label: label ?? `trajectory ${i + 1}`,
    color: colorOf(i, paths.trajectories.length),
    points: points.map(([x, y]) => ({ x, y })).filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const around = goal ? [-1, 1].map((s) => ({ x: goal[0] + s * (radius ?? 0), y: goal[1] + s * (radius ?? 0) })) : [];
  const { x, y } = squareAxes([...followed.flatMap(({ points }) => points), ...around]);
  const area = panel(x, y, { xLabel: 'x', yLabel: 'y' }, 440);
  const place = ({ x: a, y: b }: Point): Point => ({ x: area.x(a), y: area.y(b) });
  const metre = area.x(x.domain[0] + 1) - area.x(x.domain[0]);
  const text: FigureText = {
    title,
    caption:
      caption ??
      `Dots: starts. ${goal ? 'Cross: the goal. ' : ''}${radius === undefined ? '' : 'Circle: where a sparse reward is given. '}The posterior is updated between trajectories.`,
    description: describe(paths, followed),
    ...(followed.length > distinct
      ? { key: html`<p class="ramp">${followed[0]!.label} <span class="bar"></span> ${followed.at(-1)!.label}</p>` }
      : { legend: followed.map(({ label, color }) => ({ label, color })) }),
  };
  return figure(text, {
    ...area.options,
    marks: [
      ...area.axes,
      pathsMark([
        ...(goal
          ? goalShapes(place({ x: goal[0], y: goal[1] }), radius === undefined ? undefined : radius * metre)
          : []),
        ...followed.flatMap(({ points, color }) => trail(points.map(place), color)),
      ]),
    ],
  });
}

function colorOf(i: number, count: number): string {
  return count <= distinct
    ? seriesColor(i)
    : `color-mix(in oklab, var(--late) ${Math.round((100 * i) / (count - 1))}%, var(--early))`;
}

function goalShapes({ x, y }: Point, radius: number | undefined): Shapes[] {
  const cross = `M${tenth(x - 6)},${tenth(y - 6)}l12,12m0,-12l-12,12`;
  return [
    ...(radius === undefined
      ? []
      : [
          {
            d: disc({ x, y }, radius),
            attributes: { fill: 'var(--good)', 'fill-opacity': '0.13', stroke: 'var(--good)' },
          },
        ]),
    { d: cross, attributes: { fill: 'none', stroke: 'var(--good)', 'stroke-width': '2.6', 'stroke-linecap': 'round' } },
  ];
}

/** A line with a dot where it starts and a ring where it ends. */
function trail(points: readonly Point[], color: string): Shapes[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  const d = simplify(points, (point) => point)
    .map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${tenth(x)},${tenth(y)}`)
    .join('');
  return [
    { d, attributes: { fill: 'none', stroke: color, 'stroke-width': '2', 'stroke-linejoin': 'round' } },
    { d: disc(first, 3), attributes: { fill: color } },
    { d: disc(last, 4), attributes: { fill: 'var(--card)', stroke: color, 'stroke-width': '2' } },
  ];
}

function disc({ x, y }: Point, r: number): string {
  const [a, b] = [tenth(r), tenth(2 * r)];
  return `M${tenth(x - r)},${tenth(y)}a${a},${a} 0 1 0 ${b},0a${a},${a} 0 1 0 -${b},0Z`;
}

function describe(
  { title, goal, radius }: TaskPaths,
  followed: readonly (Pick<LineSeries, 'label'> & { points: readonly Point[] })[],
): string {
  const at = ({ x, y }: Point): string => `(${formatNumber(x)}, ${formatNumber(y)})`;
  const courses = followed.map(({ label, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return `${label}: no points.`;
    const gap = goal && Math.hypot(last.x - goal[0], last.y - goal[1]);
    return `${label}: from ${at(first)} to ${at(last)}${gap === undefined ? '' : `, ${formatNumber(gap)} from the goal`}.`;
  });
  const place = goal
    ? ` Goal at ${at({ x: goal[0], y: goal[1] })}${radius === undefined ? '' : `, radius ${formatNumber(radius)}`}.`
    : '';
  return `${title}: paths in the plane.${place} ${courses.join(' ')}`;
}
