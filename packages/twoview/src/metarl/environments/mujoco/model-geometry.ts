// What of a model's shapes does not move: type, size, body and colour, read once.
import type { MainModule, MjModel } from '@mujoco/mujoco';
import type { FrameGeometry, GeometryType } from '../frame.js';

/** MuJoCo's numbers of shapes. */
const TYPES: readonly GeometryType[] = [
  'plane',
  'heightField',
  'sphere',
  'capsule',
  'ellipsoid',
  'cylinder',
  'box',
  'mesh',
];

type Fixed = Pick<FrameGeometry, 'type' | 'size' | 'body' | 'rgba'>;

export class ModelGeometry {
  readonly #shapes: readonly Fixed[];

  constructor(mujoco: MainModule, model: MjModel) {
    const bodyType = mujoco.mjtObj.mjOBJ_BODY.value;
    const [types, sizes, bodies, colours] = [
      model.geom_type as Int32Array,
      model.geom_size as Float64Array,
      model.geom_bodyid as Int32Array,
      model.geom_rgba as Float32Array,
    ];
    this.#shapes = Array.from({ length: model.ngeom }, (_, i) => ({
      type: TYPES[types[i]!] ?? 'other',
      size: [sizes[3 * i]!, sizes[3 * i + 1]!, sizes[3 * i + 2]!],
      body: mujoco.mj_id2name(model, bodyType, bodies[i]!),
      rgba: [colours[4 * i]!, colours[4 * i + 1]!, colours[4 * i + 2]!, colours[4 * i + 3]!],
    }));
  }

  /** The shapes at positions `[ngeom, 3]` with rotations `[ngeom, 9]`. */
  at(positions: Float64Array, matrices: Float64Array): FrameGeometry[] {
    return this.#shapes.map((shape, i) => ({
      ...shape,
      position: [positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!],
      matrix: Array.from(matrices.subarray(9 * i, 9 * i + 9)),
    }));
  }
}
