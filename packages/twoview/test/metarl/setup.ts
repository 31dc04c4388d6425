// Small agents and batches of random numbers for the tests of the agent.
import { Agent, type AgentConfigInput, type AgentSizes, agentSchema, StepBatch, Stream } from 'twoview/metarl/agent';

export const sizes: AgentSizes = { observation: 3, action: 2, tasks: 4, nextObservation: false };

export const small: AgentConfigInput = {
  hidden: [8, 7],
  encoderHidden: [9, 6],
  latent: 3,
  learningRate: 1e-2,
  batch: 5,
  metaBatch: 3,
  contextSize: 4,
  tcl: { window: 3 },
};

export interface Small {
  agent: Agent;
  batch: StepBatch;
}

/** An agent in float64 and a batch for it. */
export function build(config: AgentConfigInput = {}, options: { seed?: number; sizes?: AgentSizes } = {}): Small {
  const parsed = agentSchema.parse({ ...small, ...config, tcl: { ...small.tcl, ...config.tcl } });
  const its = options.sizes ?? sizes;
  const agent = new Agent(its, parsed, { seed: options.seed ?? 1, dtype: 'float64' });
  return { agent, batch: new StepBatch(its, parsed, { dtype: 'float64' }) };
}

/** Fills a batch with standard normal numbers; one transition in five is terminal. */
export function fill(batch: StepBatch, seed: number, tasks = sizes.tasks): StepBatch {
  const stream = new Stream(seed);
  const { observations, actions, rewards, nextObservations, features } = batch;
  for (const { array } of [observations, rewards, nextObservations, features]) {
    for (let i = 0; i < array.length; i++) array[i] = stream.normal();
  }
  for (let i = 0; i < actions.array.length; i++) actions.array[i] = 2 * stream.uniform() - 1;
  for (let i = 0; i < batch.terminals.array.length; i++) batch.terminals.array[i] = stream.below(5) === 0 ? 1 : 0;
  for (let i = 0; i < batch.tasks; i++) batch.taskNumbers[i] = stream.below(tasks);
  for (let i = 0; i < batch.windows; i++) batch.windowTasks[i] = i % tasks;
  return batch;
}
