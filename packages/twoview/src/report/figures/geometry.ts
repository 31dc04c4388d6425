/** Plain geometry of polylines: breaks, clipping, fewer points, room for labels. */
import type { Point } from './figure.js';

/** A rectangle; in pixels `top` is the smaller number, in the units of a plane `bottom` is. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Whether a point lies in a box of pixels. */
export const isInside = ({ x, y }: Point, { left, right, top, bottom }: Box): boolean =>
  x >= left && x <= right && y >= top && y <= bottom;

/** A direction of length 1; nothing stays nothing. */
export const unit = (dx: number, dy: number): [number, number] => {
  const size = Math.hypot(dx, dy) || 1;
  return [dx / size, dy / size];
};

/** Stretches of points that are finite. */
export function finiteRuns<P extends Point>(points: readonly P[]): P[][] {
  const runs: P[][] = [];
  let open = false;
  for (const point of points) {
    const finite = Number.isFinite(point.x) && Number.isFinite(point.y);
    if (finite && open) runs.at(-1)!.push(point);
    else if (finite) runs.push([point]);
    open = finite;
  }
  return runs;
}

/** The part of a segment inside a box (Liang and Barsky 1984), or nothing. */
export function clipSegment(a: Point, b: Point, box: Box): [Point, Point] | undefined {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const [low, high] = [Math.min(box.top, box.bottom), Math.max(box.top, box.bottom)];
  let [enter, leave] = [0, 1];
  for (const [towards, room] of [
    [-dx, a.x - box.left],
    [dx, box.right - a.x],
    [-dy, a.y - low],
    [dy, high - a.y],
  ] as const) {
    if (towards === 0) {
      if (room < 0) return undefined;
      continue;
    }
    if (towards < 0) enter = Math.max(enter, room / towards);
    else leave = Math.min(leave, room / towards);
  }
  if (enter > leave) return undefined;
  const at = (t: number): Point => ({ x: a.x + t * dx, y: a.y + t * dy });
  return [enter === 0 ? a : at(enter), leave === 1 ? b : at(leave)];
}

/** The stretches of a polyline inside a box; points that are not finite break it too. */
export function clipPolyline(points: readonly Point[], box: Box): Point[][] {
  const stretches: Point[][] = [];
  for (const run of finiteRuns(points)) {
    let last: Point | undefined;
    for (let i = 1; i < run.length; i += 1) {
      const part = clipSegment(run[i - 1]!, run[i]!, box);
      if (!part) continue;
      if (last !== part[0]) stretches.push([part[0]]);
      stretches.at(-1)!.push(part[1]);
      last = part[1];
    }
  }
  return stretches;
}

/** Of a long curve, the first, lowest, highest and last point of every column of pixels: it looks the same. */
export function thinColumns<P extends Point>(points: readonly P[], x: (value: number) => number): readonly P[] {
  if (points.length <= 400) return points;
  const kept: P[] = [];
  for (let start = 0, end = 0; start < points.length; start = end) {
    const column = Math.floor(x(points[start]!.x) / 1.5);
    let [low, high] = [start, start];
    for (end = start + 1; end < points.length && Math.floor(x(points[end]!.x) / 1.5) === column; end += 1) {
      if (points[end]!.y < points[low]!.y) low = end;
      if (points[end]!.y > points[high]!.y) high = end;
    }
    for (const i of [...new Set([start, low, high, end - 1])].sort((a, b) => a - b)) kept.push(points[i]!);
  }
  return kept;
}

/** Leaves out points that are nearer than `distance` to the last one kept; keeps both ends. */
export function thinPath(points: readonly Point[], distance: number): Point[] {
  const kept: Point[] = [];
  points.forEach((point, i) => {
    const last = kept.at(-1);
    if (!last || Math.hypot(point.x - last.x, point.y - last.y) >= distance) kept.push(point);
    else if (i === points.length - 1) {
      if (kept.length > 1) kept[kept.length - 1] = point;
      else kept.push(point);
    }
  });
  return kept;
}

/** Leaves out points that lie within `tolerance` of the line through their neighbours (Douglas and Peucker 1973). */
export function simplify<P extends Point>(
  points: readonly P[],
  pixels: (point: P) => Point,
  tolerance = 0.35,
): readonly P[] {
  const at = points.map(pixels);
  const kept = new Set([0, points.length - 1]);
  const open: [number, number][] = [[0, points.length - 1]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [from, to] = part;
    let [farthest, most] = [from, tolerance];
    for (let i = from + 1; i < to; i += 1) {
      const distance = distanceToSegment(at[i]!, at[from]!, at[to]!);
      if (distance > most) [farthest, most] = [i, distance];
    }
    if (farthest === from) continue;
    kept.add(farthest);
    open.push([from, farthest], [farthest, to]);
  }
  return points.filter((_, i) => kept.has(i));
}

function distanceToSegment(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const size = dx * dx + dy * dy;
  const t = size === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / size));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}
