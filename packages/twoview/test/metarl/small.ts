// Tasks, episodes and an agent small enough to follow by hand.
import { agentSchema } from 'twoview/metarl/agent';
import type { Episode, Task } from 'twoview/metarl/environments';

export const task = (number: number): Task => ({ parameters: { number } });
export const numberOf = ({ parameters }: Task): number => parameters.number as number;

/** An episode of o = (task, count), a = 0, r = `reward` in every step; the observations tell where a row came from. */
export function episodeOf(
  number: number,
  count: number,
  length: number,
  reward: number,
  more: Partial<Episode> = {},
): Episode {
  const rows = Array.from({ length: length + 1 }, () => [number, count]).flat();
  const observations = Float32Array.from(rows);
  return {
    length,
    observations: observations.subarray(0, 2 * length),
    actions: new Float32Array(length),
    rewards: new Float64Array(length).fill(reward),
    nextObservations: observations.subarray(2),
    terminated: false,
    diverged: false,
    ...more,
  };
}

export const sizes = { observation: 2, action: 1, tasks: 3, nextObservation: false };
export const agentConfig = agentSchema.parse({
  hidden: [6],
  encoderHidden: [6],
  latent: 2,
  batch: 4,
  metaBatch: 2,
  contextSize: 5,
});
