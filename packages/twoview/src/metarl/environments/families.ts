// The built-in families by name.
import { antFwdBack, antGoal } from './locomotion/ant.js';
import { halfCheetahFwdBack, halfCheetahVel } from './locomotion/half-cheetah.js';
import { humanoidDir } from './locomotion/humanoid.js';
import { walkerParams } from './locomotion/walker-params.js';
import { ml1PickPlace, ml1Push, ml1Reach } from './ml1/surrogate.js';
import { pointRobot, sparsePointRobot } from './point/point-robot.js';
import type { TaskFamily } from './types.js';

export const families: readonly TaskFamily[] = [
  halfCheetahFwdBack,
  halfCheetahVel,
  humanoidDir,
  antFwdBack,
  antGoal,
  walkerParams,
  pointRobot,
  sparsePointRobot,
  ml1Reach,
  ml1Push,
  ml1PickPlace,
];

/** @throws RangeError for a name that is not that of a family */
export function findFamily(name: string): TaskFamily {
  const found = families.find((family) => family.name === name);
  if (!found)
    throw new RangeError(
      `There is no family of tasks "${name}": there are ${families.map((family) => family.name).join(', ')}.`,
    );
  return found;
}
