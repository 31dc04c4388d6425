// Building a family from what is special about it.
import type { Body } from '../bodies/index.js';
import { Simulation } from '../mujoco/simulation.js';
import type { Environment, TaskFamily } from '../types.js';
import type { EpisodicOptions } from './episodic-environment.js';

type Definition = Omit<TaskFamily, 'create' | 'simulated' | 'usesNextObservation' | 'sparse'> &
  Partial<Pick<TaskFamily, 'simulated' | 'usesNextObservation' | 'sparse'>>;

type Shape = Omit<EpisodicOptions, 'actionSize'>;

/** A family of environments in MuJoCo. */
export function simulatedFamily(
  definition: Definition,
  body: Body,
  make: (shape: Shape, simulation: Simulation) => Environment,
): TaskFamily {
  return family({ ...definition, simulated: true }, async (shape) => make(shape, await Simulation.create(body)));
}

/** A family of any environments. */
export function family(definition: Definition, make: (shape: Shape) => Environment | Promise<Environment>): TaskFamily {
  const { name, observationSize, horizon } = definition;
  return {
    simulated: false,
    usesNextObservation: false,
    sparse: false,
    ...definition,
    create: async (options = {}) => make({ family: name, observationSize, horizon: options.horizon ?? horizon }),
  };
}
