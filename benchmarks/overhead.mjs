// What one call of a small operator costs, TypeScript beside Python on the same libtorch, one thread.
//   node benchmarks/overhead.mjs [--rounds 15] [--json]
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
  options: { worker: { type: 'boolean' }, rounds: { type: 'string', default: '15' }, json: { type: 'boolean' } },
});

if (values.worker) await work();
else await compare();

/**
 * Microseconds a call of every operator: the least of many short windows, which the rest of the machine interrupts less.
 * A window is scopes of 100 calls, so freeing is part of the time.
 */
async function work() {
  const torch = await import('@twoview/torch');
  torch.setNumThreads(1);
  const a = torch.ones([2, 2]);
  const b = torch.ones([2, 2]);
  const w = torch.ones([2, 2], { requiresGrad: true });
  const operators = {
    add: () => a.add(b),
    'mul_ (in place)': () => a.mul_(b),
    relu: () => a.relu(),
    'matmul 2x2': () => a.matmul(b),
    view: () => a.view([4]),
    'sum(dim, keepdim)': () => a.sum(1, true),
    'add, recorded': () => w.add(b),
  };
  const time = (operator, { windows, calls }) => {
    let least = Infinity;
    for (let window = 0; window < windows; window++) {
      const start = performance.now();
      for (let done = 0; done < calls; done += 100) {
        torch.scope(() => {
          for (let i = 0; i < 100; i++) operator();
        });
      }
      least = Math.min(least, ((performance.now() - start) * 1000) / calls);
    }
    return least;
  };
  await serve((size) =>
    Object.fromEntries(Object.entries(operators).map(([name, operator]) => [name, time(operator, size)])),
  );
}

async function compare() {
  const env = await environment(1);
  const sides = [typescriptSide(import.meta.url, env), pythonSide('overhead.py', env)];
  await takeTurns(sides, 2, { windows: 40, calls: 500 });
  const answers = await takeTurns(sides, Number(values.rounds), { windows: 40, calls: 500 });
  for (const side of sides) side.stop();
  const rows = Object.keys(answers.TypeScript[0]).map((operator) => {
    const [ours, theirs] = sides.map(({ name }) => answers[name].map((answer) => answer[operator]));
    return { operator, typescript: median(ours), python: median(theirs), spread: [spread(ours), spread(theirs)] };
  });
  if (values.json) {
    console.log(JSON.stringify(rows));
    return;
  }
  await printMachine(env, 1);
  printTable(
    ['microseconds a call, median', 'TypeScript', 'Python', 'ratio', 'middle half, TypeScript', 'Python'],
    rows.map((row) => [
      row.operator,
      row.typescript.toFixed(2),
      row.python.toFixed(2),
      (row.typescript / row.python).toFixed(2),
      ...row.spread,
    ]),
  );
}
