/** Moments of an environment as frames of a roll-out. */
import type { RolloutFrame, RolloutGeom } from './rollout-types.js';

/** What an environment's `frame()` gives, step by step, with the time that a step takes, in seconds. */
export function rolloutFrames(
  moments: readonly { step: number; geometries: readonly RolloutGeom[] }[],
  secondsPerStep: number,
): RolloutFrame[] {
  return moments.map(({ step, geometries }) => ({ time: step * secondsPerStep, geoms: geometries }));
}
