// Environments in wrong hands: used after dispose, closed while they collect, given what is no task, no action or no state.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { environments } from 'twoview/metarl';
import { expect, test } from 'vitest';
import { writeMetaWorldModel } from './meta-world-model.js';

const { createVectorEnvironments, findFamily, loadMetaWorld, Simulation } = environments;
type Task = environments.Task;

const robots = findFamily('point-robot');
const goals = robots.tasks().train.slice(0, 3);
/** Two numbers for each of three robots. */
const actions = [0.1, -0.2, 0.3, 0.1, 0.5, 0.5];

/** What type and TypeScript would not let through. */
const wrongTask = (task: unknown): Task => task as Task;

const inThreeRobots = async <T>(
  workers: number,
  use: (vector: environments.VectorEnvironments) => T,
  horizon = 20,
): Promise<Awaited<T>> => {
  const vector = await createVectorEnvironments({ family: robots, workers, count: 3, horizon });
  try {
    return await use(vector);
  } finally {
    await vector.close();
  }
};

const layer = (inputs: number, outputs: number) => ({
  inputs,
  outputs,
  weight: new Float32Array(inputs * outputs),
  bias: new Float32Array(outputs),
});
const policy = (observationSize: number, actionSize: number): environments.PolicyWeights => ({
  observationSize,
  latentSize: 1,
  actionSize,
  layers: [layer(observationSize + 1, 2 * actionSize)],
  logStd: { min: -20, max: 2 },
});
const requests = (count: number): environments.EpisodeRequest[] =>
  Array.from({ length: count }, (_, seed) => ({ task: goals[0]!, latent: [0], seed }));

test('what was disposed of hands out no memory, which may be that of another environment', async () => {
  const simulation = await Simulation.create(environments.bodies.walker2d);
  simulation.dispose();
  expect(() => simulation.views).toThrow(/disposed of/);
  expect(() => simulation.modelViews).toThrow(/disposed of/);

  const family = findFamily('walker-params');
  const [first, second] = family.tasks().train;
  const [environment, other] = [await family.create(), await family.create()];
  for (const each of [environment, other]) {
    each.setTask(first!);
    each.reset({ seed: 1 });
  }
  environment.dispose();
  const still = new Float64Array(6);
  for (const use of [
    () => environment.setTask(second!),
    () => environment.step(still),
    () => environment.frame?.(),
    () => environment.state(),
    () => environment.restore(other.state()),
    () => environment.reset(),
  ])
    expect(use).toThrow(/walker2d-params was disposed of: create another/);
  other.dispose();
});

test.each([0, 1, 2])('%i workers: closing ends a collection after the episodes under way', async (workers) => {
  const vector = await createVectorEnvironments({ family: robots, workers });
  const collection = vector.collect(policy(2, 2), requests(30));
  const closed = vector.close();
  const begun = Math.max(1, workers);
  await expect(collection).rejects.toThrow(`were closed when ${begun} of 30 episodes had begun`);
  await closed;
  await vector.close();

  const another = await createVectorEnvironments({ family: robots, workers });
  const whole = another.collect(policy(2, 2), requests(begun));
  await another.close();
  expect((await whole).map(({ length }) => length)).toEqual(new Array(begun).fill(20));
});

test('a message that cannot be sent to one worker leaves none behind the others', async () => {
  const step = (vector: environments.VectorEnvironments) => {
    vector.setTasks(goals);
    vector.reset({ seed: 3 });
    return Array.from(vector.step(actions).observations);
  };
  const expected = await inThreeRobots(0, step);
  const observed = await inThreeRobots(3, async (vector) => {
    const closure = wrongTask({ parameters: { goal: [1, 2], of: () => 1 } });
    expect(() => vector.setTasks([goals[0]!, closure, goals[2]!])).toThrow(/plain data.*could not be cloned/);
    const request = { ...requests(1)[0]!, of: () => 1 };
    await expect(vector.collect(policy(2, 2), [...requests(2), request])).rejects.toThrow(/plain data/);
    return step(vector);
  });
  expect(observed).toEqual(expected);
});

test.each([0, 1, 3])('%i workers: one wrong environment does not decide which others are stepped', async (workers) => {
  await inThreeRobots(workers, (vector) => {
    vector.setTasks(goals);
    const start = Array.from(vector.reset({ seed: 3 }));
    const wrong = actions.with(3, Number.NaN);
    expect(() => vector.step(wrong)).toThrow('Action 1 of environment 1 of point-robot is NaN: it has to be finite.');
    expect(Array.from(vector.observations)).toEqual(start);

    // Environment 1 gets a task, and so needs a reset.
    vector.setTasks(goals);
    vector.reset({ which: [0, 2] });
    const before = Array.from(vector.observations);
    expect(() => vector.step(actions)).toThrow(/point-robot is over: call reset/);
    const moved = before.map((x, i) => (i === 2 || i === 3 ? x : x + 0.1 * actions[i]!));
    expect(Array.from(vector.observations)).toEqual(moved);

    const noTask = wrongTask({ parameters: {} });
    expect(() => vector.setTasks([noTask, goals[1]!, goals[2]!])).toThrow(RangeError);
    expect(() => vector.step(actions)).toThrow(/is over/);
    vector.reset({ which: [1, 2] });
    const again = Array.from(vector.observations);
    // The robot whose task was refused goes on with the one it had.
    vector.step(actions);
    expect(Array.from(vector.observations)).toEqual(again.map((x, i) => x + 0.1 * actions[i]!));
  });
});

test.each([0, 1])('%i workers: after other tasks a step needs a reset, also if episodes were over', async (workers) => {
  await inThreeRobots(
    workers,
    (vector) => {
      for (const steps of [1, 2]) {
        vector.setTasks(goals);
        vector.reset({ seed: 1 });
        for (let t = 0; t < steps; t++) vector.step(actions);
        expect(Array.from(vector.truncated)).toEqual(new Array(3).fill(steps === 2 ? 1 : 0));
        vector.setTasks(goals);
        expect(() => vector.step(actions)).toThrow(/is over: call reset/);
      }
    },
    2,
  );
});

test('what is no task of the family is a RangeError, from a worker too', async () => {
  const nothing = [undefined, null, {}, 5, { parameters: null }];
  const goalless = [null, 'ab', [1], [1, Number.NaN], ['1', '2'], { length: 2 }].map((goal) => ({
    parameters: { goal },
  }));
  const [cheetah, robot] = [await findFamily('half-cheetah-vel').create(), await robots.create()];
  for (const task of [...nothing, ...goalless].map(wrongTask)) {
    expect(() => cheetah.setTask(task)).toThrow(RangeError);
    expect(() => robot.setTask(task)).toThrow(RangeError);
  }
  cheetah.dispose();
  await inThreeRobots(1, (vector) => {
    expect(() => vector.setTasks([goals[0]!, wrongTask(undefined), goals[2]!])).toThrow(RangeError);
  });
});

test('a walker has masses and inertias that are positive', async () => {
  const family = findFamily('walker-params');
  const [task] = family.tasks().train;
  const walker = await family.create();
  for (const name of ['body_mass', 'body_inertia']) {
    for (const value of [0, -1]) {
      const values = (task!.parameters[name] as readonly number[]).with(2, value);
      const wrong = { parameters: { ...task!.parameters, [name]: values } };
      expect(() => walker.setTask(wrong)).toThrow(`number 2 of "${name}" is ${value}`);
    }
  }
  walker.dispose();
});

test('collect refuses a policy of another body and a request that is not there', async () => {
  await inThreeRobots(0, async (vector) => {
    await expect(vector.collect(policy(20, 6), requests(1))).rejects.toThrow(
      /observations of 20 numbers and gives actions of 6: those of point-robot have 2 and 2/,
    );
    const some = requests(3);
    delete some[1];
    await expect(vector.collect(policy(2, 2), some)).rejects.toThrow(/Request 1 of 3 is not there/);
  });
});

test.each(['point-robot', 'ml1-push', 'walker-params'])(
  '%s: an episode under way is not restored from numbers that are not finite',
  async (name) => {
    const family = findFamily(name);
    const environment = await family.create();
    environment.setTask(family.tasks().train[0]!);
    environment.reset({ seed: 1 });
    const state = environment.state();
    for (let i = 0; i < state.values.length; i++) {
      const values = state.values.with(i, Number.NaN);
      expect(() => environment.restore({ ...state, values })).toThrow(`Number ${i} of this state of ${name} is NaN`);
    }
    expect(environment.state()).toEqual(state);
    environment.dispose();
  },
);

test('the state of an episode that diverged can be restored', async () => {
  const family = findFamily('walker-params');
  const [task] = family.tasks().train;
  const environment = await family.create();
  environment.setTask({ parameters: { ...task!.parameters, dof_damping: new Array(9).fill(-1e7) } });
  environment.reset({ seed: 1 });
  const push = [1, -1, 1, -1, 1, -1];
  while (!environment.step(push).terminated);
  const state = environment.state();
  expect(state.values.every(Number.isFinite)).toBe(false);
  environment.restore(state);
  expect(environment.state()).toEqual(state);
  expect(() => environment.step(push)).toThrow(/is over/);
  environment.dispose();
});

test('a model of Meta-World that includes itself is refused', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'twoview-meta-world-'));
  const include = (file: string) => `<mujocoinclude><include file="${file}"/></mujocoinclude>`;
  try {
    writeMetaWorldModel(folder);
    writeFileSync(path.join(folder, 'sawyer_xyz', 'hand.xml'), include('./hand.xml'));
    await expect(loadMetaWorld(folder, 'push')).rejects.toThrow(/sawyer_xyz\/hand.xml includes itself/);
    writeFileSync(path.join(folder, 'sawyer_xyz', 'hand.xml'), include('arm.xml'));
    writeFileSync(path.join(folder, 'sawyer_xyz', 'arm.xml'), include('hand.xml'));
    await expect(loadMetaWorld(folder, 'push')).rejects.toThrow(
      /hand.xml includes itself .*hand.xml includes sawyer_xyz\/arm.xml includes sawyer_xyz\/hand.xml/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
