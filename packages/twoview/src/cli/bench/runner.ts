// Runs a bench's cells, some at a time, each in a process of its own, until all are done or someone asks to stop.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readStatus } from '../../runs/index.js';
import type { Config } from '../../training/index.js';
import { readExtras } from './measure.js';
import type { Cell, RunMessage, RunOutcome, RunRequest } from './messages.js';

export interface RunnerOptions {
  jobs: number;
  /** The configuration of a cell that has no run yet. */
  configOf: (cell: Cell) => Config;
  environment: Record<string, unknown>;
  onStart: (cell: Cell) => void;
  onMessage: (cell: Cell, message: Extract<RunMessage, { type: 'session' }>['message']) => void;
  onEnd: (cell: Cell, outcome: RunOutcome) => void;
}

/** Whether a cell's folder holds a run that can be gone on with: a killed process may have left one without configuration. */
const holdsRun = (dir: string): boolean =>
  existsSync(path.join(dir, 'environment.json')) && existsSync(path.join(dir, 'config.yaml'));

/** What is left to do for a cell: nothing (`done`, `failed`), or work. */
export function cellState(dir: string): 'done' | 'failed' | 'open' {
  if (!holdsRun(dir)) return 'open';
  const { state } = readStatus(dir);
  if (state === 'done') return readExtras(dir) ? 'done' : 'open';
  return state === 'failed' ? 'failed' : 'open';
}

function requestFor(cell: Cell, { configOf, environment }: RunnerOptions): RunRequest {
  const { dir } = cell;
  const here = { ...environment, started: new Date().toISOString() };
  if (!holdsRun(dir)) {
    const force = existsSync(path.join(dir, 'environment.json'));
    return { kind: 'train', dir, config: configOf(cell), force, init: null, environment: here };
  }
  return readStatus(dir).state === 'done' ? { kind: 'measure', dir } : { kind: 'resume', dir, environment: here };
}

/** A killed command's runs end themselves within moments. */
async function orphanIsGone(dir: string): Promise<void> {
  for (let i = 0; i < 100 && readStatus(dir).state === 'running'; i++) await setTimeout(100);
}

const program = fileURLToPath(new URL('./child.js', import.meta.url));

/** Starts a process group of its own: Ctrl-C is the command's to pass on, once. */
function startChild(
  request: RunRequest,
  onMessage: (message: Extract<RunMessage, { type: 'session' }>['message']) => void,
): { child: ChildProcess; ended: Promise<RunOutcome> } {
  const child = fork(program, [], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said: RunOutcome | undefined;
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  child.on('message', (message: RunMessage) => {
    if (message.type === 'ended') said = message.outcome;
    else onMessage(message.message);
  });
  const ended = new Promise<RunOutcome>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'failed', reason: error.message }));
    child.on('close', (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      const last = errors.trim().split('\n').at(-1);
      const reason = `its process ${how}${last ? ` (${last})` : ''}; call again to go on from its last checkpoint`;
      resolve(said ?? (code === 130 ? { kind: 'interrupted' } : { kind: 'failed', reason }));
    });
  });
  child.send(request, () => {}); // a process that could not start says so by `error` or `close`
  return { child, ended };
}

/**
 * Works on the cells in order. SIGINT, SIGTERM and SIGHUP save what is running and stop; a second signal ends it at once.
 * @returns whether it was asked to stop
 */
export async function runCells(cells: readonly Cell[], options: RunnerOptions): Promise<'done' | 'interrupted'> {
  const queue = [...cells];
  const running = new Set<ChildProcess>();
  let stopping = false;
  const interrupt = (): void => {
    for (const child of running) child.kill(stopping ? 'SIGKILL' : 'SIGINT');
    if (stopping) process.exit(130);
    stopping = true;
  };
  const work = async (): Promise<void> => {
    for (let cell = queue.shift(); cell && !stopping; cell = queue.shift()) {
      const current = cell;
      await orphanIsGone(current.dir);
      if (stopping) return;
      options.onStart(current);
      const { child, ended } = startChild(requestFor(current, options), (message) =>
        options.onMessage(current, message),
      );
      running.add(child);
      const outcome = await ended;
      running.delete(child);
      options.onEnd(current, stopping && outcome.kind === 'failed' ? { kind: 'interrupted' } : outcome);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, work));
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
  return stopping ? 'interrupted' : 'done';
}
