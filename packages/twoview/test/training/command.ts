// The command as a child process, from the compiled program.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../bin/twoview.js', import.meta.url));

export interface Outcome {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command that runs: its process, and how it ends. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Outcome>;
}

export function start(args: readonly string[], options: { cwd?: string; program?: string } = {}): Running {
  const child = spawn(process.execPath, [options.program ?? program, ...args], {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: '1', NO_COLOR: '1' },
  });
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    outcome.stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    outcome.stderr += text;
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
  return { child, ended };
}

/** Runs the command to its end. */
export function twoview(...args: string[]): Promise<Outcome> {
  return start(args).ended;
}
