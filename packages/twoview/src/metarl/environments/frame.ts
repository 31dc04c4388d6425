// The geometry of a moment, as plain data from which a picture can be drawn without the simulator.

export type GeometryType =
  | 'plane'
  | 'heightField'
  | 'sphere'
  | 'capsule'
  | 'ellipsoid'
  | 'cylinder'
  | 'box'
  | 'mesh'
  | 'other';

/** One shape. Lengths are in metres. */
export interface FrameGeometry {
  readonly type: GeometryType;
  /**
   * As MuJoCo has it: sphere (radius), capsule and cylinder (radius, half length along local z), box and ellipsoid (half sizes),
   * plane (half sizes in x and y; 0 is without end), mesh (half sizes of the box around it).
   */
  readonly size: readonly [number, number, number];
  /** The centre in the world. */
  readonly position: readonly [number, number, number];
  /** Rotation to the world, row by row `[3, 3]`. */
  readonly matrix: readonly number[];
  /** The body it belongs to; `goal` for a marker. */
  readonly body: string;
  /** Red, green, blue, opacity in [0, 1]. */
  readonly rgba: readonly [number, number, number, number];
}

export interface Frame {
  /** Steps since the start of the episode. */
  readonly step: number;
  readonly geometries: readonly FrameGeometry[];
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

/** A sphere that is not part of the simulation: a goal, a point robot. */
export function marker(
  body: string,
  position: readonly [number, number, number],
  radius: number,
  rgba: FrameGeometry['rgba'],
): FrameGeometry {
  return { type: 'sphere', size: [radius, 0, 0], position, matrix: IDENTITY, body, rgba };
}

/** How goals are drawn. */
export const GOAL_COLOUR: FrameGeometry['rgba'] = [0.85, 0.25, 0.2, 0.9];
