// What the threads of vector environments share and send. Steps go through shared memory alone; everything rarer is a message, which
// the worker fetches when it is woken: it sleeps on an atomic, not in an event loop.
import type { MessagePort } from 'node:worker_threads';
import type { CompiledCode } from '../base/web-assembly.js';
import type { FamilySource, Task } from '../types.js';
import type { Episode, EpisodeRequest } from './episode.js';
import type { PolicyWeights } from './policy.js';

/** Places in a worker's Int32Array of control. */
export const CONTROL = { request: 0, kind: 1, answer: 2, failed: 3 } as const;
export const CONTROL_BYTES = 16;
export const KIND = { step: 1, message: 2, close: 3 } as const;

export type Command =
  | { readonly type: 'tasks'; readonly tasks: readonly Task[] }
  /** `seeds`: undefined goes on with the stream. Indices are the shard's own. */
  | { readonly type: 'reset'; readonly which: readonly number[]; readonly seeds: readonly (number | undefined)[] }
  | { readonly type: 'policy'; readonly weights: PolicyWeights }
  | { readonly type: 'collect'; readonly request: EpisodeRequest };

export interface PlainError {
  readonly name: string;
  readonly message: string;
}

/** What a worker posts to its parent's event loop. */
export type Notice =
  | { readonly type: 'ready' }
  | { readonly type: 'unable'; readonly error: PlainError }
  | { readonly type: 'episode'; readonly episode: Episode }
  | { readonly type: 'noEpisode'; readonly error: PlainError };

export interface ShardSetup {
  readonly family: string | FamilySource;
  readonly horizon: number;
  /** Its environments are `first` to `first + count - 1` of all. */
  readonly first: number;
  readonly count: number;
  readonly buffers: SharedBuffers;
}

export interface WorkerSetup extends ShardSetup {
  readonly control: SharedArrayBuffer;
  readonly port: MessagePort;
  /** MuJoCo's compiled code, for families that need it. */
  readonly mujoco: CompiledCode | undefined;
}

/** Memory of all environments' steps. */
export interface SharedBuffers {
  readonly observations: SharedArrayBuffer;
  readonly actions: SharedArrayBuffer;
  readonly rewards: SharedArrayBuffer;
  readonly sparseRewards: SharedArrayBuffer;
  readonly flags: SharedArrayBuffer;
}

export interface StepArrays {
  /** `[n, O]`, `[n, A]`, `[n]`, `[n]` */
  readonly observations: Float64Array;
  readonly actions: Float64Array;
  readonly rewards: Float64Array;
  readonly sparseRewards: Float64Array;
  /** `[n]` each */
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly success: Uint8Array;
}

export function allocate(count: number, observationSize: number, actionSize: number): SharedBuffers {
  const doubles = (size: number) => new SharedArrayBuffer(8 * size);
  return {
    observations: doubles(count * observationSize),
    actions: doubles(count * actionSize),
    rewards: doubles(count),
    sparseRewards: doubles(count),
    flags: new SharedArrayBuffer(3 * count),
  };
}

export function arraysOf({ observations, actions, rewards, sparseRewards, flags }: SharedBuffers): StepArrays {
  const count = flags.byteLength / 3;
  return {
    observations: new Float64Array(observations),
    actions: new Float64Array(actions),
    rewards: new Float64Array(rewards),
    sparseRewards: new Float64Array(sparseRewards),
    terminated: new Uint8Array(flags, 0, count),
    truncated: new Uint8Array(flags, count, count),
    success: new Uint8Array(flags, 2 * count, count),
  };
}

export const plainError = (error: unknown): PlainError =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };

export const errorOf = ({ name, message }: PlainError): Error =>
  name === 'RangeError' ? new RangeError(message) : new Error(message);
