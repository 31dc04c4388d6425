// The real ML1 models of Meta-World, version 1, from a folder that the user has. They are made of mesh files and are not part of
// the toolkit.
import { family } from '../base/family.js';
import { compileFiles } from '../mujoco/compile-files.js';
import { loadMujoco } from '../mujoco/load.js';
import { Simulation } from '../mujoco/simulation.js';
import type { TaskFamily } from '../types.js';
import { ArmEnvironment } from './arm-environment.js';
import { findArmParts } from './arm-names.js';
import { describePlacement, ML1_TASKS, type Ml1Task, ml1Tasks } from './boxes.js';
import { readModelFiles } from './model-files.js';

/** The model that the three tasks share, below the folder of assets. */
const MODEL = 'sawyer_xyz/sawyer_reach_push_pick_and_place.xml';
const FRAME_SKIP = 5;

/**
 * A family of Meta-World's ML1 with its real model: observation 12, action 4, 200 steps, rewards of version 1.
 * @param folder the folder of assets (`assets_v1`), which holds `sawyer_xyz` and the meshes
 * @param task `reach`, `push` or `pick-place`
 * @param file the model within the folder, if it has another name
 * @throws RangeError for another task
 * @throws Error that names a file or a part of the model that is missing, or a file that includes itself
 */
export async function loadMetaWorld(
  folder: string,
  task: string,
  { file = MODEL }: { file?: string } = {},
): Promise<TaskFamily> {
  if (!isMl1Task(task))
    throw new RangeError(`Meta-World's task "${task}" cannot be loaded: there are ${ML1_TASKS.join(', ')}.`);
  const files = await readModelFiles(folder, file);
  const mujoco = await loadMujoco();
  const compile = () => compileFiles(mujoco, files, file);
  // Names are looked up now, so that a wrong model is refused when it is loaded.
  const model = compile();
  try {
    findArmParts(mujoco, model, file);
  } finally {
    model.delete();
  }

  const name = `meta-world-${task}`;
  return {
    ...family(
      {
        name,
        simulated: true,
        summary: `Meta-World's ${task} with the arm's real model.`,
        observationSize: 12,
        actionSize: 4,
        horizon: 200,
        tasks: (options = {}) => ml1Tasks(name, task, options, { train: 50, test: 10 }),
        describe: (given) => describePlacement(given, name),
      },
      (options) => {
        const own = compile();
        const parts = findArmParts(mujoco, own, file);
        const simulation = new Simulation(mujoco, own, { name, frameSkip: FRAME_SKIP, contactForces: false });
        return new ArmEnvironment(options, task, simulation, parts);
      },
    ),
    source: { folder, task, file },
  };
}

const isMl1Task = (task: string): task is Ml1Task => (ML1_TASKS as readonly string[]).includes(task);
