// What a page says of a run: which rows belong to a checkpoint, which tasks are new, which parameters and pictures there are.
import { describe, expect, it, test } from 'vitest';
import { achievements } from '../../src/cli/metarl/achievements.js';
import { learningCurve, type MetaReportInput, metaRlReport } from '../../src/cli/metarl/report.js';
import { environments, type MetaStudy, resolveMetaRl } from '../../src/metarl/index.js';
import type { MetricsRow } from '../../src/runs/index.js';
import { patience, twoview } from './setup.js';

const { findFamily } = environments;

/** Rows of a run of two iterations of 30 gradient steps. */
const rows: MetricsRow[] = [
  { step: 0, time: 1, environmentSteps: 1000, 'return.test': -20, 'return.train': -21 },
  { step: 30, time: 2, environmentSteps: 1000, 'loss.q': 3 },
  { step: 30, time: 3, environmentSteps: 1000, 'return.test': -10, 'return.train': -11, gradientStepsPerSecond: 5 },
  { step: 60, time: 4, environmentSteps: 1800, 'loss.q': 2 },
  { step: 60, time: 5, environmentSteps: 1800, 'return.test': -15, 'return.train': -16, gradientStepsPerSecond: 6 },
];

/** One run of each task, of two trajectories of two steps in which every coordinate grows by one a step. */
function runsOf(family: environments.TaskFamily, tasks: readonly environments.Task[]): MetaStudy['test'] {
  const size = family.observationSize;
  const states = Float32Array.from({ length: 3 * size }, (_, i) => Math.floor(i / size) + (i % size));
  const episode: environments.Episode = {
    length: 2,
    observations: states.subarray(0, 2 * size),
    actions: new Float32Array(2 * family.actionSize),
    rewards: Float64Array.of(-1, -2),
    nextObservations: states.subarray(size),
    terminated: false,
    diverged: false,
  };
  const posterior = { mean: Float64Array.of(0), variance: Float64Array.of(1) } as never;
  return tasks.map((_, task) => ({ task, run: 0, episodes: [episode, episode], requests: [], posterior }));
}

function report(name: string, change: Partial<MetaReportInput> = {}) {
  const family = findFamily(name);
  const tasks = family.tasks();
  const study: MetaStudy = {
    test: runsOf(family, tasks.test),
    train: runsOf(family, tasks.train),
    readOut: [],
    plane: {
      points: [...tasks.train, ...tasks.test].map((task, i) => ({ x: i, y: i, train: i < tasks.train.length, task })),
      explained: [0.9, 0.1],
    },
    frames: tasks.test.map(() => []),
  };
  const folder = { dir: 'runs/a', metrics: () => ({ rows }), environment: () => ({}) };
  return metaRlReport({
    folder: folder as unknown as MetaReportInput['folder'],
    config: resolveMetaRl({ overrides: [`environment.family=${name}`, 'algorithm=pearl'] }),
    family,
    tasks,
    study,
    checkpoint: 'last',
    ...change,
  });
}

test.concurrent.each<[string, string, string]>([
  ['--runs', '20000', "--runs must be a whole number of at most 10000, not '20000'"],
  ['--seed', '9007199254740991', "--seed must be a whole number of at most 2147483647, not '9007199254740991'"],
  ['--seed', '-1', "--seed must be a whole number of at least 0, not '-1'"],
])(
  'evaluate %s=%s is refused as the configuration would refuse it',
  async (flag, value, sentence) => {
    const { code, stdout, stderr } = await twoview('metarl', 'evaluate', 'nowhere', `${flag}=${value}`);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `twoview: ${sentence}\n` });
  },
  patience,
);

describe('a page of meta-RL', () => {
  it('takes steps and time from the checkpoint that was tested, not from where the run ended', () => {
    const best = report('point-robot', { checkpoint: 'best', step: 30, metaTest: { runs: 4, seed: 9 } });
    expect(best.summary).toMatchObject({ environmentSteps: 1000, gradientSteps: 30, seconds: 3 });
    expect(best.summary).toMatchObject({ gradientStepsPerSecond: 5, returnAfter: -3 });
    expect(best).toMatchObject({ checkpoint: 'best, gradient step 30', metaTest: { runs: 4, seed: 9 }, seed: 0 });
    expect(best.commands?.evaluate).toBe('twoview metarl evaluate runs/a --checkpoint=best --runs=4 --seed=9');
    const last = report('point-robot');
    expect(last.summary).toMatchObject({ environmentSteps: 1800, gradientSteps: 60, seconds: 5 });
    expect(last.commands?.evaluate).toBe('twoview metarl evaluate runs/a');
  });

  it('knows the test before training by its gradient step', () => {
    expect(learningCurve(rows).map(({ test, untrained }) => [test, untrained])).toEqual([
      [-20, true],
      [-10, undefined],
      [-15, undefined],
    ]);
  });

  it('has levels of test tasks, and of the training tasks that are tested', () => {
    const { levels, trainLevels } = report('point-robot');
    expect(levels![0]!.value).toBeCloseTo(-4.63, 2);
    expect(trainLevels![0]!.value).not.toBeCloseTo(levels![0]!.value, 1);
    expect(report('walker-params')).not.toHaveProperty('levels');
  });

  it('says where there are no new tasks, and shows them once', () => {
    for (const family of ['half-cheetah-fwd-back', 'ant-fwd-back']) {
      const { sameTasks, adaptation } = report(family);
      expect([sameTasks, adaptation!.map(({ label }) => label)]).toEqual([true, ['tasks']]);
    }
    const { sameTasks, adaptation } = report('half-cheetah-vel');
    expect([sameTasks, adaptation!.length]).toEqual([false, 2]);
  });

  it('colours latents by parameters that vary, and calls a goal’s height so', () => {
    const names = (family: string) => report(family).latents!.parameters.map(({ name }) => name);
    expect(names('ml1-push')).toEqual(['goal x', 'goal y']);
    expect(names('ml1-reach')).toEqual(['goal x', 'goal y', 'goal height']);
    expect(names('point-robot')).toEqual(['x', 'y']);
  });

  it('draws paths of an arm’s hand and object, and says why there are no pictures', () => {
    const [first] = report('ml1-push').paths!;
    expect(first!.trajectories.map(({ label, points }) => [label, points])).toEqual([
      [
        'hand',
        [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
      ],
      [
        'object',
        [
          [3, 4],
          [4, 5],
          [5, 6],
        ],
      ],
    ]);
    expect(report('ml1-reach').paths![0]!.trajectories).toHaveLength(1);
    const without = report('walker-params');
    expect([without.rollouts, without.paths]).toEqual([undefined, undefined]);
    expect(without.reasons?.['roll-outs']).toBe('The family has no geometry to draw.');
  });

  it('asks for a side where a family has two directions, and for an angle where it has all', () => {
    const asks = (name: string, parameters: environments.Task['parameters']) => {
      const at = (x: number) => ({ step: 0, geometries: [{ body: 'torso', position: [x, 0, 0] }] }) as never;
      return achievements(findFamily(name), [{ parameters }], { frames: [[at(0), at(1)]] })[0];
    };
    expect(asks('half-cheetah-fwd-back', { direction: -1 })).toMatchObject({ asks: 'sign' });
    expect(asks('ant-fwd-back', { angle: 0 })).toMatchObject({ asks: 'sign', points: [{ target: 1, achieved: 20 }] });
    expect(asks('humanoid-dir', { angle: 3 })).toMatchObject({ asks: 'angle', points: [{ target: 3, achieved: 0 }] });
    expect(asks('half-cheetah-vel', { velocity: 1 })).not.toHaveProperty('asks');
  });
});
