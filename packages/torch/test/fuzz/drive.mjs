// Runs fuzz children one after the other, names each call that ended one, and goes on behind it.
// `node drive.mjs --seed 1 --calls 200000 [--only NAME] [--fence]`
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/** Compiles fence.c, which puts every tensor's memory against an unmapped page; null without a C compiler. */
export function buildFence(folder) {
  const output = join(folder, 'fence.so');
  const source = fileURLToPath(new URL('fence.c', import.meta.url));
  const { status } = spawnSync('cc', ['-O2', '-shared', '-fPIC', source, '-o', output, '-ldl', '-lpthread'], {
    stdio: 'inherit',
  });
  return status === 0 && existsSync(output) ? output : null;
}

function runChild(args, log, env, secondsPerCall) {
  return new Promise((resolve) => {
    const process_ = spawn(process.execPath, [child, ...args, '--log', log], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    let seen = '';
    let since = Date.now();
    const watch = setInterval(() => {
      const now = existsSync(log) ? readFileSync(log, 'utf8') : '';
      if (now !== seen) [seen, since] = [now, Date.now()];
      else if (Date.now() - since > (now ? secondsPerCall : 180) * 1000) process_.kill('SIGKILL');
    }, 500);
    process_.stdout.on('data', (data) => {
      out += data;
    });
    process_.stderr.on('data', (data) => {
      err = (err + data).slice(-20000);
    });
    process_.on('close', (code, signal) => {
      clearInterval(watch);
      resolve({ code, signal, out, err });
    });
  });
}

/**
 * Makes `calls` random calls in child processes.
 * @returns what was made, and the calls that ended a process: `{ calls, succeeded, refused, crashes: [{ index, name, signal }] }`
 */
export async function fuzz({
  seed,
  calls,
  from = 0,
  only,
  env = {},
  secondsPerCall = 30,
  onCrash = () => {},
  onSlow = () => {},
}) {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const log = join(folder, 'call');
  const result = { calls: 0, succeeded: 0, refused: 0, crashes: [] };
  try {
    let next = from;
    while (next < from + calls) {
      rmSync(log, { force: true });
      const args = [
        '--seed',
        String(seed),
        '--from',
        String(next),
        '--calls',
        String(from + calls - next),
        ...(only ? ['--only', only] : []),
      ];
      const { code, signal, out, err } = await runChild(args, log, env, secondsPerCall);
      for (const line of err.split('\n')) if (line.startsWith('slow:')) onSlow(line);
      if (code === 0) {
        const { succeeded, refused } = JSON.parse(out.trim().split('\n').at(-1));
        result.succeeded += succeeded;
        result.refused += refused;
        result.calls += from + calls - next;
        break;
      }
      const text = existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
      const [, index, name] = /^(\d+) (\S+)/.exec(text) ?? [null, next, 'nothing: the child did not start'];
      const crash = { index: Number(index), name, signal: signal ?? `exit ${code}`, err: err.slice(-1500) };
      result.crashes.push(crash);
      onCrash(crash);
      if (!text) break;
      result.calls += crash.index + 1 - next;
      next = crash.index + 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      calls: { type: 'string', default: '10000' },
      from: { type: 'string', default: '0' },
      only: { type: 'string' },
      fence: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '30' },
    },
  });
  const env = {};
  const folder = mkdtempSync(join(tmpdir(), 'fence-'));
  if (values.fence) env.LD_PRELOAD = buildFence(folder);
  const result = await fuzz({
    seed: Number(values.seed),
    calls: Number(values.calls),
    from: Number(values.from),
    only: values.only,
    env,
    secondsPerCall: Number(values.seconds),
    onCrash: ({ index, name, signal, err }) =>
      console.log(
        `${signal}: seed ${values.seed} call ${index} ${name}${String(signal).startsWith('exit') ? `\n${err}` : ''}`,
      ),
    onSlow: (line) => console.log(line.slice(0, 300)),
  });
  rmSync(folder, { recursive: true, force: true });
  console.log(JSON.stringify({ ...result, crashes: result.crashes.length }));
  process.exitCode = result.crashes.length ? 1 : 0;
}
