// What the benchmarks share: worker processes that take turns, medians, a table, and a description of the machine.
//
// The two sides of a comparison are processes of their own with the same environment. They take turns round by round,
// so that whatever else the machine does meets both alike, and one waits idle while the other computes.
import { execFileSync, spawn } from 'node:child_process';
import { availableParallelism, cpus, release, type } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The Python that runs the peers; it must have torch. */
export const python = process.env.TWOVIEW_PYTHON ?? '/usr/bin/python3';

/**
 * The environment of both sides: as many threads for every library, and OpenBLAS told of the processor as the engine
 * does by itself (a peer would otherwise run on slower kernels of the same library).
 */
export async function environment(threads) {
  const { blasEnvironment } = await import('@twoview/torch/engine');
  const counts = { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
  return { ...blasEnvironment(), ...process.env, ...counts };
}

/** Starts this benchmark's own file again as the TypeScript side. */
export function typescriptSide(url, env, args = []) {
  return new Side('TypeScript', process.execPath, [fileURLToPath(url), '--worker', ...args], env);
}

/** Starts a script of peers/ as the Python side. */
export function pythonSide(script, env, args = []) {
  return new Side('Python', python, [fileURLToPath(new URL(`peers/${script}`, import.meta.url)), ...args], env);
}

/** A process that answers one line of JSON with one line of JSON. */
class Side {
  constructor(name, command, args, env) {
    this.name = name;
    // Not from the repository's root: Python would search it for modules.
    this.child = spawn(command, args, {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('peers/', import.meta.url)),
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(message) {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`the ${this.name} side ended without an answer`);
    return JSON.parse(value);
  }

  stop() {
    this.child.stdin.end();
  }
}

/** The TypeScript side's loop: answers each message with what `answer` returns. */
export async function serve(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}

/** Asks the sides in turn, `rounds` times, the first of a round alternating; returns the answers by side's name. */
export async function takeTurns(sides, rounds, message) {
  const answers = Object.fromEntries(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 ? [...sides].reverse() : sides) answers[side.name].push(await side.ask(message));
  }
  return answers;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The middle half of the values, as text. */
export function spread(values, digits = 2) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))].toFixed(digits);
  return `${at(0.25)}-${at(0.75)}`;
}

/** Prints rows of strings as a Markdown table. */
export function printTable(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  console.log(
    [line(head), line(widths.map((w, i) => (i ? `${'-'.repeat(w - 1)}:` : '-'.repeat(w)))), ...rows.map(line)].join(
      '\n',
    ),
  );
}

/** Prints what the figures below it depend on. */
export async function printMachine(env, threads) {
  const { buildRecord } = await import('@twoview/torch/engine');
  const { libtorch } = buildRecord();
  const peer = execFileSync(python, ['-c', 'import sys, torch; print(sys.version.split()[0], torch.__version__)'], {
    cwd: '/',
    env,
  });
  const [pythonVersion, torchVersion] = peer.toString().trim().split(' ');
  console.log(`${cpus()[0].model}, ${availableParallelism()} cores, ${type()} ${release()}`);
  console.log(
    `libtorch ${libtorch.version} (${libtorch.origin}), Node ${process.versions.node}, Python ${pythonVersion} with torch ${torchVersion}`,
  );
  console.log(
    `${threads} thread${threads > 1 ? 's' : ''} each, OpenBLAS core type ${env.OPENBLAS_CORETYPE ?? 'by its own choice'}\n`,
  );
}
