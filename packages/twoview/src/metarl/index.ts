/** Meta-reinforcement learning: environments, the agent that learns in them, and meta-training. */
export * as agent from './agent/index.js';
export * as environments from './environments/index.js';
export * from './training/index.js';
