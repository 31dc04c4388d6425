import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const workers = Math.min(2, availableParallelism());

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
    // A process each: the engine is a native addon, and its threads and settings belong to a process.
    pool: 'forks',
    maxWorkers: workers,
    // Two processes whose threads wait for each other by spinning would take many times as long.
    env: {
      OMP_NUM_THREADS: process.env.OMP_NUM_THREADS ?? String(Math.max(1, Math.floor(availableParallelism() / workers))),
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
