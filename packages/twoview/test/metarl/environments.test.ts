// Environments in use: the same bits again, states to go back to, memory, worker threads, policies in them, and models from a folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { environments } from 'twoview/metarl';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { writeMetaWorldModel } from './meta-world-model.js';

type Environment = environments.Environment;
const { createVectorEnvironments, families, findFamily, loadMetaWorld, PlainPolicy, Simulation, Stream } = environments;

const wave = (t: number, size: number) =>
  Float64Array.from({ length: size }, (_, i) => 0.9 * Math.sin(0.7 * t + 1.3 * i));

/** Observations and outcomes of steps `from` to `to`; an episode that ends is followed by a reset without a seed. */
function play(environment: Environment, from: number, to: number): unknown[] {
  return Array.from({ length: to - from }, (_, i) => {
    const outcome = { ...environment.step(wave(from + i, environment.actionSize)) };
    if (outcome.terminated || outcome.truncated) environment.reset();
    return [Array.from(environment.observation), outcome.reward, outcome.terminated, outcome.truncated];
  });
}

describe.each(families.map((family) => [family.name, family] as const))('%s', (_, family) => {
  let environment: Environment;
  const { train } = family.tasks();
  const task = train[0]!;
  beforeAll(async () => {
    environment = await family.create({ horizon: 30 });
    environment.setTask(task);
  });
  afterAll(() => environment.dispose());

  test('has the sizes it says', () => {
    expect(environment.observation.length).toBe(family.observationSize);
    expect(environment.actionSize).toBe(family.actionSize);
    expect(environment.observationSpace.shape).toEqual([family.observationSize]);
    expect(Array.from(environment.actionSpace.low)).toEqual(new Array(family.actionSize).fill(-1));
    expect(environment.horizon).toBe(30);
  });

  test('gives the same bits for a seed and actions, and others for another seed or without one', () => {
    environment.reset({ seed: 3 });
    const first = play(environment, 0, 40);
    environment.reset({ seed: 3 });
    expect(play(environment, 0, 40)).toEqual(first);
    if (!family.name.startsWith('ml1') && !family.sparse) {
      environment.reset({ seed: 4 });
      expect(play(environment, 0, 40)).not.toEqual(first);
      environment.reset();
      expect(play(environment, 0, 40)).not.toEqual(first);
    }
  });

  test('goes on with the same bits from a state, in another environment too', async () => {
    environment.reset({ seed: 5 });
    play(environment, 0, 17);
    const state = structuredClone(environment.state());
    const frame = environment.frame?.();
    expect(frame?.geometries.length).toBeGreaterThan(0);
    const onwards = play(environment, 17, 50);
    environment.restore(state);
    expect(environment.frame?.().geometries.length).toBe(frame?.geometries.length);
    expect(play(environment, 17, 50)).toEqual(onwards);
    const other = await family.create({ horizon: 30 });
    other.restore(state);
    expect(other.state()).toEqual(state);
    expect(play(other, 17, 50)).toEqual(onwards);
    other.dispose();
  });

  test('ends by the time limit without calling it an end, and then wants a reset', () => {
    environment.setTask(task);
    expect(() => environment.step(wave(0, family.actionSize))).toThrow(/is over: call reset/);
    environment.reset({ seed: 6 });
    let outcome = { terminated: false, truncated: false };
    for (let t = 0; !(outcome.terminated || outcome.truncated); t++) {
      outcome = { ...environment.step(new Float64Array(family.actionSize)) };
      if (t === 29) expect(outcome).toMatchObject({ terminated: false, truncated: true });
    }
    expect(() => environment.step(wave(0, family.actionSize))).toThrow(/is over/);
  });
});

describe('wrong use', () => {
  test('is answered with a sentence', async () => {
    const environment = await findFamily('half-cheetah-vel').create();
    expect(() => environment.reset()).toThrow(/No task is set/);
    expect(() => environment.setTask({ parameters: { goal: [1, 2] } })).toThrow(/number "velocity"/);
    environment.setTask({ parameters: { velocity: 1 } });
    environment.reset();
    expect(() => environment.step([0, 0])).toThrow(/has 6 numbers, got 2/);
    expect(() => environment.step([0, 0, Number.NaN, 0, 0, 0])).toThrow(/Action 2 .* is NaN/);
    expect(() => environment.reset({ seed: 0.5 })).toThrow(/seed has to be an integer/);
    const point = await findFamily('point-robot').create();
    expect(() => environment.restore(point.state())).toThrow(/state of point-robot/);
    await expect(findFamily('point-robot').create({ horizon: 0 })).rejects.toThrow(/horizon/);
    const walker = await findFamily('walker-params').create();
    expect(() => walker.setTask({ parameters: { body_mass: [1] } })).toThrow(/8 numbers "body_mass"/);
    walker.dispose();
    environment.dispose();
    environment.dispose();
    expect(() => environment.reset()).toThrow(/disposed/);
  });

  test('contacts that fill the memory of a model are an error, not contacts left out', async () => {
    const spheres = Array.from(
      { length: 40 },
      (_, i) => `<body pos="${0.01 * i} 0 0.1"><freejoint/><geom size="0.1"/></body>`,
    );
    const xml = `<mujoco><size memory="256K"/><worldbody><geom type="plane" size="1 1 1"/>${spheres.join('')}</worldbody></mujoco>`;
    const simulation = await Simulation.create({ name: 'heap', xml, frameSkip: 1, contactForces: false });
    expect(() => {
      for (let i = 0; i < 100; i++) simulation.step();
    }).toThrow(/contacts of heap take \d+ of 262144 bytes/i);
    simulation.dispose();
  });
});

describe('memory', () => {
  test('a thousand episodes and a hundred environments leave the heap as it is', async () => {
    const family = findFamily('walker-params');
    const { train } = family.tasks();
    const environment = await family.create({ horizon: 2 });
    const probe = await Simulation.create(environments.bodies.walker2d);
    const heap = () => probe.views.qpos.buffer.byteLength;
    const episode = (i: number) => {
      environment.setTask(train[i % train.length]!);
      environment.reset({ seed: i });
      play(environment, 0, 2);
      environment.frame?.();
      environment.restore(environment.state());
    };
    for (let i = 0; i < 50; i++) episode(i);
    for (let i = 0; i < 30; i++) (await family.create()).dispose();
    const before = heap();
    for (let i = 0; i < 1000; i++) episode(i);
    for (let i = 0; i < 100; i++) (await family.create()).dispose();
    expect(heap()).toBe(before);
    probe.dispose();
    environment.dispose();
  });

  test('an environment is not disturbed when others make the heap grow', async () => {
    const family = findFamily('half-cheetah-vel');
    const [alone, disturbed] = [await family.create(), await family.create()];
    for (const environment of [alone, disturbed]) {
      environment.setTask(family.tasks().train[0]!);
      environment.reset({ seed: 1 });
    }
    const expected = play(alone, 0, 30);
    const size = () =>
      (alone as unknown as { simulation: environments.Simulation }).simulation.views.qpos.buffer.byteLength;
    const before = size();
    const observed = play(disturbed, 0, 10);
    const others: Environment[] = [];
    while (size() === before) others.push(await family.create());
    observed.push(...play(disturbed, 10, 30));
    expect(observed).toEqual(expected);
    for (const environment of [alone, disturbed, ...others]) environment.dispose();
  });
});

test('a frame has every shape with its body, and the goal', async () => {
  const family = findFamily('ant-goal');
  const environment = await family.create();
  environment.setTask({ parameters: { goal: [1, 2] } });
  environment.reset({ seed: 1 });
  environment.step(wave(0, 8));
  const { step, geometries } = environment.frame!();
  expect(step).toBe(1);
  expect(geometries.map(({ type }) => type)).toEqual(['plane', 'sphere', ...new Array(12).fill('capsule'), 'sphere']);
  expect(geometries[1]).toMatchObject({ body: 'torso', size: [0.25, 0, 0] });
  expect(geometries.at(-1)).toMatchObject({ body: 'goal', position: [1, 2, 0] });
  for (const { matrix, position } of geometries) {
    expect(position.every(Number.isFinite)).toBe(true);
    const rows = [0, 1, 2].map((i) => matrix.slice(3 * i, 3 * i + 3));
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 9);
  }
  expect(structuredClone(geometries)).toEqual(geometries);
  environment.dispose();
});

/** A policy with weights that matter: actions are neither 0 nor at their limits. */
function randomPolicy(observationSize: number, latentSize: number, actionSize: number, hidden = 30) {
  const stream = new Stream(77);
  const layer = (inputs: number, outputs: number) => ({
    inputs,
    outputs,
    weight: Float32Array.from({ length: inputs * outputs }, () => stream.uniform(-1, 1) / Math.sqrt(inputs)),
    bias: Float32Array.from({ length: outputs }, () => stream.uniform(-0.2, 0.2)),
  });
  const layers = [layer(observationSize + latentSize, hidden), layer(hidden, hidden), layer(hidden, 2 * actionSize)];
  return { observationSize, latentSize, actionSize, layers, logStd: { min: -20, max: 2 } };
}

describe('a policy in plain arrays', () => {
  test.each([30, 301])('acts as the engine computes it, with %i hidden units', (hidden) => {
    const weights = randomPolicy(7, 3, 5, hidden);
    const policy = new PlainPolicy(weights);
    const stream = new Stream(5);
    for (let row = 0; row < 20; row++) {
      const observation = Array.from({ length: 7 }, () => stream.normal());
      const latent = Array.from({ length: 3 }, () => stream.normal());
      const outputs = torch.scope(() => {
        let h = torch.tensor([[...observation, ...latent]]);
        for (const [i, { inputs, outputs, weight, bias }] of weights.layers.entries()) {
          const w = torch.tensor(Array.from(weight)).view([outputs, inputs]);
          h = h.matmul(w.t()).add(torch.tensor(Array.from(bias)));
          if (i < weights.layers.length - 1) h = h.relu();
        }
        return h.tolist() as number[][];
      })[0]!;
      const action = new Float32Array(5);
      policy.act(observation, latent, undefined, action);
      for (let i = 0; i < 5; i++) expect(Math.abs(action[i]! - Math.tanh(outputs[i]!))).toBeLessThan(1e-6);
      policy.act(observation, latent, new Stream(row), action);
      const noise = new Stream(row);
      for (let i = 0; i < 5; i++) {
        const expected = Math.tanh(outputs[i]! + Math.exp(Math.min(2, outputs[5 + i]!)) * noise.normal());
        expect(Math.abs(action[i]! - expected)).toBeLessThan(1e-6);
      }
    }
  });

  test('clamps the standard deviation and refuses layers that do not fit', () => {
    const weights = randomPolicy(2, 1, 1);
    const policy = new PlainPolicy({ ...weights, logStd: { min: -20, max: -20 } });
    const [drawn, mean] = [new Float32Array(1), new Float32Array(1)];
    policy.act([1, 2], [3], new Stream(1), drawn);
    policy.act([1, 2], [3], undefined, mean);
    expect(drawn[0]).toBeCloseTo(mean[0]!, 6);
    const other = randomPolicy(2, 1, 1, 31);
    expect(policy.replace(other)).toBe(false);
    const halved = {
      ...weights,
      layers: weights.layers.map((layer) => ({ ...layer, weight: layer.weight.map((w) => w / 2) })),
    };
    expect(policy.replace(halved)).toBe(true);
    policy.act([1, 2], [3], undefined, mean);
    new PlainPolicy(halved).act([1, 2], [3], undefined, drawn);
    expect(mean).toEqual(drawn);
    expect(() => new PlainPolicy({ ...weights, latentSize: 2 })).toThrow(
      /Layer 0 of the policy takes 3 .* should take 4/,
    );
    expect(() => new PlainPolicy({ ...weights, actionSize: 2 })).toThrow(/gives 2 numbers: 2 means/);
  });
});

describe('vector environments', () => {
  const family = findFamily('walker-params');
  const { train } = family.tasks();

  /** Everything that 25 steps of five environments give, with those that ended started again. */
  async function steps(workers: number): Promise<number[][]> {
    const vector = await createVectorEnvironments({ family: 'walker-params', workers, count: 5, horizon: 12 });
    try {
      vector.setTasks(train.slice(0, 5));
      vector.reset({ seed: 40 });
      return Array.from({ length: 25 }, (_, t) => {
        vector.step(wave(t, 30));
        const row = [...vector.observations, ...vector.rewards, ...vector.terminated, ...vector.truncated];
        const over = [0, 1, 2, 3, 4].filter((i) => vector.terminated[i] || vector.truncated[i]);
        if (over.length > 0) vector.reset({ which: over });
        return row;
      });
    } finally {
      await vector.close();
    }
  }

  test('give the bits of single environments, whatever the number of workers', async () => {
    const [none, one, three] = [await steps(0), await steps(1), await steps(3)];
    expect(one).toEqual(none);
    expect(three).toEqual(none);
    const single = await family.create({ horizon: 12 });
    single.setTask(train[3]!);
    single.reset({ seed: 43 });
    const { reward } = single.step(wave(0, 30).subarray(18, 24));
    expect(none[0]!.slice(3 * 17, 4 * 17)).toEqual(Array.from(single.observation));
    expect(none[0]![5 * 17 + 3]).toBe(reward);
    single.dispose();
  });

  test('do every step once, also when a notification comes late', async () => {
    // Between two requests the worker sleeps; a wake-up that belongs to the last one must not make it step again.
    const notify = Atomics.notify;
    const controls = new Set<Int32Array<ArrayBufferLike>>();
    vi.spyOn(Atomics, 'notify').mockImplementation((array, index, count) => {
      const control = array as unknown as Int32Array<ArrayBufferLike>;
      controls.add(control);
      return notify(control, index, count);
    });
    const robots = findFamily('point-robot');
    const play = async (workers: number): Promise<number[]> => {
      const vector = await createVectorEnvironments({ family: robots, workers, count: 2, horizon: 1000 });
      try {
        vector.setTasks(robots.tasks().train.slice(0, 2));
        vector.reset({ seed: 1 });
        for (let t = 0; t < 20; t++) {
          vector.step([0.1, -0.2, 0.3, 0.1]);
          await new Promise((resolve) => setTimeout(resolve, 2));
          for (const control of controls) notify(control, 0);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        return Array.from(vector.observations);
      } finally {
        await vector.close();
        controls.clear();
      }
    };
    try {
      expect(await play(2)).toEqual(await play(0));
    } finally {
      vi.restoreAllMocks();
    }
  });

  test('collect whole episodes that depend on their request alone', async () => {
    const weights = randomPolicy(17, 2, 6);
    const requests = Array.from({ length: 7 }, (_, i) => ({
      task: train[i % 3]!,
      latent: [0.1 * i, -0.2],
      seed: i % 5,
      deterministic: i === 4,
    }));
    const collect = async (workers: number, order = requests) => {
      const vector = await createVectorEnvironments({ family, workers, horizon: 60 });
      const episodes = await vector.collect(weights, order);
      await vector.close();
      return episodes;
    };
    const here = await collect(0);
    expect(await collect(2)).toEqual(here);
    expect((await collect(1, [...requests].reverse())).reverse()).toEqual(here);

    // Again by hand.
    const [environment, policy] = [await family.create({ horizon: 60 }), new PlainPolicy(weights)];
    const { task, latent, seed } = requests[1]!;
    const noise = new Stream(seed, 1);
    const action = new Float32Array(6);
    environment.setTask(task);
    environment.reset({ seed });
    const episode = here[1]!;
    expect(episode.length).toBeGreaterThan(1);
    for (let t = 0; t < episode.length; t++) {
      policy.act(environment.observation, latent, noise, action);
      const before = Float32Array.from(environment.observation);
      const { reward, terminated } = environment.step(action);
      expect(episode.observations.subarray(17 * t, 17 * t + 17)).toEqual(before);
      expect(episode.actions.subarray(6 * t, 6 * t + 6)).toEqual(action);
      expect(episode.nextObservations.subarray(17 * t, 17 * t + 17)).toEqual(
        Float32Array.from(environment.observation),
      );
      expect(episode.rewards[t]).toBe(reward);
      if (t === episode.length - 1) expect(episode.terminated).toBe(terminated);
    }
    environment.dispose();
  });

  test('sparse families give both rewards', async () => {
    const vector = await createVectorEnvironments({ family: 'sparse-point-robot', workers: 1 });
    const [task] = findFamily('sparse-point-robot').tasks().train;
    const [episode] = await vector.collect(randomPolicy(2, 1, 2), [{ task: task!, latent: [0], seed: 1 }]);
    expect(episode!.contextRewards!.length).toBe(episode!.length);
    expect(episode!.terminated).toBe(false);
    expect(episode!.rewards.every((reward) => reward < 0)).toBe(true);
    await vector.close();
  });

  test('errors of a worker arrive, and it goes on', async () => {
    await expect(createVectorEnvironments({ family: 'nothing', workers: 1 })).rejects.toThrow(/no family of tasks/);
    await expect(createVectorEnvironments({ family, count: 0 })).rejects.toThrow(/count/);
    await expect(createVectorEnvironments({ family, workers: 1, horizon: 0 })).rejects.toThrow(/horizon/);
    const vector = await createVectorEnvironments({ family, workers: 2, count: 2, horizon: 3 });
    expect(() => vector.step(new Float64Array(12))).toThrow(/is over/);
    expect(() => vector.reset({ seed: 1 })).toThrow(/No task is set/);
    vector.setTasks(train.slice(0, 2));
    vector.reset({ seed: 1 });
    expect(() => vector.step([Number.NaN, ...new Array(11).fill(0)])).toThrow(RangeError);
    vector.step(new Float64Array(12));
    expect(() => vector.step([1])).toThrow(/12 numbers, got 1/);
    expect(() => vector.reset({ which: [2] })).toThrow(/no environment 2/);
    const weights = randomPolicy(17, 2, 6);
    await expect(vector.collect(weights, [{ task: train[0]!, latent: [1], seed: 0 }])).rejects.toThrow(
      /z has 1 numbers/,
    );
    const pending = vector.collect(weights, [{ task: train[0]!, latent: [1, 2], seed: 0 }]);
    expect(() => vector.step(new Float64Array(12))).toThrow(/collecting/);
    expect((await pending)[0]!.length).toBe(3);
    for (let t = 0; t < 4; t++) vector.step(new Float64Array(12));
    expect(Array.from(vector.truncated)).toEqual([1, 1]);
    await vector.close();
    await vector.close();
    expect(() => vector.step(new Float64Array(12))).toThrow(/closed/);
  });
});

describe("Meta-World's models from a folder", () => {
  const folders: string[] = [];
  const folder = () => {
    const made = mkdtempSync(path.join(tmpdir(), 'twoview-meta-world-'));
    folders.push(made);
    return made;
  };
  afterAll(() => {
    for (const made of folders) rmSync(made, { recursive: true });
  });

  test('move the hand by a mocap body, hide the goal, and reward as version 1', async () => {
    const place = folder();
    writeMetaWorldModel(place);
    const family = await loadMetaWorld(place, 'reach');
    expect(family).toMatchObject({ name: 'meta-world-reach', observationSize: 12, actionSize: 4, horizon: 200 });
    const environment = await family.create();
    const task = { parameters: { object: [0.05, 0.65, 0.02], goal: [-0.05, 0.8, 0.2] } };
    environment.setTask(task);
    const first = Array.from(environment.reset({ seed: 1 }));
    expect(Math.hypot(first[0]!, first[1]! - 0.6, first[2]! - 0.2)).toBeLessThan(0.03);
    expect(first[3]).toBeCloseTo(0.05, 2);
    expect(first.slice(6)).toEqual([0, 0, 0, 0, 0, 0]);
    const rewards: number[] = [];
    for (let t = 0; t < 30; t++) rewards.push(environment.step([-0.25, 1, 0.3, -1]).reward);
    const o = environment.observation;
    expect(o[1]! - first[1]!).toBeGreaterThan(0.2);
    expect(o[0]! - first[0]!).toBeLessThan(-0.04);
    expect(Math.max(...rewards)).toBeGreaterThan(rewards[0]! + 200);
    // Further than the box of the hand it does not go.
    for (let t = 0; t < 100; t++) environment.step([0, 1, 0, 0]);
    expect(o[1]).toBeLessThan(1.05);
    expect(environment.frame!().geometries.map(({ type }) => type)).toContain('mesh');

    const state = structuredClone(environment.state());
    const next = { ...environment.step([0.3, -1, 0, 1]) };
    const bits = Array.from(o);
    environment.restore(state);
    expect({ ...environment.step([0.3, -1, 0, 1]) }).toEqual(next);
    expect(Array.from(o)).toEqual(bits);
    environment.dispose();

    const vector = await createVectorEnvironments({ family, workers: 1, horizon: 5 });
    const requests = [{ task, latent: [0], seed: 0 }];
    const [episode] = await vector.collect(randomPolicy(12, 1, 4), requests);
    expect(episode!.length).toBe(5);
    await vector.close();
  });

  test('push and pick-place look at the object', async () => {
    const place = folder();
    writeMetaWorldModel(place);
    for (const task of ['push', 'pick-place'] as const) {
      const family = await loadMetaWorld(place, task);
      const environment = await family.create();
      environment.setTask(family.tasks().train[0]!);
      environment.reset();
      const { reward } = environment.step([0, 0, 0, 0]);
      expect(reward, task).toBeLessThan(0);
      expect(reward, task).toBeGreaterThan(-1);
      environment.dispose();
    }
  });

  test('what is missing is named', async () => {
    const place = folder();
    await expect(loadMetaWorld(place, 'reach')).rejects.toThrow(
      /no file sawyer_xyz\/sawyer_reach_push_pick_and_place.xml/,
    );
    await expect(loadMetaWorld(place, 'basketball')).rejects.toThrow(
      /"basketball" cannot be loaded: there are reach, push/,
    );
    writeMetaWorldModel(place);
    rmSync(path.join(place, 'meshes', 'hand', 'palm.stl'));
    await expect(loadMetaWorld(place, 'reach')).rejects.toThrow(
      /no file meshes\/hand\/palm.stl, which sawyer_xyz\/sawyer_reach_push_pick_and_place.xml mentions/,
    );
    writeMetaWorldModel(place, (xml) =>
      xml
        .replace('name="objGeom"', 'name="thing"')
        .replace('name="mocap"', 'name="mover"')
        .replace('body1="mocap"', 'body1="mover"'),
    );
    await expect(loadMetaWorld(place, 'push')).rejects.toThrow(/has no body "mocap", no geom "objGeom"/);
    writeMetaWorldModel(place, (xml) => xml.replace('<option', '<opinion'));
    await expect(loadMetaWorld(place, 'push')).rejects.toThrow(/MuJoCo does not compile sawyer_xyz/);
    writeMetaWorldModel(place, (xml) => xml.replace('file="puck.obj"', 'file="../../puck.obj"'));
    await expect(loadMetaWorld(place, 'push')).rejects.toThrow(/is outside/);
  });
});
