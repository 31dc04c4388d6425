// Collecting one whole episode with a policy. It depends on its request alone, not on who collects it or on what came before.
import { Stream } from '../random/stream.js';
import type { Environment, Task } from '../types.js';
import type { PlainPolicy } from './policy.js';

export interface EpisodeRequest {
  readonly task: Task;
  /** The latent task variable z `[L]`, the same for the whole episode. */
  readonly latent: ArrayLike<number>;
  /** Of the first state and of the policy's noise. */
  readonly seed: number;
  /** tanh(mean) instead of a draw. */
  readonly deterministic?: boolean;
}

/** An episode of n steps, row by row. */
export interface Episode {
  readonly length: number;
  /** `[n, O]`, `[n, A]`, `[n]`, `[n, O]`; next observations share memory with observations. */
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly rewards: Float64Array;
  readonly nextObservations: Float32Array;
  /** `[n]`: sparse rewards, for context and returns, in sparse families. */
  readonly contextRewards?: Float64Array;
  /** A true end; otherwise the time limit. */
  readonly terminated: boolean;
  /** Whether the simulator diverged in the last step. */
  readonly diverged: boolean;
  /** Whether any step succeeded, in families that say so. */
  readonly success?: boolean;
}

/** The purpose of the policy's stream, beside the environment's of the same seed. */
const POLICY_STREAM = 1;

/** @throws RangeError if z has not the policy's size */
export function collectEpisode(environment: Environment, policy: PlainPolicy, request: EpisodeRequest): Episode {
  const { observationSize, actionSize, horizon } = environment;
  const { latent, seed } = request;
  if (latent.length !== policy.latentSize)
    throw new RangeError(`z has ${latent.length} numbers: the policy takes ${policy.latentSize}.`);
  const noise = request.deterministic ? undefined : new Stream(seed, POLICY_STREAM);
  const observations = new Float32Array((horizon + 1) * observationSize);
  const actions = new Float32Array(horizon * actionSize);
  const [rewards, sparse] = [new Float64Array(horizon), new Float64Array(horizon)];
  const action = new Float32Array(actionSize);

  environment.setTask(request.task);
  observations.set(environment.reset({ seed }));
  let [length, over, terminated, diverged] = [0, false, false, false];
  let isSparse = false;
  let success: boolean | undefined;
  while (!over) {
    policy.act(environment.observation, latent, noise, action);
    actions.set(action, length * actionSize);
    const outcome = environment.step(action);
    rewards[length] = outcome.reward;
    if (outcome.sparseReward !== undefined) {
      sparse[length] = outcome.sparseReward;
      isSparse = true;
    }
    if (outcome.success !== undefined) success = outcome.success || success === true;
    length++;
    observations.set(environment.observation, length * observationSize);
    terminated = outcome.terminated;
    diverged = outcome.diverged === true;
    over = terminated || outcome.truncated;
  }
  return {
    length,
    observations: observations.subarray(0, length * observationSize),
    actions: actions.subarray(0, length * actionSize),
    rewards: rewards.subarray(0, length),
    nextObservations: observations.subarray(observationSize, (length + 1) * observationSize),
    ...(isSparse && { contextRewards: sparse.subarray(0, length) }),
    terminated,
    diverged,
    ...(success !== undefined && { success }),
  };
}

/** The buffers of an episode, to be handed to another thread instead of being copied. */
export const memoryOf = ({ observations, actions, rewards, contextRewards }: Episode): ArrayBuffer[] =>
  [observations, actions, rewards, contextRewards].flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
