import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const workers = Math.min(2, availableParallelism());

/** Rooms of functions whose tests leave a process as they found it: they share one, and import the engine once. */
const sharing = [
  'attacks',
  'data',
  'interchange',
  'methods',
  'metrics',
  'models',
  'normalizers',
  'objectives',
  'report',
  'theory',
].map((room) => `packages/twoview/test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Processes, not threads: the engine is a native addon, and its threads and settings belong to a process.
    pool: 'forks',
    maxWorkers: workers,
    // Two processes whose threads wait for each other by spinning would take many times as long.
    env: {
      OMP_NUM_THREADS: process.env.OMP_NUM_THREADS ?? String(Math.max(1, Math.floor(availableParallelism() / workers))),
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'sharing', include: sharing, isolate: false } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['packages/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
          exclude: sharing,
        },
      },
    ],
  },
});
