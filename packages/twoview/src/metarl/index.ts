/** Meta-reinforcement learning: environments and, above them, what learns in them. */
export * as environments from './environments/index.js';
