/** `heartbeat.json`: where a run stands, for anyone who looks at the folder from outside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode, writeFileAtomic } from './atomic.js';
import { liveness, processIdentitySchema, thisProcess } from './process.js';

const stateSchema = z.enum(['running', 'done', 'interrupted', 'failed']);
const heartbeatSchema = processIdentitySchema.extend({
  step: z.number(),
  totalSteps: z.number(),
  state: stateSchema,
  reason: z.string().optional(),
  updated: z.string(),
});

/** What a run says of itself. */
export type RunState = z.infer<typeof stateSchema>;

/** The contents of `heartbeat.json`; `updated` is an ISO 8601 time, `reason` says why a run was interrupted or failed. */
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** A heartbeat as seen from outside: `lost` means that it says `running` but its process is gone. */
export interface RunStatus {
  state: RunState | 'lost' | 'unknown';
  heartbeat?: Heartbeat;
}

/** Milliseconds between two writes, and the silence after which a run on another machine counts as lost. */
const interval = 1_000;
const silence = 5 * 60_000;

/** Writes `heartbeat.json`, at most once a second while the run goes on. */
export class HeartbeatWriter {
  private lastWrite = Number.NEGATIVE_INFINITY;
  private step = 0;
  private totalSteps = 0;
  private readonly identity = thisProcess();

  constructor(private readonly dir: string) {}

  /** Says that the run lives and has done `step` of `totalSteps` steps; cheap enough to call every step. */
  beat(step: number, totalSteps: number): void {
    this.step = step;
    this.totalSteps = totalSteps;
    // A clock that only goes forward: setting the computer's clock back must not silence the run.
    if (performance.now() - this.lastWrite >= interval) this.write('running');
  }

  /** Says how the run ended. */
  finish(state: Exclude<RunState, 'running'>, reason?: string): void {
    this.write(state, reason);
  }

  private write(state: RunState, reason?: string): void {
    const { step, totalSteps } = this;
    const beat: Heartbeat = { ...this.identity, step, totalSteps, state, reason, updated: new Date().toISOString() };
    writeFileAtomic(join(this.dir, 'heartbeat.json'), `${JSON.stringify(beat, null, 2)}\n`, {
      durable: state !== 'running',
    });
    this.lastWrite = performance.now();
  }
}

/** The state of the run in folder `dir`; `unknown` if it has no heartbeat yet or an unreadable one. */
export function readStatus(dir: string): RunStatus {
  let heartbeat: Heartbeat;
  try {
    heartbeat = heartbeatSchema.parse(JSON.parse(readFileSync(join(dir, 'heartbeat.json'), 'utf8')));
  } catch (error) {
    const code = errorCode(error);
    if (code !== undefined && code !== 'ENOENT') throw error;
    return { state: 'unknown' };
  }
  if (heartbeat.state !== 'running') return { state: heartbeat.state, heartbeat };
  const seen = liveness(heartbeat);
  const lost = seen === 'dead' || (seen === 'unknown' && Date.now() - Date.parse(heartbeat.updated) > silence);
  return { state: lost ? 'lost' : 'running', heartbeat };
}
