// Returns to compare with, against environments that are played and sums by hand.
import { describe, expect, it } from 'vitest';
import { returnLevels } from '../../src/cli/metarl/levels.js';
import { goesToOnePlace } from '../../src/cli/metarl/point-levels.js';
import { environments } from '../../src/metarl/index.js';

type Settings = Partial<{ horizon: number; trainTasks: number; testTasks: number; taskSeed: number }>;

const config = (family: string, change: Settings = {}) => ({
  environment: { family, folder: null, horizon: null, trainTasks: null, testTasks: null, taskSeed: null, ...change },
});
const levelsOf = (...given: Parameters<typeof returnLevels>) =>
  Object.fromEntries(returnLevels(...given).map(({ label, value }) => [label, value]));
const labels = (family: string) => returnLevels(config(family)).map(({ label }) => label);

/** Mean return over test tasks of a policy that is told the task, one episode each. */
async function played(
  name: string,
  policy: (observation: Float64Array, goal: readonly number[]) => number[],
  seeds: number,
): Promise<number> {
  const family = environments.findFamily(name);
  const environment = await family.create();
  const { test } = family.tasks();
  let sum = 0;
  for (const task of test)
    for (let seed = 0; seed < seeds; seed++) {
      environment.setTask(task);
      environment.reset({ seed });
      for (let over = false; !over; ) {
        const outcome = environment.step(policy(environment.observation, task.parameters.goal as number[]));
        sum += family.sparse ? outcome.sparseReward! : outcome.reward;
        over = outcome.truncated;
      }
    }
  environment.dispose();
  return sum / (test.length * seeds);
}

const towards = (place: readonly number[], observation: Float64Array) =>
  place.map((to, i) => Math.max(-1, Math.min(1, (to - observation[i]!) / 0.1)));

describe('returns to compare with', () => {
  it('are those of the very tasks: point robots differ in test and training tasks', () => {
    const test = levelsOf(config('point-robot'));
    expect(test['knows the goal']).toBeCloseTo(-4.63, 2);
    expect(test['best without knowing the task']).toBeCloseTo(-14.3, 1);
    expect(test['random actions']).toBeCloseTo(-20.29, 1);
    const { train } = environments.findFamily('point-robot').tasks();
    const training = levelsOf(config('point-robot'), train);
    expect(training['knows the goal']).toBeCloseTo(-5.14, 2);
    // Going to the origin, which is best for all goals of the square, gives -15.77: these lie to one side of it.
    expect(training['best without knowing the task']).toBeCloseTo(-15.33, 1);
    expect(training['random actions']).toBeCloseTo(-21.28, 1);
  });

  it('are what environments give for the same policies', async () => {
    const { 'knows the goal': oracle, 'random actions': random } = levelsOf(config('point-robot'));
    expect(await played('point-robot', (observation, goal) => towards(goal, observation), 40)).toBeCloseTo(oracle!, 0);
    const stream = new environments.Stream(7);
    const wander = () => [stream.uniform(-1, 1), stream.uniform(-1, 1)];
    expect(await played('point-robot', wander, 40)).toBeCloseTo(random!, 0);
    const sparse = levelsOf(config('sparse-point-robot'))['knows the goal']!;
    expect(sparse).toBeCloseTo(13.38, 2);
    expect(await played('sparse-point-robot', (observation, goal) => towards(goal, observation), 1)).toBeCloseTo(
      sparse,
      9,
    );
  });

  it('the best without knowing the task: no other place is better to go to', () => {
    const { test } = environments.findFamily('point-robot').tasks();
    const goals = test.map(({ parameters }) => parameters.goal as unknown as readonly [number, number]);
    const steps = 100_000; // in which the way there counts for nothing
    const best = goesToOnePlace(goals, steps) / steps;
    for (let x = -0.3; x <= 0.3; x += 0.05)
      for (let y = -0.3; y <= 0.3; y += 0.05) {
        const away = goals.reduce((sum, [gx, gy]) => sum + Math.hypot(gx - x, gy - y), 0) / goals.length;
        expect(best).toBeGreaterThan(-away - 1e-4);
      }
  });

  it('of speeds and of distant goals follow from the tasks, in episodes of any length', () => {
    const speeds = levelsOf(config('half-cheetah-vel'));
    expect(speeds['best single speed']).toBeCloseTo(-160.2, 1);
    expect(speeds['stands still']).toBeCloseTo(-283.5, 1);
    const half = levelsOf(config('half-cheetah-vel', { horizon: 100 }));
    expect(half['stands still']).toBeCloseTo(speeds['stands still']! / 2, 9);
    const [task] = environments.findFamily('half-cheetah-vel').tasks({ seed: 3, test: 1 }).test;
    const alone = levelsOf(config('half-cheetah-vel', { taskSeed: 3, testTasks: 1 }));
    expect(alone).toEqual({ 'best single speed': 0, 'stands still': -200 * (task!.parameters.velocity as number) });
    expect(levelsOf(config('ant-goal'))['stands still']).toBeCloseTo(-512.07, 2);
  });

  it('are none where a return has no formula', () => {
    for (const family of ['half-cheetah-fwd-back', 'humanoid-dir', 'walker-params', 'ml1-reach', 'meta-world-push'])
      expect(labels(family)).toEqual([]);
  });
});
