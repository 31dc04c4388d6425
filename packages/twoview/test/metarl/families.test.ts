// Families of tasks: their lists, rewards against hand computation, ends, and physics that belong to a task.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environments } from 'twoview/metarl';
import { describe, expect, test } from 'vitest';

type Task = environments.Task;
const { bodies, families, findFamily, RandomState, Simulation, Stream } = environments;

const velocities = (tasks: readonly Task[]) => tasks.map((task) => task.parameters.velocity as number);
const goals = (tasks: readonly Task[]) => tasks.map((task) => task.parameters.goal as number[]);

describe('lists of tasks', () => {
  const NUMBERS: Record<string, readonly [number, number]> = {
    'half-cheetah-fwd-back': [2, 2],
    'half-cheetah-vel': [100, 30],
    'humanoid-dir': [100, 30],
    'ant-fwd-back': [2, 2],
    'ant-goal': [150, 30],
    'walker-params': [40, 10],
    'point-robot': [80, 20],
    'sparse-point-robot': [80, 20],
    'ml1-reach': [50, 10],
    'ml1-push': [50, 10],
    'ml1-pick-place': [50, 10],
  };

  test.each(families.map((family) => [family.name, family] as const))(
    '%s: the numbers of the paper, the same again, in figures',
    (name, family) => {
      const { train, test } = family.tasks();
      expect([train.length, test.length]).toEqual(NUMBERS[name]);
      expect(family.tasks()).toEqual({ train, test });
      expect(structuredClone(train)).toEqual(train);
      for (const task of [...train, ...test])
        for (const value of Object.values(family.describe(task))) expect(Number.isFinite(value)).toBe(true);
    },
  );

  test('half-cheetah-vel has the speeds of PEARL, the first for training and the last for test', () => {
    const { train, test } = findFamily('half-cheetah-vel').tasks();
    const first = [0.786074, 0.476052, 0.83438, 1.377951, 0.963002];
    for (const [i, value] of first.entries()) expect(velocities(train)[i]).toBeCloseTo(value, 6);
    const fewer = findFamily('half-cheetah-vel').tasks({ train: 20, test: 5 });
    expect(fewer.train).toEqual(train.slice(0, 20));
    expect(velocities(test).every((value) => value >= 0 && value < 3)).toBe(true);
  });

  test('seeds change the draws', () => {
    for (const name of ['half-cheetah-vel', 'humanoid-dir', 'ant-goal', 'walker-params', 'point-robot', 'ml1-push'])
      expect(findFamily(name).tasks({ seed: 5 }), name).not.toEqual(findFamily(name).tasks());
  });

  test('goals lie where the papers have them', () => {
    const ant = findFamily('ant-goal').tasks();
    const radii = goals([...ant.train, ...ant.test]).map(([x, y]) => Math.hypot(x!, y!));
    expect(Math.max(...radii)).toBeLessThanOrEqual(3);
    // The square root makes the goals uniform over the disc: the mean radius is 2, not 1.5.
    expect(radii.reduce((a, b) => a + b) / radii.length).toBeGreaterThan(1.8);
    for (const [x, y] of goals(findFamily('sparse-point-robot').tasks().train))
      expect(Math.hypot(x!, y!)).toBeCloseTo(1, 12);
    for (const { parameters } of findFamily('ml1-push').tasks().train) {
      const [object, goal] = [parameters.object as number[], parameters.goal as number[]];
      expect(Math.hypot(object[0]! - goal[0]!, object[1]! - goal[1]!)).toBeGreaterThanOrEqual(0.15);
      expect(goal[2]).toBe(object[2]);
    }
  });

  const python = ['/usr/bin/python3', 'python3'].find(
    (command) => spawnSync(command, ['-c', 'import numpy'], { cwd: '/' }).status === 0,
  );
  test.skipIf(!python)('NumPy draws the same numbers', () => {
    const peer = fileURLToPath(new URL('numpy_tasks_peer.py', import.meta.url));
    const theirs = JSON.parse(execFileSync(python!, [peer], { encoding: 'utf8' }));
    const all = (name: string) => {
      const { train, test } = findFamily(name).tasks();
      return [...train, ...test];
    };
    expect(velocities(all('half-cheetah-vel'))).toEqual(theirs.velocities);
    expect(goals(all('point-robot'))).toEqual(theirs.goals);
    for (const [i, goal] of goals(all('sparse-point-robot')).entries())
      for (const axis of [0, 1]) expect(goal[axis]).toBeCloseTo(theirs.circle[i][axis], 14);
    const random = new RandomState(4294967295);
    expect(theirs.long.map(() => random.uniform(-2, 5))).toEqual(theirs.long);
  });

  test('wrong names, numbers and seeds are refused', () => {
    expect(() => findFamily('half-cheetah')).toThrow(
      /no family of tasks "half-cheetah": there are half-cheetah-fwd-back/,
    );
    expect(() => findFamily('half-cheetah-vel').tasks({ train: 0 })).toThrow(/number of train tasks/);
    expect(() => findFamily('ant-fwd-back').tasks({ train: 3 })).toThrow(/two tasks/);
    expect(() => findFamily('ant-goal').tasks({ seed: -1 })).toThrow(/seed/);
    expect(() => findFamily('ant-fwd-back').tasks({ seed: -1 })).toThrow(/seed/);
  });

  test('families of two opposite tasks have the same for every seed', () => {
    for (const name of ['half-cheetah-fwd-back', 'ant-fwd-back'])
      expect(findFamily(name).tasks({ seed: 5 }), name).toEqual(findFamily(name).tasks());
  });
});

/** Actions that neither repeat nor stay small. */
const wave = (t: number, size: number) => Array.from({ length: size }, (_, i) => 0.9 * Math.sin(0.7 * t + 1.3 * i));

/** A simulation of `body` in the state that an environment has after a reset with this seed. */
async function sameStart(
  body: environments.bodies.Body,
  seed: number,
  qpos: (stream: environments.Stream) => number,
  qvel: (stream: environments.Stream) => number,
) {
  const [simulation, stream] = [await Simulation.create(body), new Stream(seed)];
  simulation.reset();
  for (let i = 0; i < simulation.views.qpos.length; i++) simulation.views.qpos[i]! += qpos(stream);
  for (let i = 0; i < simulation.views.qvel.length; i++) simulation.views.qvel[i]! += qvel(stream);
  simulation.forward();
  return simulation;
}

const wide = (stream: environments.Stream) => stream.uniform(-0.1, 0.1);
const normal = (stream: environments.Stream) => 0.1 * stream.normal();
const sumOfSquares = (values: ArrayLike<number>, limit = Infinity) =>
  Array.from(values).reduce((sum, value) => sum + Math.min(limit, Math.max(-limit, value)) ** 2, 0);

/** Steps both and compares the rewards with `expected`, computed from the simulation alone. */
async function compareRewards(
  name: string,
  task: Task,
  simulation: environments.Simulation,
  expected: (before: readonly number[]) => number,
  position: () => readonly number[],
  scale = 1,
): Promise<void> {
  const environment = await findFamily(name).create();
  environment.setTask(task);
  environment.reset({ seed: 11 });
  for (let t = 0; t < 12; t++) {
    const action = wave(t, environment.actionSize);
    const before = position();
    for (const [i, value] of action.entries()) simulation.views.ctrl[i] = scale * value;
    simulation.step();
    const { reward, terminated } = environment.step(action);
    expect(reward, `${name}, step ${t}`).toBeCloseTo(expected(before), 8);
    if (terminated) break;
  }
  environment.dispose();
  simulation.dispose();
}

describe('rewards', () => {
  test('half-cheetah: speed of qpos[0], less 0.05 times squared actions', async () => {
    for (const [name, task, term] of [
      ['half-cheetah-fwd-back', { parameters: { direction: -1 } }, (v: number) => -v],
      ['half-cheetah-vel', { parameters: { velocity: 1.25 } }, (v: number) => -Math.abs(v - 1.25)],
    ] as const) {
      const s = await sameStart(bodies.halfCheetah, 11, wide, normal);
      const reward = ([x]: readonly number[]) =>
        term((s.views.qpos[0]! - x!) / 0.05) - 0.05 * sumOfSquares(s.views.ctrl);
      await compareRewards(name, task, s, reward, () => [s.views.qpos[0]!]);
    }
  });

  test('ant: way of the torso along the direction, or distance to the goal, with costs', async () => {
    const angle = 0.7;
    const costs = (s: environments.Simulation) => 0.0005 * sumOfSquares(s.views.cfrc_ext, 1);
    const torso = (s: environments.Simulation) => () => [s.views.xpos[3]!, s.views.xpos[4]!];
    const s = await sameStart(bodies.ant, 11, wide, normal);
    let clock = 0;
    await compareRewards(
      'ant-fwd-back',
      { parameters: { angle } },
      s,
      ([x, y]) => {
        const [dx, dy] = [s.views.xpos[3]! - x!, s.views.xpos[4]! - y!];
        // The frame is a moment behind the joints, but not far.
        if (clock++ > 0) expect(Math.abs(s.views.xpos[3]! - s.views.qpos[0]!)).toBeLessThan(0.02);
        return (dx * Math.cos(angle) + dy * Math.sin(angle)) / 0.05 - 0.5 * sumOfSquares(s.views.ctrl) - costs(s) + 1;
      },
      torso(s),
    );
    const g = await sameStart(bodies.ant, 11, wide, normal);
    await compareRewards(
      'ant-goal',
      { parameters: { goal: [1, -2] } },
      g,
      () =>
        -Math.abs(g.views.xpos[3]! - 1) - Math.abs(g.views.xpos[4]! + 2) - 0.1 * sumOfSquares(g.views.ctrl) - costs(g),
      torso(g),
    );
  });

  test('humanoid: speed of the centre of mass, weighed by 1.25, with costs and 5 for being alive', async () => {
    const small = (stream: environments.Stream) => stream.uniform(-0.01, 0.01);
    const s = await sameStart(bodies.humanoid, 11, small, small);
    const angle = 2.2;
    const centre = () => {
      const masses = Array.from(s.modelViews.body_mass);
      const total = masses.reduce((a, b) => a + b);
      return [0, 1].map((axis) => masses.reduce((sum, m, i) => sum + m * s.views.xipos[3 * i + axis]!, 0) / total);
    };
    const reward = ([x, y]: readonly number[]) => {
      const [cx, cy] = centre();
      const speed = ((cx! - x!) * Math.cos(angle) + (cy! - y!) * Math.sin(angle)) / 0.015;
      const contact = Math.min(5e-7 * sumOfSquares(s.views.cfrc_ext), 10);
      return 1.25 * speed - 0.1 * sumOfSquares(s.views.ctrl) - contact + 5;
    };
    await compareRewards('humanoid-dir', { parameters: { angle } }, s, reward, centre, 0.4);
  });

  test('walker: speed of qpos[0] and 1 for being alive, with the physics of the task', async () => {
    const tiny = (stream: environments.Stream) => stream.uniform(-0.005, 0.005);
    const s = await sameStart(bodies.walker2dParams, 11, tiny, tiny);
    const task = findFamily('walker-params').tasks().train[3]!;
    for (const name of ['body_mass', 'body_inertia', 'dof_damping', 'geom_friction'] as const) {
      const multipliers = task.parameters[name] as readonly number[];
      expect(s.modelViews[name].length).toBe(multipliers.length);
      for (let i = 0; i < multipliers.length; i++) s.modelViews[name][i]! *= multipliers[i]!;
    }
    s.forward();
    const reward = ([x]: readonly number[]) => (s.views.qpos[0]! - x!) / 0.016 + 1 - 0.001 * sumOfSquares(s.views.ctrl);
    await compareRewards('walker-params', task, s, reward, () => [s.views.qpos[0]!]);
  });

  test('point robots: distance to the goal, and the sparse reward within 0.2 of it', async () => {
    const dense = await findFamily('point-robot').create();
    dense.setTask({ parameters: { goal: [0.5, -0.5] } });
    const [x, y] = Array.from(dense.reset({ seed: 2 }));
    const { reward, sparseReward } = dense.step([0.5, -3]);
    expect(Array.from(dense.observation)).toEqual([x! + 0.05, y! - 0.1]);
    expect(reward).toBeCloseTo(-Math.hypot(x! + 0.05 - 0.5, y! - 0.1 + 0.5), 12);
    expect(sparseReward).toBeUndefined();

    const sparse = await findFamily('sparse-point-robot').create();
    sparse.setTask({ parameters: { goal: [1, 0] } });
    expect(Array.from(sparse.reset())).toEqual([0, 0]);
    const rewards = Array.from({ length: 10 }, () => ({ ...sparse.step([1, 0]) }));
    expect(rewards[6]).toMatchObject({ sparseReward: 0, success: false });
    expect(rewards[8]!.sparseReward).toBeCloseTo(0.9, 12);
    expect(rewards[8]!.reward).toBeCloseTo(-0.1, 12);
  });
});

describe('observations', () => {
  type Views = environments.Simulation['views'];
  const clipped = (values: ArrayLike<number>, limit: number) =>
    Array.from(values).map((value) => Math.min(limit, Math.max(-limit, value)));
  const small = (stream: environments.Stream) => stream.uniform(-0.01, 0.01);
  const tiny = (stream: environments.Stream) => stream.uniform(-0.005, 0.005);
  const LAYOUTS = {
    'half-cheetah-vel': [
      bodies.halfCheetah,
      wide,
      normal,
      (v: Views) => [...v.qpos.slice(1), ...v.qvel, ...v.xpos.slice(3, 6)],
    ],
    'ant-fwd-back': [bodies.ant, wide, normal, (v: Views) => [...v.qpos.slice(2), ...v.qvel]],
    'ant-goal': [bodies.ant, wide, normal, (v: Views) => [...v.qpos, ...v.qvel, ...clipped(v.cfrc_ext, 1)]],
    'humanoid-dir': [
      bodies.humanoid,
      small,
      small,
      (v: Views) => [...v.qpos.slice(2), ...v.qvel, ...v.cinert, ...v.cvel, ...v.qfrc_actuator, ...v.cfrc_ext],
    ],
    'walker-params': [bodies.walker2dParams, tiny, tiny, (v: Views) => [...v.qpos.slice(1), ...clipped(v.qvel, 10)]],
  } as const;

  test.each(Object.entries(LAYOUTS))(
    '%s: the parts of the paper in their order',
    async (name, [body, qpos, qvel, layout]) => {
      const [simulation, family] = [await sameStart(body, 21, qpos, qvel), findFamily(name)];
      const environment = await family.create();
      const [task] = family.tasks().train;
      const plain = Object.entries(task!.parameters).map(([key, value]) => [
        key,
        name === 'walker-params' ? (value as readonly number[]).map(() => 1) : value,
      ]);
      environment.setTask({ parameters: Object.fromEntries(plain) });
      environment.reset({ seed: 21 });
      let contact = 0;
      for (let t = 0; t < 40; t++) {
        const expected = layout(simulation.views);
        expect(Array.from(environment.observation)).toEqual(expected);
        contact = Math.max(contact, ...simulation.views.cfrc_ext.map(Math.abs));
        // Gentle enough for the humanoid to land on its feet.
        const action = wave(t, family.actionSize).map((value) => 0.3 * value);
        const { terminated } = environment.step(action);
        if (terminated) break;
        const { controlLow, controlHigh, views } = simulation;
        for (const [i, a] of action.entries())
          views.ctrl[i] = controlLow[i]! + ((a + 1) / 2) * (controlHigh[i]! - controlLow[i]!);
        simulation.step();
      }
      // Forces of contacts are there only if they are asked for.
      if (body.contactForces) expect(contact).toBeGreaterThan(0.01);
      environment.dispose();
      simulation.dispose();
    },
  );
});

describe('ML1 surrogates', () => {
  const close = (first: number, d: number) =>
    Math.max(0, 1000 * (first - d) + 1000 * (Math.exp(-(d ** 2) / 0.01) + Math.exp(-(d ** 2) / 0.001)));
  const task = { parameters: { object: [0, 0.65, 0.02], goal: [0.05, 0.85, 0.2] } };

  /** The action that moves the hand to a point, and the gripper. */
  const towards = (from: ArrayLike<number>, to: readonly number[], grip: number) => [
    ...to.map((value, i) => (value - from[i]!) / 0.02),
    grip,
  ];

  test('reach: the reward of version 1, the goal hidden, success at 5 cm', async () => {
    const environment = await findFamily('ml1-reach').create();
    environment.setTask(task);
    expect(Array.from(environment.reset())).toEqual([0, 0.6, 0.2, 0, 0.65, 0.02, 0, 0, 0, 0, 0, 0]);
    const first = Math.hypot(0.05, 0.25);
    const outcome = { ...environment.step([1, 1, 0, 0]) };
    expect(outcome.reward).toBeCloseTo(close(first, Math.hypot(0.03, 0.23)), 8);
    expect(outcome.success).toBe(false);
    let last = outcome;
    for (let i = 0; i < 12; i++) last = { ...environment.step(towards(environment.observation, [0.05, 0.85, 0.2], 0)) };
    expect(last.success).toBe(true);
    expect(last.reward).toBeCloseTo(1000 * first + 2000, 6);
  });

  test('push: a held object goes with the hand over the table, and a hand far from it earns its distance', async () => {
    const environment = await findFamily('ml1-push').create();
    const goal = [0.05, 0.85, 0.02];
    environment.setTask({ parameters: { ...task.parameters, goal } });
    environment.reset();
    const far = { ...environment.step([0, 0, 0, 1]) };
    expect(far.reward).toBeCloseTo(-Math.hypot(0.05, 0.18), 10);
    for (let i = 0; i < 9; i++) environment.step(towards(environment.observation, [0, 0.65, 0.05], -1));
    let last = { ...far };
    for (let i = 0; i < 12; i++)
      last = { ...environment.step(towards(environment.observation, [0.05, 0.85, 0.05], 1)) };
    const o = environment.observation;
    expect(o[5]).toBe(0.02);
    expect(last.success).toBe(true);
    const distance = Math.hypot(o[3]! - 0.05, o[4]! - 0.85);
    const reach = Math.hypot(o[0]! - o[3]!, o[1]! - o[4]!, o[2]! - o[5]!);
    expect(last.reward).toBeCloseTo(-reach + close(Math.hypot(0.05, 0.2), distance), 8);
  });

  test('pick-place: an object is lifted while held and falls when it is let go', async () => {
    const environment = await findFamily('ml1-pick-place').create();
    environment.setTask(task);
    environment.reset();
    for (let i = 0; i < 9; i++) environment.step(towards(environment.observation, [0, 0.65, 0.05], -1));
    expect(environment.observation[5]).toBe(0.02);
    let last = { ...environment.step([0, 0, 1, 1]) };
    const o = environment.observation;
    expect(o[5]).toBeCloseTo(0.04, 12);
    // Not yet lifted by 3 cm: -reach + grip / 50 + 100 min(0.06, z).
    expect(last.reward).toBeCloseTo(-Math.hypot(0, 0, 0.03) + 1 / 50 + 100 * 0.04, 8);
    for (let i = 0; i < 12; i++)
      last = { ...environment.step(towards(environment.observation, [0.05, 0.85, 0.23], 1)) };
    const distance = Math.hypot(o[3]! - 0.05, o[4]! - 0.85, o[5]! - 0.2);
    expect(last.success).toBe(true);
    const first = Math.hypot(0.05, 0.2, 0.14) + 0.06;
    expect(last.reward).toBeCloseTo(-0.03 + 1 / 50 + 100 * 0.06 + close(first, distance), 6);
    environment.step([0, 0, 0, -1]);
    expect(o[5]).toBe(0.02);
  });
});

describe('ends of episodes', () => {
  const ENDS: Record<string, (o: Float64Array) => boolean> = {
    'walker-params': (o) => !(o[0]! > 0.8 && o[0]! < 2 && Math.abs(o[1]!) < 1),
    'ant-fwd-back': (o) => !(o[0]! >= 0.2 && o[0]! <= 1),
    'humanoid-dir': (o) => o[0]! < 1 || o[0]! > 2,
    'half-cheetah-vel': () => false,
    'ant-goal': () => false,
  };

  test.each(Object.entries(ENDS))(
    '%s ends where its state says, and otherwise at the time limit',
    async (name, hasFallen) => {
      const [family, stream] = [findFamily(name), new Stream(4)];
      const environment = await family.create({ horizon: 120 });
      environment.setTask(family.tasks().train[0]!);
      let falls = 0;
      for (let episode = 0; episode < 3; episode++) {
        environment.reset({ seed: episode });
        for (let t = 1, over = false; !over; t++) {
          const action = Array.from({ length: family.actionSize }, () => stream.uniform(-1, 1));
          const { terminated, truncated } = environment.step(action);
          expect(terminated).toBe(hasFallen(environment.observation));
          expect(truncated).toBe(!terminated && t === 120);
          over = terminated || truncated;
          falls += terminated ? 1 : 0;
        }
      }
      if (name === 'walker-params' || name === 'humanoid-dir') expect(falls).toBeGreaterThan(0);
      environment.dispose();
    },
  );

  test('a simulation that diverges ends the episode and leaves no number that is not finite', async () => {
    const family = findFamily('walker-params');
    const task = family.tasks().train[0]!;
    const environment = await family.create();
    environment.setTask({ parameters: { ...task.parameters, dof_damping: new Array(9).fill(-1e7) } });
    environment.reset({ seed: 1 });
    let diverged = false;
    for (let t = 0, over = false; t < 50 && !over; t++) {
      const outcome = environment.step(wave(t, 6));
      expect(Number.isFinite(outcome.reward)).toBe(true);
      expect(environment.observation.every(Number.isFinite)).toBe(true);
      diverged = outcome.diverged === true;
      over = outcome.terminated || outcome.truncated;
      if (diverged) expect(outcome).toMatchObject({ reward: 0, terminated: true, truncated: false });
    }
    expect(diverged).toBe(true);
    // The next task is not touched by it.
    environment.setTask(task);
    environment.reset({ seed: 1 });
    expect(environment.step(wave(0, 6)).diverged ?? false).toBe(false);
    environment.dispose();
  });
});

test('a task of random parameters leaves nothing behind when the next one is set', async () => {
  const family = findFamily('walker-params');
  const [first, second, third] = family.tasks().train;
  const run = (environment: environments.Environment, task: Task) => {
    environment.setTask(task);
    environment.reset({ seed: 8 });
    return Array.from({ length: 10 }, (_, t) => {
      if (t > 0) environment.step(wave(t, 6));
      return Array.from(environment.observation);
    });
  };
  const [used, fresh] = [await family.create(), await family.create()];
  run(used, first!);
  run(used, second!);
  const again = run(used, third!);
  expect(again).toEqual(run(fresh, third!));
  expect(again).not.toEqual(run(fresh, first!));
  used.dispose();
  fresh.dispose();
});
