// What the command and the process of one run say to each other.
import type { SessionMessage, SessionRequest } from '../session/protocol.js';

/** A method and a seed. */
export interface Cell {
  method: string;
  seed: number;
  /** Its run folder. */
  dir: string;
}

/** Train, go on, or only measure a run that was trained to its end. */
export type RunRequest = SessionRequest | { kind: 'measure'; dir: string };

export type RunOutcome = { kind: 'done' } | { kind: 'interrupted' } | { kind: 'failed'; reason: string };

export type RunMessage =
  | { type: 'session'; message: Exclude<SessionMessage, { type: 'done' }> }
  | { type: 'ended'; outcome: RunOutcome };
