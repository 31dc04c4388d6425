// Whole meta-trainings, also interrupted ones, what can be read out of posteriors, and recipes.
import path from 'node:path';
import * as torch from '@twoview/torch';
import { type MetaTestRun, metaTestSteps, readOut, replayFrames, resolveMetaRl } from 'twoview/metarl';
import { Agent, Stream } from 'twoview/metarl/agent';
import { createVectorEnvironments, findFamily, type Task, type TaskFamily } from 'twoview/metarl/environments';
import { RunFolder } from 'twoview/runs';
import { beforeAll, describe, expect, test } from 'vitest';
import { configOf, home, patience, remains, session } from './sessions.js';
import { agentConfig, sizes } from './small.js';

describe('a whole meta-training', { timeout: patience }, () => {
  const config = configOf('point-robot', 'algorithm=tcl');
  beforeAll(async () => {
    expect(await session('reference', config)).toMatchObject({ outcome: 'done' });
  }, patience);

  test('counts environment steps of training alone, and tests before and after', () => {
    const { rows, state, files } = remains('reference');
    // 4 tasks x 40, then in each iteration 3 x (40 + 40).
    expect(state).toMatchObject({ iteration: 2, gradientSteps: 12, environmentSteps: 160 + 2 * 240, tested: 12 });
    const tests = rows.filter((row) => 'return.test' in row);
    expect(tests.map(({ step, environmentSteps }) => [step, environmentSteps])).toEqual([
      [0, 400],
      [6, 400],
      [12, 640],
    ]);
    for (const row of tests) expect(row['return.test.byTrajectory']).toHaveLength(3);
    const logs = rows.filter((row) => 'loss.q' in row);
    expect(logs.map(({ step }) => step)).toEqual([1, 2, 4, 6, 8, 10, 12]);
    expect(Object.keys(logs[0]!)).toEqual(expect.arrayContaining(['loss.tcl', 'pretext.accuracy', 'kl', 'loss.value']));
    expect(files.map(([file]) => file)).toContain(path.join('buffers', 'task-3.safetensors'));
    expect(remains('reference', 'best').state.gradientSteps).toBe((state.best as { step: number }).step);
  });

  test('stopped again and again between steps and during meta-tests, it ends with the same bits', async () => {
    const moments = new Stream(11);
    let sessions = 0;
    for (let outcome = ''; outcome !== 'done'; sessions++) {
      expect(sessions).toBeLessThan(60);
      ({ outcome } = await session('stopped', config, { stopAt: 1 + moments.below(14) }));
      expect(outcome).not.toBe('failed');
    }
    expect(sessions).toBeGreaterThan(3);
    expect(remains('stopped')).toEqual(remains('reference'));
    expect(remains('stopped', 'best')).toMatchObject({ files: remains('reference', 'best').files });
  });

  test('killed during collections and meta-tests, also where rows are ahead of checkpoints, it ends with the same bits', async () => {
    const [stopAt, dieAt] = [7, 14];
    // Stopped in the first meta-test, it has a checkpoint at step 0; then it tests, writes the row, and dies before it saves.
    expect(await session('killed', config, { stopAt: 4 })).toMatchObject({ outcome: 'interrupted' });
    expect(await session('killed', config, { dieAt: 8 })).toMatchObject({ outcome: 'failed' });
    for (const moment of [1, 3, dieAt]) await session('killed', config, { dieAt: moment });
    await session('killed', config, { stopAt });
    while ((await session('killed', config)).outcome !== 'done');
    expect(remains('killed')).toEqual(remains('reference'));
  });

  test('has the same bits with environments in this thread, in one other and in two', async () => {
    for (const workers of [1, 2]) {
      await session(`workers-${workers}`, config, { workers });
      expect(remains(`workers-${workers}`), `${workers}`).toEqual(remains('reference'));
    }
  });

  test('every part of the space takes an iteration', async () => {
    const runs = {
      twin: configOf('point-robot', 'algorithm=pearl', 'agent.variant=twinTarget', 'agent.context=window'),
      sparse: configOf(
        'sparse-point-robot',
        'collection.posterior=40',
        'collection.extra=0',
        'evaluation.explorationTrajectories=2',
      ),
      reference: configOf('point-robot', 'agent.tcl.reference=true', 'agent.sharedLatent=true'),
      bilinear: configOf(
        'point-robot',
        'agent.tcl.similarity=bilinear',
        'agent.tcl.key=encoder',
        'environment.horizon=7',
      ),
      walker: configOf('walker-params', 'environment.horizon=60', 'collection.initial=60'),
    };
    for (const [name, of] of Object.entries(runs)) {
      const short = { ...of, training: { ...of.training, iterations: 1 } };
      const { outcome, error, trainer, steps } = await session(`one-${name}`, short);
      expect({ outcome, error }, name).toEqual({ outcome: 'done', error: undefined });
      const { rows } = remains(`one-${name}`);
      expect(Number.isFinite(rows.at(-1)!['return.test']), name).toBe(true);
      const spans = trainer.buffers.tasks.flatMap(({ rl }) => rl.spans()).map(({ start, end }) => end - start);
      if (name === 'bilinear') expect(new Set(spans)).toEqual(new Set([7]));
      if (name === 'sparse') {
        expect(rows.at(-1)).toHaveProperty(['success.test']);
        expect(rows.at(-1)).toHaveProperty(['context.rewarded'], trainer.buffers.rewardedContexts());
        for (const { encoder } of trainer.buffers.tasks) expect(encoder.width).toBe(2 + 2 + 1);
      }
      if (name !== 'walker') continue;
      expect(trainer.buffers.tasks[0]!.encoder.width).toBe(17 + 6 + 1 + 17);
      expect(Math.min(...spans)).toBeLessThan(60); // it falls
      expect(steps).toBeGreaterThanOrEqual(4 * 60 + 3 * 80);
      expect(steps).toBe(spans.reduce((a, b) => a + b, 0));
    }
  });

  test('a learning rate that explodes stops it by name and step, before a policy plays that gives no actions', async () => {
    // No row is written in the second iteration, and no loss is looked at.
    const { outcome, error } = await session(
      'exploding',
      configOf('point-robot', 'training.logEvery=1000', 'training.iterations=3'),
      {
        onProgress: ({ agent }, iteration) => {
          if (iteration === 1) for (const group of agent.criticOptimizer.groups) group.lr = 1e30;
        },
      },
    );
    expect({ outcome, error }).toMatchObject({
      outcome: 'failed',
      error: { name: 'DivergenceError', message: expect.stringMatching(/is not finite at gradient step 12/) },
    });
    expect(RunFolder.open(path.join(home, 'exploding')).checkpoints.find('last')?.step).toBe(6);
    const { error: early } = await session('early', configOf('point-robot', 'agent.learningRate=1e30'));
    expect(early).toMatchObject({ name: 'DivergenceError', message: expect.stringMatching(/at gradient step 1;/) });
    expect(RunFolder.open(path.join(home, 'early')).checkpoints.find('last')).toBeUndefined();
  });

  test('the checkpoint before an explosion stays intact', async () => {
    const { outcome, error } = await session('later', config, {
      onProgress: ({ agent }, iteration) => {
        if (iteration === 1) for (const group of agent.criticOptimizer.groups) group.lr = 1e30;
      },
    });
    expect({ outcome, error }).toMatchObject({ outcome: 'failed', error: { name: 'DivergenceError' } });
    const { checkpoint, damaged } = RunFolder.open(path.join(home, 'later')).checkpoints.latest();
    expect(damaged).toEqual([]);
    expect(checkpoint?.step).toBe(6);
    expect(await session('later', config)).toMatchObject({ outcome: 'done' });
    expect(remains('later')).toEqual(remains('reference'));
  });

  test('a best state between two checkpoints is kept', async () => {
    const seldom = ['training.checkpointEvery=1000', 'training.iterations=3', 'training.seed=3'];
    await session('seldom', configOf('point-robot', ...seldom));
    const { best } = remains('seldom').state as { best: { step: number } };
    expect(best.step).toBeLessThan(18); // of a seed that is at its best before its end
    expect(RunFolder.open(path.join(home, 'seldom')).checkpoints.find('best')?.step).toBe(best.step);
  });

  test('leaves nothing behind in hundreds of steps and several iterations', async () => {
    const handles: number[] = [];
    const memory: number[] = [];
    const long = configOf('point-robot', 'training.iterations=5', 'training.gradientSteps=80');
    let at = -1;
    await session('long', long, {
      onProgress: (_, iteration) => {
        if (iteration === at) return;
        at = iteration;
        handles.push(torch.memory().handles);
        memory.push(process.memoryUsage().rss / 2 ** 20);
      },
    });
    expect(handles.length).toBeGreaterThanOrEqual(5);
    expect(handles.at(-1)! - handles[2]!).toBeLessThanOrEqual(2);
    expect(memory.at(-1)! - memory[2]!).toBeLessThan(100);
  });
});

describe('what can be read out of posteriors', () => {
  const tasksOf = (count: number, seed: number): Task[] => {
    const stream = new Stream(seed);
    return Array.from({ length: count }, () => ({
      parameters: { speed: 3 * stream.uniform(), mass: stream.normal() },
    }));
  };
  const family = {
    ...findFamily('point-robot'),
    describe: ({ parameters }: Task) => ({ speed: parameters.speed, gravity: 9.81, mass: parameters.mass }),
  } as TaskFamily;
  /** Posterior means that hold the speed, moved by `shift`, and nothing of the mass. */
  const runsOf = (tasks: readonly Task[], seed: number, shift = 0): MetaTestRun[] => {
    const stream = new Stream(seed, 9);
    return tasks.map(({ parameters }, i) => {
      const speed = (parameters.speed as number) + shift;
      const noise = stream.normal();
      return {
        task: i,
        run: 0,
        episodes: [],
        requests: [],
        posterior: { mean: Float64Array.of(2 * speed - noise, noise, 5), variance: new Float64Array(3).fill(1) },
      };
    });
  };
  const tasks = { train: tasksOf(60, 1), test: tasksOf(20, 2) };

  test('a planted relation is found, and nothing where there is none; a constant has no read-out', () => {
    const found = readOut(family, tasks, runsOf(tasks.train, 1), runsOf(tasks.test, 2));
    expect(found.map(({ parameter }) => parameter)).toEqual(['speed', 'mass']);
    const [speed, mass] = found;
    expect(speed!.r2).toBeGreaterThan(0.9999);
    expect(mass!.r2).toBeLessThan(0.3);
    expect(speed!.points).toHaveLength(20);
    speed!.points.forEach(({ actual, predicted }, i) => {
      expect(actual).toBe(tasks.test[i]!.parameters.speed);
      expect(predicted).toBeCloseTo(actual, 2);
    });
  });

  test('it is tried on tasks that it was not fitted to', () => {
    const [speed] = readOut(family, tasks, runsOf(tasks.train, 1), runsOf(tasks.test, 2, 10));
    expect(speed!.r2).toBeLessThan(-10);
    expect(readOut(family, tasks, runsOf(tasks.train, 1).slice(0, 2), runsOf(tasks.test, 2))).toEqual([]);
  });

  test('an episode that is replayed for its frames is the same one', async () => {
    const pointRobot = findFamily('point-robot');
    const agent = new Agent({ ...sizes, action: 2 }, agentConfig, { seed: 1 });
    const policy = agent.policyWeights();
    const [goal] = pointRobot.tasks().test as [Task];
    const requests = [true, false].map((deterministic) => ({ task: goal, latent: [0.3, -1], seed: 77, deterministic }));
    const environments = await createVectorEnvironments({ family: pointRobot, workers: 0, horizon: 9 });
    const episodes = await environments.collect(policy, requests);
    const frames = await replayFrames(pointRobot, policy, requests, 9);
    await environments.close();
    expect(episodes[0]!.actions).not.toEqual(episodes[1]!.actions);
    episodes.forEach(({ observations, nextObservations, length }, i) => {
      expect(frames[i]).toHaveLength(length + 1);
      const points = frames[i]!.map(({ geometries }) => Array.from(geometries[0]!.position.slice(0, 2), Math.fround));
      const whole = [...observations.subarray(0, 2), ...nextObservations];
      expect(points.flat()).toEqual(whole);
    });
  });
});

describe('recipes', () => {
  const paper = (family: string, algorithm = 'pearl', ...overrides: string[]) =>
    resolveMetaRl({ family, algorithm, recipe: 'paper', overrides });

  // Meta-batch, E, initial, tasks, prior, posterior, extra, gradient steps, runs, exploring trajectories, steps of a run, kl_lambda, scale, gamma.
  test.each([
    ['half-cheetah-vel', 16, 100, 2000, 5, 400, 0, 600, 2000, 1, 2, 600, 0.1, 5, 0.99],
    ['half-cheetah-fwd-back', 4, 256, 2000, 5, 1000, 0, 1000, 2000, 4, 2, 600, 0.1, 5, 0.99],
    ['ant-fwd-back', 4, 256, 2000, 5, 400, 0, 600, 4000, 4, 2, 600, 0.1, 5, 0.99],
    ['ant-goal', 10, 256, 2000, 5, 400, 0, 600, 4000, 1, 2, 600, 1, 5, 0.99],
    ['humanoid-dir', 16, 256, 2000, 5, 400, 0, 600, 4000, 1, 2, 600, 0.1, 5, 0.99],
    ['walker-params', 10, 100, 2000, 5, 400, 0, 600, 4000, 2, 2, 600, 0.1, 5, 0.99],
    ['point-robot', 16, 64, 200, 5, 200, 0, 200, 1000, 2, 1, 60, 0.1, 100, 0.99],
    ['sparse-point-robot', 16, 1024, 200, 10, 100, 900, 0, 1000, 2, 5, 400, 1, 100, 0.9],
  ])('%s as published', (family, ...expected) => {
    const { agent, collection, training, evaluation } = paper(family);
    expect([
      ...[agent.metaBatch, agent.contextSize, collection.initial, collection.tasks, collection.prior],
      ...[collection.posterior, collection.extra, training.gradientSteps, evaluation.runs],
      ...[evaluation.explorationTrajectories, metaTestSteps(evaluation, findFamily(family).horizon)],
      ...[agent.klLambda, agent.rewardScale, agent.gamma],
    ]).toEqual(expected);
    expect(agent).toMatchObject({ latent: 5, learningRate: 3e-4, tau: 0.005, batch: 256, variant: 'value' });
    expect(agent).toMatchObject({ hidden: [300, 300, 300], encoderHidden: [200, 200, 200], context: 'transitions' });
    expect(training.iterations).toBe(500);
    expect(findFamily(family).horizon).toBe(family.includes('point') ? 20 : 200);
  });

  test('ML1: latent of 7, ten exploring trajectories and one after them; wider and with windows under TCL', () => {
    const pearl = paper('ml1-reach', 'pearl', 'environment.folder=models');
    const tcl = paper('ml1-reach', 'tcl', 'environment.folder=models');
    for (const { agent, collection, training, evaluation } of [pearl, tcl]) {
      expect(agent).toMatchObject({ variant: 'twinTarget', latent: 7, hidden: [400, 400, 400], rewardScale: 10 });
      expect(agent).toMatchObject({
        metaBatch: 16,
        batch: 256,
        learningRate: 3e-4,
        gamma: 0.99,
        tau: 0.005,
        klLambda: 0.1,
      });
      expect(collection).toEqual({ initial: 4000, tasks: 15, prior: 750, posterior: 0, extra: 750 });
      expect(training).toMatchObject({ gradientSteps: 4000, iterations: 100 });
      expect(metaTestSteps(evaluation, 200)).toBe(11 * 200);
      expect(evaluation.explorationTrajectories).toBe(10);
    }
    expect(pearl.agent).toMatchObject({ encoderHidden: [200, 200, 200], contextSize: 64, context: 'transitions' });
    expect(tcl.agent).toMatchObject({ encoderHidden: [400, 400, 400], contextSize: 128, context: 'window' });
    expect(tcl.agent.tcl).toMatchObject({ enabled: true, window: 128 });
  });

  test('windows are shorter than episodes in every recipe and family', () => {
    for (const family of ['point-robot', 'sparse-point-robot', 'ml1-reach', 'half-cheetah-vel', 'walker-params'])
      for (const recipe of ['small', 'paper'] as const) {
        const { agent, environment } = resolveMetaRl({ family, recipe });
        expect(agent.tcl.window, `${family} ${recipe}`).toBeLessThan(environment.horizon ?? findFamily(family).horizon);
      }
  });

  test('an override goes before a flag, a flag before the file, and the file before the recipe', () => {
    const file = { algorithm: 'pearl', environment: { family: 'ant-goal' }, agent: { metaBatch: 9 } };
    expect(resolveMetaRl({ file })).toMatchObject({ algorithm: 'pearl', environment: { family: 'ant-goal' } });
    const flagged = resolveMetaRl({ file, family: 'point-robot', algorithm: 'tcl' });
    expect(flagged).toMatchObject({
      algorithm: 'tcl',
      environment: { family: 'point-robot' },
      agent: { metaBatch: 9, hidden: [64, 64, 64] },
    });
    const overrides = ['environment.family=half-cheetah-vel', 'agent.metaBatch=2'];
    const placed = resolveMetaRl({ file, family: 'point-robot', overrides });
    expect(placed).toMatchObject({
      environment: { family: 'half-cheetah-vel', trainTasks: 20 },
      agent: { metaBatch: 2 },
    });
  });

  test.each([
    [{ family: 'ant-moon' }, /ant-moon/],
    [{ algorithm: 'maml' }, /no algorithm 'maml'; there are pearl and tcl/],
    [{ overrides: ['agent.speed=3'] }, /agent has no 'speed'/],
    [{ overrides: ['agent.tcl.enabled=false'] }, /agent\.tcl\.enabled is false/],
    [{ overrides: ['training.iterations=0'] }, /training\.iterations/],
    [{ file: 'text' }, /must hold a mapping/],
  ])('%j is refused', (input, message) => {
    expect(() => resolveMetaRl(input)).toThrow(message);
  });
});
