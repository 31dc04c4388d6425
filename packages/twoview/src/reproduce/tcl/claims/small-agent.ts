// A small agent in float64 with full buffers, for claims about one gradient step.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { agent as agents } from '../../../metarl/index.js';

export const double = { dtype: 'float64' } as const;
export const f64 = (values: torch.NestedNumbers): Tensor => torch.tensor(values, double);

/** The largest difference of two lists; infinite where they differ in length. */
export const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
    : Number.POSITIVE_INFINITY;

export const numbers = (tensor: Tensor): number[] => Array.from(tensor.data() as Float64Array);

const sizes = { observation: 3, action: 2, tasks: 4, nextObservation: false } as const;
const length = 12;

const small = {
  hidden: [8, 8],
  encoderHidden: [8, 8],
  latent: 3,
  metaBatch: 3,
  batch: 4,
  contextSize: 5,
} as const;

export interface SmallAgent {
  agent: agents.Agent;
  buffers: agents.ReplayBuffers;
  /** One gradient step on a new sample, with noise of the seed. */
  step(): void;
  dispose(): void;
}

/** @param config laid over the small sizes */
export function smallAgent(seed: number, config: agents.AgentConfigInput = {}): SmallAgent {
  const complete = agents.agentSchema.parse({ ...small, ...config });
  const agent = new agents.Agent(sizes, complete, { seed, ...double });
  const buffers = new agents.ReplayBuffers(sizes, complete, { seed });
  const batch = new agents.StepBatch(sizes, complete, double);
  const stream = new agents.Stream(seed, 3);
  const row = (width: number) => Float32Array.from({ length: length * width }, () => stream.normal());
  for (let task = 0; task < sizes.tasks; task++)
    buffers.add(task, {
      length,
      observations: row(sizes.observation),
      actions: row(sizes.action).map(Math.tanh),
      rewards: row(1),
      nextObservations: row(sizes.observation),
      terminated: false,
    });
  return {
    agent,
    buffers,
    step: () => torch.scope(() => void agent.step(buffers.sample(batch))),
    dispose() {
      agent.networks.dispose();
      batch.dispose();
    },
  };
}
