// What a meta-training does when it is stopped, killed, damaged or changed between two sessions.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkMetaRl } from 'twoview/metarl';
import { RunFolder } from 'twoview/runs';
import { describe, expect, test } from 'vitest';
import { configOf, home, patience, remains, session } from './sessions.js';

describe('a meta-training', { timeout: patience }, () => {
  const config = configOf('point-robot', 'algorithm=tcl');

  test('asked to stop in a collection whose beginning is saved, it gives that up at once and plays it again', async () => {
    const long = configOf('point-robot', 'algorithm=tcl', 'collection.initial=2000');
    expect(await session('whole', long)).toMatchObject({ outcome: 'done' });
    // Hundreds of episodes: the first question comes after 64 of them.
    const first = await session('given-up', long, { stopAt: 2 });
    expect(first).toMatchObject({ outcome: 'interrupted' });
    expect(first.steps).toBeLessThan(4 * 2000);
    expect(RunFolder.open(path.join(home, 'given-up')).checkpoints.find('last')).toBeUndefined();
    await expect(first.trainer.run()).rejects.toThrow('has given up a collection');
    const inSecond = async () => {
      let second = false;
      return session('given-up', long, {
        onProgress: (_, iteration) => {
          second ||= iteration === 1;
        },
        shouldStop: () => second,
      });
    };
    expect(await inSecond()).toMatchObject({ outcome: 'interrupted' });
    expect(RunFolder.open(path.join(home, 'given-up')).checkpoints.find('last')?.step).toBe(6);
    expect(await session('given-up', long)).toMatchObject({ outcome: 'done' });
    expect(remains('given-up')).toEqual(remains('whole'));
  });

  test('killed between its last two saves, the best state gets its name when it goes on', async () => {
    const seldom = configOf('point-robot', 'training.checkpointEvery=1000', 'training.iterations=3', 'training.seed=3');
    await session('best', seldom);
    const step = (remains('best').state as { best: { step: number } }).best.step;
    const dir = path.join(home, 'best', 'checkpoints');
    // As the kill leaves it: the best state as `last`, and no `best`.
    rmSync(path.join(dir, 'last'), { recursive: true });
    rmSync(path.join(dir, '.last.previous'), { recursive: true, force: true });
    renameSync(path.join(dir, 'best'), path.join(dir, 'last'));
    await session('best', seldom);
    expect(RunFolder.open(path.join(home, 'best')).checkpoints.find('best')?.step).toBe(step);
  });

  test('a damaged checkpoint is not tested, and a run that has no other does not start over', async () => {
    await session('damaged', config);
    const { trainer } = await session('damaged', config);
    const files = (readdirSync(path.join(home, 'damaged', 'checkpoints'), { recursive: true }) as string[]).filter(
      (file) => file.endsWith('weights.safetensors'),
    );
    for (const file of files) {
      const at = path.join(home, 'damaged', 'checkpoints', file);
      const bytes = readFileSync(at);
      bytes[bytes.length - 5]! += 1; // files of `last` and `best` may be one and the same
      writeFileSync(at, bytes);
    }
    expect(() => trainer.load('last')).toThrow(/checkpoint last of .* is damaged: .*weights/);
    const { rows } = remains('damaged');
    expect(await session('damaged', config)).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringMatching(/no checkpoint of .* is intact: .*train anew/) },
    });
    expect(remains('damaged').rows).toEqual(rows);
  });

  test('goes on with a learning rate that was changed, and refuses other training tasks', async () => {
    const begin = async (name: string) => expect(await session(name, config, { stopAt: 12 })).toMatchObject({});
    await begin('slower');
    const slower = { ...config, agent: { ...config.agent, learningRate: 1e-9 } };
    const { trainer } = await session('slower', slower);
    expect(trainer.agent.criticOptimizer.groups.map(({ lr }) => lr)).toEqual([1e-9]);
    await begin('others');
    const others = { ...config, environment: { ...config.environment, taskSeed: 4 } };
    expect(await session('others', others)).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringContaining('the training tasks of') },
    });
  });

  test('training tasks are tested with random numbers of their own, and not at all where they are the test tasks', async () => {
    const played: number[][] = [];
    await session('own-numbers', config, {
      onPlay: (requests) => {
        if (requests.every(({ deterministic }) => deterministic)) played.push(requests.map(({ seed }) => seed));
      },
    });
    const seeds = played.slice(0, 6).flat(); // the first meta-test: three trajectories of either list
    expect(new Set(seeds).size).toBe(seeds.length);
    const same = configOf(
      'half-cheetah-fwd-back',
      'environment.horizon=5',
      'environment.trainTasks=null',
      'environment.testTasks=null',
      'training.iterations=1',
    );
    expect(await session('same', same)).toMatchObject({ outcome: 'done' });
    for (const row of remains('same').rows) expect(row).not.toHaveProperty(['return.train']);
  });

  test.each<[string[], RegExp]>([
    [['evaluation.steps=20', 'evaluation.explorationTrajectories=2'], /no trajectory would follow exploration/],
    [['environment.trainTasks=1', 'algorithm=tcl'], /tcl tells windows of different tasks apart/],
    [['environment.trainTasks=80', 'agent.tcl.reference=true', 'agent.tcl.window=1'], /number for that of a column/],
  ])('%j is refused before anything is made', async (overrides, sentence) => {
    await expect(checkMetaRl(configOf('point-robot', ...overrides))).rejects.toThrow(sentence);
  });
});
