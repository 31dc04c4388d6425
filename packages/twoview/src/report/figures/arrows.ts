/** The flow of a plane as arrows of one length. */
import type { PhaseFigure, Point } from './figure.js';
import { isInside, unit } from './geometry.js';
import type { Panel } from './panel.js';
import { type Shapes, tenth } from './paths.js';

/** Speeds below this share of the fastest are drawn alike. */
const slowest = 1e-3;
/** Shades of the arrows. */
const shades = 6;

/** Arrows of one length around their points; the slower, the fainter, by the logarithm of speed. */
export function arrowShapes({ arrows, xDomain, yDomain }: PhaseFigure, area: Panel): Shapes[] {
  const { left, right, top, bottom } = area.frame;
  const [xUnit, yUnit] = [(right - left) / (xDomain[1] - xDomain[0]), (top - bottom) / (yDomain[1] - yDomain[0])];
  const shown = arrows
    .map(({ x, y, dx, dy }) => ({
      x: area.x(x),
      y: area.y(y),
      dx: xUnit * dx,
      dy: yUnit * dy,
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
