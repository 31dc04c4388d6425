// A phase diagram of the linear dynamics: RK4 of 100,000 scalar modes over p0 and weight decay, in plain TypeScript loops and on the
// engine, beside vectorised NumPy, whole and in chunks that fit the cache; same steps, and the largest difference of the results.
// Times are the processor's, of one thread: other programs on the machine do not lengthen them as they do wall time.
//   node benchmarks/dynamics.mjs [--rounds 3] [--columns 400] [--rows 250] [--time 300]
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
    rounds: { type: 'string', default: '3' },
    columns: { type: 'string', default: '400' },
    rows: { type: 'string', default: '250' },
    time: { type: 'string', default: '300' },
  },
});
const step = 0.1;
const chunk = 4096;

if (values.worker) await work();
else await compare();

async function work() {
  const torch = await import('@twoview/torch');
  const { phaseDiagram } = await import('twoview/theory/dynamics/sweep');
  torch.setNumThreads(1);
  const centres = (top, n) => Array.from({ length: n }, (_, i) => (top * (i + 0.5)) / n);
  const encode = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
  await serve(({ columns, rows, beta, steps, by }) => {
    const start = process.cpuUsage();
    const { p, s } = phaseDiagram(
      { name: 'p0', values: centres(1.2, columns) },
      { name: 'eta', values: centres(0.25, rows) },
      { sigma2: 0.1, ...(beta === null ? {} : { beta }) },
      { time: steps * step, step, by },
    );
    const { user, system } = process.cpuUsage(start);
    return { seconds: (user + system) / 1e6, p: encode(p), s: encode(s) };
  });
}

function decode(text) {
  const bytes = Buffer.from(text, 'base64');
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The largest difference of p and s of two answers. */
function difference(one, other) {
  return Math.max(
    ...['p', 's'].map((name) => {
      const [a, b] = [decode(one[name]), decode(other[name])];
      return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
    }),
  );
}

async function compare() {
  const [rounds, columns, rows] = [values.rounds, values.columns, values.rows].map(Number);
  const steps = Math.round(Number(values.time) / step);
  const size = columns * rows;
  const env = await environment(1);
  const ours = typescriptSide(import.meta.url, env);
  const peer = pythonSide('dynamics.py', env);
  await printMachine(env, 1);
  const ways = [
    { label: 'TypeScript, plain loops', side: ours, by: 'plain' },
    { label: 'TypeScript, engine', side: ours, by: 'engine' },
    { label: `NumPy, chunks of ${chunk}`, side: peer, chunk },
    { label: 'NumPy, whole arrays', side: peer, chunk: size },
  ];
  const rowsOfTable = [];
  for (const [target, beta] of [
    ['tau = 1', null],
    ['moving average', 0.4],
  ]) {
    // One call each that is not timed: V8 compiles what it has seen often.
    const short = { columns: 40, rows: 25, beta, steps: 200 };
    for (const way of ways) await way.side.ask({ ...short, step, by: way.by, chunk: way.chunk });
    // `takeTurns` knows sides by name: each way is a side of its own here.
    const turns = ways.map((way) => ({
      name: way.label,
      ask: (message) => way.side.ask({ ...message, by: way.by, chunk: way.chunk }),
    }));
    const answers = await takeTurns(turns, rounds, { columns, rows, beta, step, steps });
    const reference = answers[ways[0].label][0];
    for (const { label } of ways) {
      const seconds = answers[label].map((answer) => answer.seconds);
      rowsOfTable.push([
        target,
        label,
        median(seconds).toFixed(2),
        spread(seconds),
        ((median(seconds) * 1e9) / size / steps).toFixed(1),
        ((size * steps) / median(seconds) / 1e6).toFixed(0),
        difference(reference, answers[label][0]).toExponential(1),
      ]);
    }
  }
  console.log(
    `${size} trajectories of ${steps} steps of RK4 (t = ${steps * step}), float64; processor seconds, medians of ${rounds} rounds\n`,
  );
  printTable(['target', 'way', 's', 'middle half', 'ns a step', 'million steps/s', 'max difference'], rowsOfTable);
  ours.stop();
  peer.stop();
}
