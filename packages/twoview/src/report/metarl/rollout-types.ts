/** Roll-outs as plain data: geometry of bodies over time, and paths in the plane. */

/** A body's part at one moment. Sizes are MuJoCo's, in metres. */
export interface RolloutGeom {
  /** Planes, height fields and others are left out; a mesh is drawn as the box around it. */
  type: 'plane' | 'sphere' | 'capsule' | 'box' | 'cylinder' | 'ellipsoid' | 'mesh' | 'heightField' | 'other';
  /** Sphere: radius. Capsule, cylinder: radius, half length along the part's z. Box, ellipsoid, mesh: half extents. */
  size: ArrayLike<number>;
  /** `[3]`: its centre in the world. */
  position: ArrayLike<number>;
  /** `[9]`: its axes as columns of a rotation, row by row. */
  matrix: ArrayLike<number>;
  /** Name of the body that it belongs to: parts are coloured by limb, the camera follows `torso`, and `goal` is a mark. */
  body?: string;
}

/** All parts at one moment. */
export interface RolloutFrame {
  /** Seconds since the episode began. */
  time: number;
  geoms: readonly RolloutGeom[];
}

/** How an episode is drawn. */
export interface RolloutOptions {
  title: string;
  caption?: string;
  /** Begins the identifiers inside the page: a page with several pictures gives each its own. Letters, digits and hyphens. */
  id?: string;
  /** `side` looks along y at x and z, `oblique` down from the front right. By default what the parts' positions ask for. */
  view?: 'side' | 'oblique';
  /** A goal on the ground, in metres; a flag, unless frames have a part of the body `goal`. */
  goal?: readonly [x: number, y: number];
  /** The direction that is asked for, as an arrow on the ground: `[1, 0]` is forwards. */
  direction?: readonly [x: number, y: number];
  /** Body that the camera follows, `torso` by default; it stands still where no body has the name. */
  follow?: string;
  /** Stills in the strip; 6 by default. */
  stills?: number;
  /** Largest size of the whole picture in bytes; frames are left out, evenly, to keep to it. 250 000 by default. */
  bytes?: number;
}

/** An episode to draw. */
export interface Rollout extends Omit<RolloutOptions, 'id'> {
  frames: readonly RolloutFrame[];
}

/** Trajectories of a task in the plane, in the order in which they were made. */
export interface TaskPaths {
  title: string;
  caption?: string;
  trajectories: readonly { label?: string; points: readonly (readonly [x: number, y: number])[] }[];
  goal?: readonly [x: number, y: number];
  /** Around the goal, where a sparse reward is given. */
  radius?: number;
}
