// What a checkpoint of a meta-training holds: agent, buffers, and where in the loop it stands.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, loadAgent, loadBuffers, type ReplayBuffers, saveAgent, saveBuffers } from '../agent/index.js';

/** Where a run stands; with the agent's and the buffers' own state all that resuming needs. */
export interface MetaProgress {
  /** Iterations that are done. */
  iteration: number;
  /** Whether this iteration's collection is done (before the first one: the initial collection). */
  collected: boolean;
  /** Gradient steps done in this iteration, and in all. */
  stepInIteration: number;
  gradientSteps: number;
  /** Of training, the initial collection included, evaluation excluded. */
  environmentSteps: number;
  /** Position of the stream that draws tasks and z; seeds of episodes handed out. */
  position: number;
  seeds: number;
  /** Digest of the training tasks: buffers are theirs alone. */
  tasks: string;
  /** Gradient steps at the last meta-test; -1 before the first. */
  tested: number;
  /** The best return in a meta-test so far. */
  best: { step: number; value: number } | null;
  /** Seconds before this session, and of them those of gradient steps and of collection. */
  seconds: number;
  gradientSeconds: number;
  collectionSeconds: number;
}

export const beginning = (): MetaProgress => ({
  iteration: 0,
  collected: false,
  stepInIteration: 0,
  gradientSteps: 0,
  environmentSteps: 0,
  position: 0,
  seeds: 0,
  tasks: '',
  tested: -1,
  best: null,
  seconds: 0,
  gradientSeconds: 0,
  collectionSeconds: 0,
});

export interface MetaState {
  agent: Agent;
  buffers: ReplayBuffers;
}

/** Writes all of it into a folder. */
export function writeMetaState(dir: string, { agent, buffers }: MetaState, progress: MetaProgress): void {
  saveAgent(dir, agent);
  saveBuffers(join(dir, 'buffers'), buffers);
  writeFileSync(join(dir, 'state.json'), `${JSON.stringify(progress, null, 2)}\n`);
}

/**
 * Reads what `writeMetaState` wrote.
 * @throws Error if the files are damaged or belong to another configuration
 */
export function readMetaState(dir: string, { agent, buffers }: MetaState): MetaProgress {
  loadAgent(dir, agent);
  loadBuffers(join(dir, 'buffers'), buffers);
  return JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as MetaProgress;
}
