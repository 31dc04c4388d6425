// Is it the learning or the exploration that keeps the sparse point robot (claim P5) from its goals? Trains the agent of that claim on
// contexts that explore everywhere: walks to random places on and about the half circle, in place of what the agent itself would play. Then tests
// it twice: after exploration of its own, and after ten such walks.
//   node papers/tcl/exploration.mjs [--algorithm pearl] [--seed 0] [--steps 12000]
import { parseArgs } from 'node:util';
import * as torch from '@twoview/torch';
import { metaTest, resolveMetaRl, returnOf, sizesOf, summarize, tasksOf } from 'twoview/metarl';
import { Agent, contextOf, drawLatent, ReplayBuffers, StepBatch, Stream } from 'twoview/metarl/agent';
import { createVectorEnvironments, findFamily } from 'twoview/metarl/environments';

const { values } = parseArgs({
  options: {
    algorithm: { type: 'string', default: 'pearl' },
    seed: { type: 'string', default: '0' },
    steps: { type: 'string', default: '12000' },
  },
});
const [seed, steps] = [Number(values.seed), Number(values.steps)];
torch.setNumThreads(1);

const family = findFamily('sparse-point-robot');
const config = resolveMetaRl({ family: family.name, algorithm: values.algorithm, recipe: 'small' });
const tasks = tasksOf(family, config);
const sizes = sizesOf(family, tasks);
const agent = new Agent(sizes, config.agent, { seed });
const buffers = new ReplayBuffers(sizes, config.agent, { seed });
const stream = new Stream(seed, 9);
const uniform = (from, to) => from + (to - from) * stream.uniform();

const robot = await family.create();

/** An episode that walks, unsteadily, to a place between 0.6 and 1.2 from the start in a random direction of the upper half. */
function walk(task) {
  const { horizon } = family;
  const [direction, distance] = [uniform(0, Math.PI), uniform(0.6, 1.2)];
  const place = [distance * Math.cos(direction), distance * Math.sin(direction)];
  const observations = new Float32Array(2 * (horizon + 1));
  const actions = new Float32Array(2 * horizon);
  const [rewards, contextRewards] = [new Float64Array(horizon), new Float64Array(horizon)];
  robot.setTask(task);
  robot.reset({ seed: stream.next() });
  for (let t = 0; t < horizon; t++) {
    const action = place.map((x, i) => 6 * (x - robot.observation[i]) + uniform(-0.5, 0.5));
    const clipped = action.map((value) => Math.max(-1, Math.min(1, value)));
    actions.set(clipped, 2 * t);
    const { reward, sparseReward } = robot.step(action);
    rewards[t] = reward;
    contextRewards[t] = sparseReward;
    observations.set(robot.observation, 2 * (t + 1));
  }
  const nextObservations = observations.subarray(2);
  return { length: horizon, observations, actions, rewards, contextRewards, nextObservations, terminated: false };
}

for (const [number, task] of tasks.train.entries())
  for (let i = 0; i < 40; i++) buffers.add(number, walk(task), 'both');

const batch = new StepBatch(sizes, config.agent);
for (let step = 1; step <= steps; step++) torch.scope(() => void agent.step(buffers.sample(batch)));

const environments = await createVectorEnvironments({ family, workers: 0 });
const policy = agent.policyWeights();
const player = { play: (requests) => environments.collect(policy, requests) };
const own = await metaTest({ agent, tasks: tasks.test, player, runs: 4, steps: 400, explorationTrajectories: 5, seed });
console.log(
  `own exploration, return of trajectory 1, 2, ...: ${summarize(own)
    .byTrajectory.map((value) => value.toFixed(1))
    .join(' ')}`,
);

const returns = [];
for (const task of tasks.test) {
  for (let run = 0; run < 4; run++) {
    const context = Array.from({ length: 10 }, () => [...contextOf(walk(task), sizes)]).flat();
    const latent = drawLatent(agent.posterior(context), stream);
    const [episode] = await environments.collect(policy, [{ task, latent, seed: run, deterministic: true }]);
    returns.push(returnOf(episode));
  }
}
console.log(`after ten walks to random places: ${(returns.reduce((a, b) => a + b, 0) / returns.length).toFixed(2)}`);
robot.dispose();
await environments.close();
