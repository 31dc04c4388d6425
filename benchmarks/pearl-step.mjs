// A gradient step of PEARL, TypeScript beside Python on the same libtorch: steps a second. The Python side is organised as PEARL's public
// program is: a module and an Adam for every network. Both have their batch in memory; sampling it is not measured.
//   node benchmarks/pearl-step.mjs [--size small|paper] [--threads 1] [--rounds 9] [--steps N] [--json]
// small: the point robot in a reduced size; paper: half-cheetah with the networks and batches of the paper.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  environment,
  median,
  printMachine,
  printTable,
  pythonSide,
  serve,
  spread,
  takeTurns,
  typescriptSide,
} from './harness.mjs';

const { values } = parseArgs({
  options: {
    worker: { type: 'boolean' },
    size: { type: 'string', default: 'small' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '9' },
    steps: { type: 'string' },
    json: { type: 'boolean' },
  },
});

const presets = {
  small: {
    sizes: { observation: 2, action: 2, tasks: 80, nextObservation: false },
    agent: {
      hidden: [64, 64, 64],
      encoderHidden: [64, 64, 64],
      latent: 5,
      metaBatch: 8,
      batch: 64,
      contextSize: 32,
      learningRate: 1e-3,
      rewardScale: 100,
    },
    steps: 40,
  },
  paper: {
    sizes: { observation: 20, action: 6, tasks: 100, nextObservation: false },
    agent: {
      hidden: [300, 300, 300],
      encoderHidden: [200, 200, 200],
      latent: 5,
      metaBatch: 16,
      batch: 256,
      contextSize: 64,
      learningRate: 3e-4,
      rewardScale: 5,
    },
    steps: 2,
  },
};
const preset = presets[values.size];
if (!preset) throw new RangeError(`--size is ${Object.keys(presets).join(' or ')}, not ${values.size}`);

if (values.worker) await work();
else await compare();

async function work() {
  const torch = await import('@twoview/torch');
  const { Agent, agentSchema, StepBatch, Stream } = await import('twoview/metarl/agent');
  torch.setNumThreads(Number(values.threads));
  const config = agentSchema.parse(preset.agent);
  const agent = new Agent(preset.sizes, config, { seed: 1 });
  const batch = new StepBatch(preset.sizes, config);
  const stream = new Stream(1);
  for (const name of ['observations', 'rewards', 'nextObservations', 'features']) {
    const { array } = batch[name];
    for (let i = 0; i < array.length; i++) array[i] = stream.normal();
  }
  const { array } = batch.actions;
  for (let i = 0; i < array.length; i++) array[i] = 2 * stream.uniform() - 1;

  await serve(async ({ steps }) => {
    const start = performance.now();
    const cpu = process.cpuUsage();
    let loss = 0;
    for (let i = 0; i < steps; i++) {
      torch.scope(() => {
        const losses = agent.step(batch);
        if (i === steps - 1) loss = losses.q.item();
      });
      await new Promise(setImmediate); // as training does
    }
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peakResident = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
    return { stepsPerSecond: steps / seconds, cpuPerStep: (user + system) / 1000 / steps, loss, peakResident };
  });
}

async function compare() {
  const threads = Number(values.threads);
  const steps = Number(values.steps ?? preset.steps);
  const env = await environment(threads);
  const { observation, action } = preset.sizes;
  const sides = [
    typescriptSide(import.meta.url, env, ['--threads', values.threads, '--size', values.size]),
    pythonSide('pearl_step.py', env, [values.threads, JSON.stringify({ observation, action, ...preset.agent })]),
  ];
  await takeTurns(sides, 1, { steps });
  const answers = await takeTurns(sides, Number(values.rounds), { steps });
  for (const side of sides) side.stop();
  const rows = sides.map(({ name }) => {
    const of = (key) => answers[name].map((answer) => answer[key]);
    return {
      side: name,
      stepsPerSecond: median(of('stepsPerSecond')),
      spread: spread(of('stepsPerSecond'), 1),
      cpuPerStep: median(of('cpuPerStep')),
      peakResidentMB: answers[name].at(-1).peakResident / 2 ** 20,
      lastLoss: answers[name].at(-1).loss,
    };
  });
  const ratio = rows[0].stepsPerSecond / rows[1].stepsPerSecond;
  const cpuRatio = rows[1].cpuPerStep / rows[0].cpuPerStep;
  if (values.json) {
    console.log(
      JSON.stringify({ threads, coreType: env.OPENBLAS_CORETYPE ?? null, size: values.size, rows, ratio, cpuRatio }),
    );
    return;
  }
  await printMachine(env, threads);
  const { hidden, encoderHidden, metaBatch, batch, contextSize } = preset.agent;
  console.log(
    `PEARL, O ${observation}, A ${action}, networks ${hidden.join('-')}, encoder ${encoderHidden.join('-')}, ${metaBatch} tasks of ${batch} transitions and ${contextSize} of context, float32; ${values.rounds} rounds of ${steps} steps\n`,
  );
  printTable(
    ['side', 'steps/s, median', 'middle half', 'CPU ms/step', 'peak resident, MB', 'last J_Q'],
    rows.map((row) => [
      row.side,
      row.stepsPerSecond.toFixed(1),
      row.spread,
      row.cpuPerStep.toFixed(2),
      row.peakResidentMB.toFixed(0),
      row.lastLoss.toPrecision(4),
    ]),
  );
  console.log(`\nTypeScript to Python: ${ratio.toFixed(2)} by the clock, ${cpuRatio.toFixed(2)} by CPU time`);
}
