/** A goal on the picture: where it is, and the way to it where it is outside. */
import type { Point } from '../figures/figure.js';
import { unit } from '../figures/geometry.js';
import { type Html, raw } from '../html.js';
import { goalColor } from './limbs.js';
import { isGoal } from './projection.js';
import type { RolloutFrame, RolloutOptions } from './rollout-types.js';
import { height, round, type Stage, width } from './stage.js';

/** Room that arrows leave to the edge; at the top for the button. */
const margin = 34;
const top = 78;

/** In units of the picture, whether inside it or not; undefined where there is no goal. */
export function goalPlace(stage: Stage, frame: RolloutFrame, goal: RolloutOptions['goal']): Point | undefined {
  const part = frame.geoms.find(isGoal)?.position;
  const at = part ? [part[0]!, part[1]!, part[2]!] : goal && [goal[0], goal[1], 0];
  if (!at) return undefined;
  const { view, scale, origin } = stage;
  const [x, y] = stage.camera(frame);
  const [gx, gy, gz] = at as [number, number, number];
  return {
    x: origin.x + scale * (view.u(gx, gy, gz) - view.u(x, y, 0)),
    y: origin.y + scale * (view.v(gx, gy, gz) - view.v(x, y, 0)),
  };
}

/** An arrow at the edge towards a goal outside the picture, of which `half` the width is shown. */
export function wayToGoal(place: Point | undefined, half = width / 2): Html | undefined {
  if (!place) return undefined;
  const [dx, dy] = [place.x - width / 2, place.y - height / 2];
  if (Math.abs(dx) <= half && Math.abs(dy) <= height / 2) return undefined;
  const share = Math.min(
    (half - margin) / Math.abs(dx),
    (dy < 0 ? height / 2 - top : height / 2 - margin) / Math.abs(dy),
  );
  const [a, b] = unit(dx, dy);
  const [x, y] = [width / 2 + share * dx, height / 2 + share * dy];
  const base = (s: number): string => `${round(x - 34 * a + s * 17 * b)} ${round(y - 34 * b - s * 17 * a)}`;
  return raw(`<path d="M${round(x)} ${round(y)}L${base(1)}L${base(-1)}z" style="fill:${goalColor}"/>`);
}

/** Where the clock hides a goal least, of both corners at the right: the height of its line. */
export function clockHeight(places: readonly (Point | undefined)[]): number {
  const near = (y: number): number =>
    places.filter((place) => place && Math.abs(place.y - y) < 60 && place.x > width - 170 && place.x < width + 30)
      .length;
  return near(34) > near(height - 18) ? height - 18 : 34;
}
