// How many steps a second the environments of meta-RL make: on one core, in the caller's thread; with two worker threads stepped together;
// and whole episodes collected in two workers by a policy of PEARL's size. Times of the processor do not count what other
// programs on the machine take; those of the clock do.
//   node benchmarks/environments.mjs [--seconds 2] [--families half-cheetah-vel,ant-goal] [--hidden 300]
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { printTable } from './harness.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    families: { type: 'string' },
    hidden: { type: 'string', default: '300' },
  },
});
const { environments } = await import('twoview/metarl');
const { createVectorEnvironments, families, findFamily, Stream } = environments;
const seconds = Number(values.seconds);
const chosen = values.families ? values.families.split(',').map(findFamily) : families;

/** Calls `work` until the time is over, after a tenth of it as warm-up. @returns steps a second of clock and processor */
async function rate(work) {
  const run = async (ms) => {
    const [start, used] = [performance.now(), process.cpuUsage()];
    let steps = 0;
    while (performance.now() - start < ms) steps += await work();
    const { user, system } = process.cpuUsage(used);
    return { clock: (steps / (performance.now() - start)) * 1000, processor: (steps / (user + system)) * 1e6 };
  };
  await run(seconds * 300);
  return run(seconds * 1000);
}

async function single(family) {
  const environment = await family.create();
  const [stream, action] = [new Stream(1), new Float64Array(family.actionSize)];
  environment.setTask(family.tasks().train[0]);
  environment.reset({ seed: 1 });
  const result = await rate(() => {
    for (let k = 0; k < 100; k++) {
      for (let i = 0; i < action.length; i++) action[i] = stream.uniform(-1, 1);
      const { terminated, truncated } = environment.step(action);
      if (terminated || truncated) environment.reset();
    }
    return 100;
  });
  environment.dispose();
  return result;
}

/** Steps of all environments together; those that are over are started again at once. */
async function together(family, workers) {
  const count = 8;
  const vector = await createVectorEnvironments({ family, workers, count });
  const [stream, actions] = [new Stream(1), new Float64Array(count * family.actionSize)];
  const { train } = family.tasks();
  vector.setTasks(Array.from({ length: count }, (_, i) => train[i % train.length]));
  vector.reset({ seed: 1 });
  const result = await rate(() => {
    for (let k = 0; k < 10; k++) {
      for (let i = 0; i < actions.length; i++) actions[i] = stream.uniform(-1, 1);
      vector.step(actions);
      const over = [];
      for (let i = 0; i < count; i++) if (vector.terminated[i] || vector.truncated[i]) over.push(i);
      if (over.length > 0) vector.reset({ which: over });
    }
    return 10 * count;
  });
  await vector.close();
  return result;
}

function policy({ observationSize, actionSize }) {
  const [stream, hidden] = [new Stream(2), Number(values.hidden)];
  const layer = (inputs, outputs, scale) => ({
    inputs,
    outputs,
    weight: Float32Array.from({ length: inputs * outputs }, () => scale * stream.uniform(-1, 1)),
    bias: new Float32Array(outputs).fill(0.1),
  });
  const scale = 1 / Math.sqrt(hidden);
  const layers = [
    layer(observationSize + 5, hidden, scale),
    layer(hidden, hidden, scale),
    layer(hidden, hidden, scale),
  ];
  layers.push(layer(hidden, 2 * actionSize, 1e-3));
  return { observationSize, latentSize: 5, actionSize, layers, logStd: { min: -20, max: 2 } };
}

async function collecting(family, workers) {
  const vector = await createVectorEnvironments({ family, workers });
  const { train } = family.tasks();
  const weights = policy(family);
  let seed = 0;
  const result = await rate(async () => {
    const requests = Array.from({ length: 8 }, (_, i) => ({
      task: train[i % train.length],
      latent: new Float64Array(5),
      seed: seed++,
    }));
    const episodes = await vector.collect(weights, requests);
    return episodes.reduce((sum, { length }) => sum + length, 0);
  });
  await vector.close();
  return result;
}

console.log(
  `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node}, MuJoCo in WebAssembly`,
);
console.log(`load of the machine at the start: ${loadavg()[0].toFixed(1)}\n`);
const rows = [];
const whole = (value) => Math.round(value).toLocaleString('en');
for (const family of chosen) {
  const [one, two, episodes] = [await single(family), await together(family, 2), await collecting(family, 2)];
  rows.push([
    family.name,
    whole(one.clock),
    whole(one.processor),
    whole(two.clock),
    whole(episodes.clock),
    whole(episodes.processor),
  ]);
}
printTable(
  ['family', 'one thread', 'one thread, processor', 'two workers', 'two workers, episodes', 'episodes, processor'],
  rows,
);
