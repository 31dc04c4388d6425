// How many steps a second the environments of meta-RL make: in the caller's thread; eight of them stepped together in one worker
// thread and in two; and whole episodes collected in one and in two by a policy of PEARL's size, which the workers compute as well.
// One and two take turns; rates are medians, and gains medians of the turns' ratios. How far two cores are two (that is, what two
// processes that share nothing reach) is printed first.
//   node benchmarks/environments.mjs [--seconds 1] [--rounds 3] [--families half-cheetah-vel,ant-goal] [--hidden 300]
import { spawn } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { printTable } from './harness.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    families: { type: 'string' },
    hidden: { type: 'string', default: '300' },
    // Prints one family's rate in this process alone, and nothing else.
    alone: { type: 'string' },
  },
});
const { environments } = await import('twoview/metarl');
const { createVectorEnvironments, families, findFamily, Stream } = environments;
const seconds = Number(values.seconds);
const chosen = values.families ? values.families.split(',').map(findFamily) : families;

/** Calls `work` until the time is over, after a third of it as warm-up. @returns steps a second */
async function rate(work) {
  const run = async (ms) => {
    const start = performance.now();
    let steps = 0;
    while (performance.now() - start < ms) steps += await work();
    return (steps / (performance.now() - start)) * 1000;
  };
  await run(seconds * 300);
  return run(seconds * 1000);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

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

/** The rate of a process of its own. */
const rateOfProcess = (family) =>
  new Promise((resolve, reject) => {
    const own = [process.argv[1], '--alone', family, '--seconds', values.seconds];
    let text = '';
    const child = spawn(process.execPath, own, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('exit', () => resolve(Number(text)));
  });

if (values.alone) {
  console.log(await single(findFamily(values.alone)));
  process.exit(0);
}

console.log(
  `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node}, MuJoCo in WebAssembly`,
);
console.log(`load of the machine at the start: ${loadavg()[0].toFixed(1)}`);
const share = [];
for (let i = 0; i < Number(values.rounds); i++) {
  const one = await rateOfProcess('half-cheetah-vel');
  const two = await Promise.all([rateOfProcess('half-cheetah-vel'), rateOfProcess('half-cheetah-vel')]);
  share.push((two[0] + two[1]) / one);
}
console.log(`two processes that share nothing: ${median(share).toFixed(2)} times one (half-cheetah-vel)\n`);

const whole = (value) => Math.round(value).toLocaleString('en');
const rows = [];
for (const family of chosen) {
  const turns = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    turns.push({
      single: await single(family),
      steps: [await together(family, 1), await together(family, 2)],
      episodes: [await collecting(family, 1), await collecting(family, 2)],
    });
  }
  const of = (pick) => median(turns.map(pick));
  const pair = (name) => [
    whole(of((turn) => turn[name][0])),
    whole(of((turn) => turn[name][1])),
    of((turn) => turn[name][1] / turn[name][0]).toFixed(2),
  ];
  rows.push([family.name, whole(of((turn) => turn.single)), ...pair('steps'), ...pair('episodes')]);
}
printTable(
  [
    'family',
    'one thread',
    'one worker',
    'two workers',
    'gain',
    'episodes, one worker',
    'episodes, two workers',
    'gain',
  ],
  rows,
);
