// TCL's claims: the exact ones hold, judgements pass and fail, settings are as stated, and very small runs go end to end.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as torch from '@twoview/torch';
import {
  experimentKey,
  findPaper,
  InterruptedError,
  judge,
  metaRl,
  type ReproduceContext,
  type RunContext,
} from 'twoview/reproduce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const { arms, evenSpeeds, meanSpeed, metaRlExperiment } = metaRl.runs;
type Measures = metaRl.runs.MetaRlMeasures;
type Arm = metaRl.runs.Arm;

const paper = findPaper('tcl');
const out = mkdtempSync(path.join(os.tmpdir(), 'twoview-tcl-'));
beforeAll(() => torch.setNumThreads(1));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const minutes: ReproduceContext = { scale: 'minutes', seeds: [0, 1, 2], dataFolder: out, device: 'cpu' };
const never = (context: ReproduceContext): RunContext => ({
  ...context,
  result: () => Promise.reject(new Error('nothing was to be computed')),
});
const claim = <C>(id: string): C => paper.claims.find((candidate) => candidate.id === id) as C;

describe('what holds exactly', () => {
  test.each(['U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8', 'B1'])('%s', async (id) => {
    const verdict = await claim<metaRl.UnitClaim>(id).run(never({ ...minutes, seeds: [3] }));
    expect(verdict.reason).toBeUndefined();
    expect(verdict.status).toBe('pass');
  });

  test('fails where a number is off', () => {
    const { unitChecks } = claim<metaRl.UnitClaim>('U1');
    const verdict = judge(unitChecks([{ posterior: 0, action: 2e-5, contrast: 0 }]));
    expect(verdict.failed).toEqual(['action and log-density: largest error']);
    expect(judge(unitChecks([{ posterior: 0, action: 0 }])).status).toBe('fail');
  });
});

describe('settings', () => {
  test('of the point robot are those of the text', () => {
    const { config, tasks } = arms.PEARL.run(1);
    expect(tasks).toBeUndefined();
    expect(config).toMatchObject({
      algorithm: 'pearl',
      environment: { family: 'point-robot', horizon: null, trainTasks: null, testTasks: null },
      agent: {
        variant: 'value',
        hidden: [64, 64, 64],
        encoderHidden: [64, 64, 64],
        latent: 5,
        metaBatch: 8,
        batch: 64,
        contextSize: 32,
        learningRate: 1e-3,
        rewardScale: 100,
        klLambda: 0.1,
        gamma: 0.99,
        tau: 0.005,
      },
      collection: { initial: 200, tasks: 5, prior: 200, posterior: 0, extra: 200 },
      training: { iterations: 30, gradientSteps: 300, seed: 1 },
      evaluation: { everyIterations: 5, explorationTrajectories: 1, steps: null },
    });
    expect(arms.TCL.run(0).config.agent.tcl).toMatchObject({
      enabled: true,
      similarity: 'gaussian',
      weight: 1,
      window: 10,
      key: 'head',
      momentum: 0.995,
    });
    const pilot = { key: 'encoder', momentum: 0.95, window: 10 };
    expect(arms['TCL, key encoder'].run(0).config.agent.tcl).toMatchObject({ ...pilot, similarity: 'gaussian' });
    expect(arms['TCL bilinear, key encoder'].run(0).config.agent.tcl).toMatchObject({
      ...pilot,
      similarity: 'bilinear',
    });
    expect(arms['sparse: TCL'].run(0).config.evaluation).toMatchObject({ explorationTrajectories: 5, steps: 120 });
  });

  test('of the half-cheetahs are those of the text, with goals spread evenly', () => {
    const { config, tasks } = arms['cheetah-vel: TCL'].run(0);
    expect(tasks).toBe(evenSpeeds);
    expect(tasks!.train).toHaveLength(20);
    expect(tasks!.test.map(({ parameters }) => Number(Number(parameters.velocity).toFixed(6)))).toEqual([
      0.3, 0.9, 1.5, 2.1, 2.7,
    ]);
    const train = tasks!.train.map(({ parameters }) => Number(parameters.velocity));
    expect([train[0], train[19]]).toEqual([0.075, expect.closeTo(2.925, 12)]);
    const sizes = {
      hidden: [128, 128, 128],
      encoderHidden: [128, 128, 128],
      metaBatch: 8,
      batch: 128,
      contextSize: 64,
      latent: 5,
      learningRate: 3e-4,
      rewardScale: 5,
      klLambda: 0.1,
    };
    expect(config).toMatchObject({
      environment: { family: 'half-cheetah-vel', horizon: 100 },
      agent: { ...sizes, tcl: { enabled: true, window: 64 } },
      collection: { initial: 400, tasks: 4, prior: 200, posterior: 0, extra: 200 },
      training: { iterations: 40, gradientSteps: 400 },
    });
    expect(arms['cheetah-fwd-back: PEARL'].run(0).config).toMatchObject({
      environment: { family: 'half-cheetah-fwd-back', horizon: 100 },
      agent: { ...sizes, tcl: { enabled: false } },
    });
  });

  test('of the published scale are PEARL’s, as far as the other curve goes', () => {
    const { config } = arms['published: PEARL'].run(0);
    expect(config).toMatchObject({
      agent: { hidden: [300, 300, 300], metaBatch: 16, batch: 256, contextSize: 100 },
      collection: { initial: 2000, tasks: 5, prior: 400, extra: 600 },
      training: { gradientSteps: 2000 },
    });
    expect(100 * 2000 + config.training.iterations * 5 * 1000).toBe(780_000);
    for (const id of ['C1', 'C2']) expect(claim<metaRl.TrainingClaim>(id).scales).toEqual(['paper']);
  });

  test('who steps environments makes no other experiment, the arm and the seed do', () => {
    const own = arms.TCL.run(0);
    const workers: Arm = {
      ...arms.TCL,
      run: () => ({ config: { ...own.config, training: { ...own.config.training, workers: 2, checkpointEvery: 1 } } }),
    };
    const key = (arm: Arm, seed: number): string => experimentKey(metaRlExperiment('a', arm, seed));
    expect(key(workers, 0)).toBe(key(arms.TCL, 0));
    const others = [key(arms.TCL, 1), key(arms.PEARL, 0), key(arms['TCL, key encoder'], 0)];
    expect(new Set([key(arms.TCL, 0), ...others]).size).toBe(4);
  });
});

/** Returns of the last meta-tests and what else a claim looks at. */
function run(returns: number[], more: Partial<Measures> = {}): Measures {
  return {
    diverged: null,
    evaluations: [20, 25, 30].map((i) => ({ environmentSteps: 1000 * i, gradientSteps: 300 * i, returns })),
    adapted: returns,
    priorOnly: [-15, -15, -15],
    tasks: [],
    readOut: [
      { parameter: 'x', r2: 0.9 },
      { parameter: 'y', r2: 0.5 },
    ],
    pretext: 0.8,
    environmentSteps: 76_000,
    gradientSteps: 9000,
    minutes: 3,
    horizon: 100,
    ...more,
  };
}

const status = (id: string, runs: metaRl.MetaRlRuns, encodings: metaRl.Encodings = {}) => {
  const { status: found, failed } = judge(claim<metaRl.TrainingClaim>(id).trainingChecks(runs, encodings));
  return failed ?? found;
};
const seeds = (one: Measures): Measures[] => [one, one, one];

describe('judgements', () => {
  const good = run([-16, -13, -12]);

  test('P1: adapted returns, their gain, and none from the prior alone', () => {
    expect(status('P1', { PEARL: seeds(good) })).toBe('pass');
    expect(status('P1', { PEARL: [good, run([-16, -15, -14.5])] })).toEqual(['trajectory 3, smallest']);
    expect(status('P1', { PEARL: [run([-13, -13, -12])] })).toEqual(['trajectory 3 - trajectory 1, smallest']);
    expect(status('P1', { PEARL: [good, run([-16, -13, -12], { priorOnly: [-16, -15, -14] })] })).toEqual([
      'at the end, z from the prior: trajectory 3 - trajectory 1, largest',
    ]);
    expect(status('P1', { PEARL: [run([-16, -13, -12], { diverged: 'loss.q became NaN' })] })).toHaveLength(3);
  });

  test('P2: accuracies of both key networks are judged', () => {
    const of = (gaussian: number, bilinear: number, own = 0.71): metaRl.MetaRlRuns => ({
      'TCL, key encoder': [run([0], { pretext: gaussian })],
      'TCL bilinear, key encoder': [run([0], { pretext: bilinear })],
      TCL: [run([0], { pretext: own })],
      'TCL bilinear': [run([0], { pretext: own })],
    });
    expect(status('P2', of(0.83, 0.61))).toBe('pass');
    expect(status('P2', of(0.7, 0.4))).toEqual(['Gaussian, key encoder, smallest', 'bilinear, key encoder']);
    expect(status('P2', of(0.83, 0.61, 0.4))).toEqual(['Gaussian, key head, smallest', 'bilinear, key head']);
  });

  test('P3 asserts no more than that TCL is not worse', () => {
    expect(status('P3', { PEARL: seeds(good), TCL: seeds(run([-16, -15, -13.4])) })).toBe('pass');
    expect(status('P3', { PEARL: seeds(good), TCL: seeds(run([-16, -15, -13.6])) })).toEqual([
      'final return, TCL - PEARL',
    ]);
    expect(status('P3', { PEARL: seeds(good), TCL: [run([-12], { environmentSteps: 80_000 })] })).toEqual([
      'environment steps, largest - smallest',
    ]);
    expect(status('P3', { PEARL: seeds(good) })).not.toBe('pass');
  });

  test('P4 and P5: what posteriors tell, and what exploration finds', () => {
    const told = (...r2: number[]) => r2.map((value) => ({ readOut: [{ parameter: 'x', r2: value }] }));
    const both = { PEARL: seeds(good), TCL: seeds(good), 'TCL, key encoder': seeds(good) };
    const p4 = (pearl: number, encoder: number, head = 0.9) =>
      status('P4', both, {
        PEARL: told(pearl, pearl),
        'TCL, key encoder': told(encoder, 0.9),
        TCL: told(head, 0.9),
      });
    expect(p4(0.8, 0.7)).toBe('pass');
    expect(p4(0.9, 0.7)).toEqual(['R^2, TCL, key encoder - PEARL, means']);
    expect(p4(0.59, 0.7)).toEqual(['R^2, PEARL, smallest']);
    expect(p4(0.8, 0.7, 0.59)).toEqual(['R^2, TCL, smallest', 'R^2, TCL - PEARL, means']);
    expect(status('P4', both, {})).not.toBe('pass');
    expect(status('P5', { 'sparse: PEARL': [run([0, 4])], 'sparse: TCL': [run([0, 3.1])] })).toBe('pass');
    expect(status('P5', { 'sparse: PEARL': [run([0, 3])], 'sparse: TCL': [run([0, 4])] })).toEqual([
      'last trajectory, PEARL',
    ]);
  });

  const speeds = (achieved: number[]) =>
    achieved.map((speed, i) => ({ parameters: { 'target speed': i }, returns: [-60], speed }));
  const vel = (pearl: Measures, tcl: Measures): metaRl.MetaRlRuns => ({
    'cheetah-vel: PEARL': [pearl],
    'cheetah-vel: TCL': [tcl],
  });

  test('H1 to H3: speeds of the half-cheetah', () => {
    const ordered = run([-100, -60], { tasks: speeds([0, 1, 2, 3, 4]) });
    const muddled = run([-100, -76], { tasks: speeds([1, 0, 3, 2, 4]) });
    expect(status('H1', vel(ordered, ordered))).toBe('pass');
    expect(status('H1', vel(ordered, muddled))).toEqual(['TCL']);
    expect(status('H2', vel(ordered, ordered))).toBe('pass');
    expect(status('H2', vel(ordered, muddled))).toEqual(['TCL']);
    expect(status('H3', vel(run([-60]), run([-69])))).toBe('pass');
    expect(status('H3', vel(run([-60]), run([-70])))).toHaveLength(1);
  });

  test('H4: both directions, by return and by speed', () => {
    const of = (forwards: number, backwards: number, back = -1) => {
      const tasks = [
        { parameters: { direction: 1 }, returns: [0, forwards], speed: 1 },
        { parameters: { direction: -1 }, returns: [0, backwards], speed: back },
      ];
      return { 'cheetah-fwd-back: PEARL': [run([0], { tasks })], 'cheetah-fwd-back: TCL': [run([0], { tasks })] };
    };
    expect(status('H4', of(5, 3))).toBe('pass');
    expect(status('H4', of(5, -3))).toEqual(['PEARL: return, smallest', 'TCL: return, smallest']);
    expect(status('H4', of(5, 3, 0.5))).toEqual(['PEARL: speed as asked, smallest', 'TCL: speed as asked, smallest']);
  });

  test('C1 and C2: the published setting beside the other curve', () => {
    const curve = (final: number) =>
      run([], {
        evaluations: [205, 255, 305, 360, 515, 780].map((k) => ({
          environmentSteps: 1000 * k,
          gradientSteps: k,
          returns: [-280, k === 205 ? -281 : k === 780 ? final : -40],
        })),
      });
    expect(status('C1', { 'published: PEARL': [curve(-61)] })).toBe('pass');
    expect(status('C1', { 'published: PEARL': [curve(-63)] })).toEqual(['after 780k steps']);
    expect(status('C2', { 'published: PEARL': [curve(-50)], 'published: TCL': [curve(-70)] })).toBe('pass');
    expect(status('C2', { 'published: PEARL': [curve(-50)], 'published: TCL': [curve(-75)] })).toHaveLength(1);
  });
});

test('the speed of a cheetah is how far its torso comes in its time', () => {
  const [length, width] = [4, 20];
  const states = new Float32Array((length + 1) * width);
  for (let t = 0; t <= length; t++) states[t * width + 17] = 0.5 + 0.1 * t;
  const episode = {
    length,
    observations: states.subarray(0, length * width),
    nextObservations: states.subarray(width),
    actions: new Float32Array(length * 6),
    rewards: new Float64Array(length),
    terminated: false,
    diverged: false,
  };
  expect(meanSpeed({ episodes: [episode] }, width)).toBeCloseTo(2, 5);
});

/** Two iterations of a few steps with small networks. */
function tiny(arm: Arm, change: Record<string, number | null> = {}): Arm {
  return {
    ...arm,
    closing: { runs: 2, readOutRuns: 2 },
    run(seed) {
      const { config, tasks } = arm.run(seed);
      return {
        ...(tasks && { tasks: { train: tasks.train.slice(0, 4), test: tasks.test } }),
        config: {
          ...config,
          environment: { ...config.environment, ...change },
          agent: { ...config.agent, hidden: [8], encoderHidden: [8], batch: 8, contextSize: 8 },
          collection: { initial: 20, tasks: 2, prior: 20, posterior: 0, extra: 20 },
          training: { ...config.training, iterations: 2, gradientSteps: 4, logEvery: 2 },
          evaluation: { ...config.evaluation, everyIterations: 1 },
        },
      };
    },
  };
}

describe('a very small run', () => {
  const quiet = { onProgress: () => {}, shouldStop: () => false };
  const few = { trainTasks: 6, testTasks: 3 };

  test('of the point robot is measured, and the same after an interruption', async () => {
    const experiment = metaRlExperiment('tiny', tiny(arms.TCL, few), 0);
    const whole = await experiment.run({ folder: path.join(out, 'whole'), ...quiet });
    expect(whole.diverged).toBeNull();
    expect(whole.evaluations.map(({ gradientSteps }) => gradientSteps)).toEqual([0, 4, 8]);
    expect(whole.evaluations[0]!.environmentSteps).toBe(6 * 20 + 2 * 40);
    expect(whole.environmentSteps).toBe(6 * 20 + 2 * 2 * 40);
    expect(whole.adapted).toHaveLength(3);
    expect(whole.adapted[0]).toBe(whole.priorOnly[0]);
    expect(whole.adapted[2]).not.toBe(whole.priorOnly[2]);
    expect(whole.tasks).toHaveLength(3);
    expect(whole.readOut.map(({ parameter }) => parameter)).toEqual(['x', 'y']);
    expect(whole.pretext).toBeGreaterThanOrEqual(0);

    let asked = 0;
    const folder = path.join(out, 'halves');
    const stopping = { ...quiet, shouldStop: () => ++asked > 12 };
    await expect(experiment.run({ folder, ...stopping })).rejects.toThrow(InterruptedError);
    const resumed = await experiment.run({ folder, ...quiet });
    expect({ ...resumed, minutes: 0 }).toEqual({ ...whole, minutes: 0 });
  });

  test('of the half-cheetah has the tasks that it was given', async () => {
    const experiment = metaRlExperiment('tiny', tiny(arms['cheetah-vel: PEARL'], { horizon: 20 }), 0);
    const { tasks, evaluations, horizon, pretext } = await experiment.run({
      folder: path.join(out, 'cheetah'),
      ...quiet,
    });
    expect(tasks.map(({ parameters }) => Number(parameters['target speed']!.toFixed(6)))).toEqual([
      0.3, 0.9, 1.5, 2.1, 2.7,
    ]);
    expect(evaluations[0]!.environmentSteps).toBe(4 * 20 + 2 * 40);
    for (const { speed } of tasks) expect(Math.abs(speed)).toBeLessThan(5);
    expect(horizon).toBe(20);
    expect(pretext).toBeNaN();
  });
});

test('the report draws what is known, and says what was measured', () => {
  const results = new Map<string, Measures>();
  const tasks = [0.3, 2.1].map((speed) => ({ parameters: { 'target speed': speed }, returns: [-90, -60], speed }));
  const known = run([-16, -13, -12], { tasks });
  for (const name of ['PEARL', 'TCL', 'cheetah-vel: PEARL'] as const)
    for (const seed of minutes.seeds) results.set(experimentKey(metaRlExperiment(name, arms[name], seed)), known);
  const outcome = judge(claim<metaRl.TrainingClaim>('P1').trainingChecks({ PEARL: seeds(known) }, {}));
  const { page, tables } = paper.report({
    context: minutes,
    outcomes: [{ paper: 'tcl', claim: 'P1', ...outcome, seconds: 1, seeds: minutes.seeds }],
    known: (experiment) => results.get(experimentKey(experiment)) as never,
    command: 'npx twoview reproduce tcl',
    environment: { libtorch: torch.version },
  });
  for (const text of ['Point robot: learning', 'Goal speed and achieved speed', 'An earlier pilot'])
    expect(page).toContain(text);
  expect(tables[0]!.rows.map(({ name }) => name)).toEqual(['PEARL', 'TCL', 'cheetah-vel: PEARL']);
  expect(page).not.toContain('The published setting</h');
});
