// An episode once more, with the geometry of every step: an episode depends on its request alone.
import type { PolicyWeights } from '../agent/index.js';
import { type EpisodeRequest, type Frame, PlainPolicy, Stream, type TaskFamily } from '../environments/index.js';

/** The stream of the policy's noise beside the environment's of the same seed, as in collection. */
const policyStream = 1;

/**
 * Frames of an episode, the first state's among them; none where the family has no geometry.
 *
 * @throws RangeError if z has not the policy's size
 */
export async function replayFrames(
  family: TaskFamily,
  weights: PolicyWeights,
  requests: readonly EpisodeRequest[],
  horizon: number,
): Promise<Frame[][]> {
  const environment = await family.create({ horizon });
  try {
    if (!environment.frame) return requests.map(() => []);
    const policy = new PlainPolicy(weights);
    const action = new Float32Array(environment.actionSize);
    return requests.map(({ task, latent, seed, deterministic }) => {
      const noise = deterministic ? undefined : new Stream(seed, policyStream);
      environment.setTask(task);
      environment.reset({ seed });
      const frames = [environment.frame!()];
      for (let over = false; !over; ) {
        policy.act(environment.observation, latent, noise, action);
        const { terminated, truncated } = environment.step(action);
        over = terminated || truncated;
        frames.push(environment.frame!());
      }
      return frames;
    });
  } finally {
    environment.dispose();
  }
}
