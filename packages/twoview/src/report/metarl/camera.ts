/** Where the camera stands, above which point of the ground. */
import { isGoal, isSolid } from './projection.js';
import type { RolloutFrame } from './rollout-types.js';

/** A point on the ground, in metres. */
export type Ground = readonly [x: number, y: number];

/** A camera that follows a body, or stands still where no body has the name. */
export interface Camera {
  at: (frame: RolloutFrame) => Ground;
  follows: boolean;
}

export function cameraOf(frames: readonly RolloutFrame[], name = 'torso'): Camera {
  const follows = frames.every((frame) => frame.geoms.some((geom) => isSolid(geom) && geom.body === name));
  if (follows) return { at: (frame) => placeOf(frame, name), follows };
  const shown = frames.flatMap(({ geoms }) => geoms.filter((geom) => isSolid(geom) || isGoal(geom)));
  const middle = (axis: 0 | 1): number => {
    const values = shown.map(({ position }) => position[axis]!);
    return (values.reduce((a, b) => Math.min(a, b)) + values.reduce((a, b) => Math.max(a, b))) / 2;
  };
  const at = [middle(0), middle(1)] as const;
  return { at: () => at, follows };
}

/** Where a body is above, or the first part where no body has the name. */
export function placeOf({ geoms }: RolloutFrame, name = 'torso'): Ground {
  const solid = geoms.filter(isSolid);
  const { position } = solid.find(({ body }) => body === name) ?? solid[0]!;
  return [position[0]!, position[1]!];
}

/** Seconds from the first frame to the end of the last, which lasts as long as the others. */
export function durationOf(frames: readonly RolloutFrame[]): number {
  const span = frames.at(-1)!.time - frames[0]!.time;
  return frames.length > 1 && span > 0 ? (span * frames.length) / (frames.length - 1) : 1;
}
