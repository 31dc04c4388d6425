// The parts of a Meta-World model that hand, object and reward are found by.
import type { MainModule, MjModel } from '@mujoco/mujoco';

export interface ArmParts {
  readonly hand: number;
  readonly objectGeom: number;
  readonly rightFinger: number;
  readonly leftFinger: number;
  readonly mocap: number;
  /** Where the object's position and velocity begin in qpos and qvel. */
  readonly objectPosition: number;
  readonly objectVelocity: number;
}

/** @throws Error that lists everything of the model that is missing */
export function findArmParts(mujoco: MainModule, model: MjModel, file: string): ArmParts {
  const { mjOBJ_BODY, mjOBJ_GEOM, mjOBJ_SITE } = mujoco.mjtObj;
  const missing: string[] = [];
  const find = (kind: string, type: { value: number }, name: string): number => {
    const id = mujoco.mj_name2id(model, type.value, name);
    if (id < 0) missing.push(`${kind} "${name}"`);
    return id;
  };
  const ids = {
    hand: find('body', mjOBJ_BODY, 'hand'),
    object: find('body', mjOBJ_BODY, 'obj'),
    mocapBody: find('body', mjOBJ_BODY, 'mocap'),
    objectGeom: find('geom', mjOBJ_GEOM, 'objGeom'),
    rightFinger: find('site', mjOBJ_SITE, 'rightEndEffector'),
    leftFinger: find('site', mjOBJ_SITE, 'leftEndEffector'),
  };
  if (missing.length > 0)
    throw new Error(`The model ${file} has no ${missing.join(', no ')}: Meta-World's models have.`);

  const mocap = (model.body_mocapid as Int32Array)[ids.mocapBody]!;
  if (mocap < 0) throw new Error(`The body "mocap" of ${file} is none: it needs mocap="true".`);
  if (model.nu !== 2) throw new Error(`The model ${file} has ${model.nu} actuators: the gripper needs two.`);
  const joint = (model.body_jntadr as Int32Array)[ids.object]!;
  const free = mujoco.mjtJoint.mjJNT_FREE.value;
  if (joint < 0 || (model.jnt_type as Int32Array)[joint] !== free)
    throw new Error(`The body "obj" of ${file} has no free joint: it has to be movable.`);
  return {
    ...ids,
    mocap,
    objectPosition: (model.jnt_qposadr as Int32Array)[joint]!,
    objectVelocity: (model.jnt_dofadr as Int32Array)[joint]!,
  };
}
