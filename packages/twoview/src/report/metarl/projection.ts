/** Where points of the world lie on the picture: orthographic views in metres, u to the right and v downwards. */
import type { Point } from '../figures/figure.js';
import type { RolloutFrame, RolloutGeom } from './rollout-types.js';

/** A direction of view. */
export interface View {
  u: (x: number, y: number, z: number) => number;
  v: (x: number, y: number, z: number) => number;
  /** Larger is farther away. */
  depth: (x: number, y: number, z: number) => number;
}

const turn = (20 * Math.PI) / 180;
const tilt = (32 * Math.PI) / 180;

/** Along y: planar bodies. */
const side: View = { u: (x) => x, v: (_x, _y, z) => -z, depth: (_x, y) => y };

/** From above and a little from the left: forwards is to the right and away, up is up. */
const oblique: View = {
  u: (x, y) => Math.cos(turn) * x + Math.sin(turn) * y,
  v: (x, y, z) => -Math.sin(tilt) * away(x, y) - Math.cos(tilt) * z,
  depth: (x, y, z) => Math.cos(tilt) * away(x, y) - Math.sin(tilt) * z,
};

function away(x: number, y: number): number {
  return -Math.sin(turn) * x + Math.cos(turn) * y;
}

export const views = { side, oblique } as const;

/** Planar bodies have all their parts at one y. */
export function viewOf(frames: readonly RolloutFrame[]): keyof typeof views {
  const first = frames[0]?.geoms.find(isSolid)?.position[1] ?? 0;
  const planar = frames.every(({ geoms }) => geoms.every((geom) => !isSolid(geom) || near(geom.position[1]!, first)));
  return planar ? 'side' : 'oblique';
}

/** Whether it is part of a body rather than the floor or a mark. */
export const isSolid = (geom: RolloutGeom): boolean => !without.has(geom.type) && !isGoal(geom);

/** Whether it marks a goal: drawn, but the picture need not hold it. */
export const isGoal = ({ type, body }: RolloutGeom): boolean => body === 'goal' && !without.has(type);

const without: ReadonlySet<string> = new Set(['plane', 'heightField', 'other']);

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6;

/** What a part looks like, in metres: a disc swept along a segment, or a convex polygon. */
export type Outline = { ends: readonly [Point, Point]; radius: number } | { polygon: readonly Point[] };

/** The outline of a part; exact for spheres and capsules, of corners for others. */
export function outlineOf(geom: RolloutGeom, view: View): Outline {
  const { type, size, position, matrix } = geom;
  const [x, y, z] = [position[0]!, position[1]!, position[2]!];
  const at = (a: number, b: number, c: number): Point => {
    const world = [0, 1, 2].map((i) => matrix[3 * i]! * a + matrix[3 * i + 1]! * b + matrix[3 * i + 2]! * c);
    const [dx, dy, dz] = world as [number, number, number];
    return { x: view.u(x + dx, y + dy, z + dz), y: view.v(x + dx, y + dy, z + dz) };
  };
  const [a, b, c] = [size[0]!, size[1] ?? 0, size[2] ?? 0];
  switch (type) {
    case 'capsule':
      return { ends: [at(0, 0, -b), at(0, 0, b)], radius: a };
    case 'box':
    case 'mesh':
      return { polygon: hull(signs.flatMap((i) => signs.flatMap((j) => signs.map((k) => at(i * a, j * b, k * c))))) };
    case 'cylinder':
      return { polygon: hull(circle.flatMap(([i, j]) => signs.map((k) => at(i * a, j * a, k * b)))) };
    case 'ellipsoid':
      return { polygon: hull(ball.map(([i, j, k]) => at(i * a, j * b, k * c))) };
    default:
      return { ends: [at(0, 0, 0), at(0, 0, 0)], radius: a };
  }
}

const signs = [-1, 1] as const;
const circle = Array.from(
  { length: 16 },
  (_, i) => [Math.cos((i * Math.PI) / 8), Math.sin((i * Math.PI) / 8)] as const,
);
const heights = Array.from({ length: 7 }, (_, i) => Math.cos(((i + 1) * Math.PI) / 8));
const ball = heights.flatMap((h) =>
  circle.map(([i, j]) => [i * Math.sqrt(1 - h * h), j * Math.sqrt(1 - h * h), h] as const),
);

/** The convex hull, counter-clockwise (Andrew 1979). */
export function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((p, q) => p.x - q.x || p.y - q.y);
  const half = (all: readonly Point[]): Point[] => {
    const kept: Point[] = [];
    for (const point of all) {
      while (kept.length > 1 && cross(kept.at(-2)!, kept.at(-1)!, point) <= 1e-12) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const cross = (o: Point, a: Point, b: Point): number => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
