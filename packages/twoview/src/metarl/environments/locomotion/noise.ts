// Noise of resets, element by element: positions first, then velocities.
import type { SimulationViews } from '../mujoco/simulation.js';
import type { Stream } from '../random/stream.js';

/** Adds U(-scale, scale). */
export function addUniform(values: Float64Array, scale: number, stream: Stream): void {
  for (let i = 0; i < values.length; i++) values[i]! += stream.uniform(-scale, scale);
}

/** Half-cheetah and ant: positions by U(-0.1, 0.1), velocities by 0.1 N(0, 1). */
export function addUniformAndNormal({ qpos, qvel }: SimulationViews, stream: Stream): void {
  addUniform(qpos, 0.1, stream);
  for (let i = 0; i < qvel.length; i++) qvel[i]! += 0.1 * stream.normal();
}
