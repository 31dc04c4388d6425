/** A body at one moment as SVG: parts from back to front, each with an edge, and a shadow on the ground. */
import type { Point } from '../figures/figure.js';
import { type Html, raw } from '../html.js';
import { limbOf } from './limbs.js';
import { isGoal, isSolid, type Outline, outlineOf } from './projection.js';
import type { RolloutFrame, RolloutGeom } from './rollout-types.js';
import { round, type Stage } from './stage.js';

/** Paths of whole numbers. */
export function bodyPaths(frame: RolloutFrame, stage: Stage): Html {
  const solid = frame.geoms.filter(isSolid);
  const parts = frame.geoms
    .filter((geom) => isSolid(geom) || isGoal(geom))
    .map((geom) => ({ geom, limb: limbOf(geom), depth: depthOf(geom, stage) }))
    .sort((a, b) => (Math.abs(a.depth - b.depth) < 1e-6 ? a.limb.order - b.limb.order : b.depth - a.depth));
  const [x, y] = stage.camera(frame);
  const { view, scale, origin } = stage;
  const place = (point: Point): Point => ({
    x: round(origin.x + scale * (point.x - view.u(x, y, 0))),
    y: round(origin.y + scale * (point.y - view.v(x, y, 0))),
  });
  const shadow = stage.oblique
    ? `<path class="shadow" d="${solid.map((geom) => shadowOf(geom, stage, place)).join('')}"/>`
    : '';
  return raw(
    shadow +
      parts
        .map(
          ({ geom, limb }) =>
            `<path class="${isGoal(geom) ? 'g' : limb.tone < 0 ? 't' : `l${limb.tone}`}" d="${pathOf(outlineOf(geom, view), place, scale)}"/>`,
        )
        .join(''),
  );
}

function depthOf({ position }: RolloutGeom, { view }: Stage): number {
  return view.depth(position[0]!, position[1]!, position[2]!);
}

/** The part's axis, dropped onto the ground. */
function shadowOf(geom: RolloutGeom, { view }: Stage, place: (point: Point) => Point): string {
  const flat = { ...view, u: (x: number, y: number) => view.u(x, y, 0), v: (x: number, y: number) => view.v(x, y, 0) };
  const outline = outlineOf(geom, flat);
  const points = 'polygon' in outline ? outline.polygon : outline.ends;
  const [first, ...rest] = points.map(place);
  return `M${first!.x} ${first!.y}${rest.map(({ x, y }) => `L${x} ${y}`).join('')}`;
}

function pathOf(outline: Outline, place: (point: Point) => Point, scale: number): string {
  if ('polygon' in outline) {
    const points = outline.polygon.map(place);
    return `${points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('')}z`;
  }
  const [a, b] = [place(outline.ends[0]), place(outline.ends[1])];
  const r = Math.max(2, round(scale * outline.radius));
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  if (length < 1.5) return `M${a.x - r} ${a.y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  const [nx, ny] = [round((-dy / length) * r), round((dx / length) * r)];
  const arc = (x: number, y: number): string => `a${r} ${r} 0 0 0 ${x} ${y}`;
  // Along one edge, around the end, back along the other, around the start.
  return `M${a.x + nx} ${a.y + ny}l${dx} ${dy}${arc(-2 * nx, -2 * ny)}l${-dx} ${-dy}${arc(2 * nx, 2 * ny)}z`;
}
