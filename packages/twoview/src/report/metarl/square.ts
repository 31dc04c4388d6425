/** Axes of a square panel on which a unit is as long in both directions. */
import { type Axis, numberAxis } from '../figures/axis.js';
import type { Point } from '../figures/figure.js';

/** Width of a panel's frame to its height at 460 by 440 pixels, without labels. */
const ratio = 395 / 368;

/** Axes that hold all points, around their middle. */
export function squareAxes(points: readonly Point[]): { x: Axis; y: Axis } {
  const extent = (values: readonly number[]): [middle: number, half: number] => {
    const [low, high] = [
      values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ];
    return low <= high ? [(low + high) / 2, (high - low) / 2] : [0, 1];
  };
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const [middleX, halfX] = extent(finite.map(({ x }) => x));
  const [middleY, halfY] = extent(finite.map(({ y }) => y));
  const half = 1.08 * Math.max(halfX / ratio, halfY) || 1;
  const axis = (name: string, middle: number, reach: number): Axis =>
    numberAxis({ name, values: [], include: [middle - reach, middle + reach] });
  return { x: axis('squareAxes: x', middleX, ratio * half), y: axis('squareAxes: y', middleY, half) };
}
