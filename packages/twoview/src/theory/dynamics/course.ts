// The course of modes over time: data for curves.
import { type DynamicsSettings, parametersOf } from './config.js';
import { trajectories } from './scalar/index.js';

/** p, s and tau [T] of each mode. */
export interface DynamicsCourse {
  times: number[];
  modes: { p: Float64Array; s: Float64Array; tau: Float64Array }[];
}

/** Modes at `points` times from 0 to the settings' time, half of them in the first eighth, where most happens. */
export function dynamicsCourse(settings: DynamicsSettings, points = 240): DynamicsCourse {
  const times = Array.from({ length: points }, (_, i) => settings.time * (i / (points - 1)) ** 3);
  return { times, modes: trajectories(parametersOf(settings), settings.modes, times) };
}
