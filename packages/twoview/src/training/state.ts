// What a checkpoint holds: `weights.safetensors` for anyone to read, and the rest of what resuming takes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Module } from '@twoview/torch/nn';
import type { OptimizerState } from '@twoview/torch/optim';
import * as safetensors from '@twoview/torch/safetensors';
import type { Observer } from './observer.js';
import type { AnyOptimizer } from './optimizer.js';

/** Numbers that resuming needs beside tensors. */
export interface Progress {
  /** Optimiser steps done. */
  step: number;
  /** The best value so far of the measure that chooses, and its step; null before the first evaluation. */
  best: { step: number; name: string; value: number } | null;
  /** Seconds of training before this session. */
  seconds: number;
  /** Images of the data set: which of them a step sees depends on it. */
  images: number;
}

/** What goes into a checkpoint and comes back from it in place. */
export interface TrainingState {
  model: Module<[Tensor], Tensor>;
  optimizer: AnyOptimizer;
  observers: readonly Observer[];
}

/** What observers remember, by name. @throws Error if two use one name */
function observerState(observers: readonly Observer[]): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  for (const [name, tensor] of observers.flatMap(({ state }) => Object.entries(state ?? {}))) {
    if (all.has(name)) throw new Error(`two observers keep their state under the name ${name}: give one another name`);
    all.set(name, tensor);
  }
  return all;
}

/** Writes weights, optimiser, observers and progress into a folder. */
export function writeState(dir: string, { model, optimizer, observers }: TrainingState, progress: Progress): void {
  safetensors.save(join(dir, 'weights.safetensors'), model.stateDict(), { format: 'pt', step: String(progress.step) });
  const { tensors, ...state } = optimizer.stateDict();
  safetensors.save(join(dir, 'optimizer.safetensors'), tensors);
  const observed = observerState(observers);
  if (observed.size > 0) safetensors.save(join(dir, 'observers.safetensors'), observed);
  writeFileSync(join(dir, 'state.json'), `${JSON.stringify({ progress, optimizer: state }, null, 2)}\n`);
}

/**
 * Reads what `writeState` wrote. An observer that the checkpoint knows nothing of, as in a run that began without it, starts anew.
 * @throws Error if the files are damaged or belong to another configuration
 */
export function readState(dir: string, { model, optimizer, observers }: TrainingState): Progress {
  const weights = safetensors.load(join(dir, 'weights.safetensors'));
  model.loadStateDict(weights.tensors);
  const { progress, optimizer: state } = JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as {
    progress: Progress;
    optimizer: Omit<OptimizerState, 'tensors'>;
  };
  const saved = safetensors.load(join(dir, 'optimizer.safetensors'));
  optimizer.loadStateDict({ ...state, tensors: saved.tensors } as OptimizerState);
  readObservers(dir, observerState(observers));
  return { ...progress, best: progress.best && readBest(progress.best) };
}

/** Runs that began before other measures could choose have kNN's accuracy by its name. */
function readBest(best: NonNullable<Progress['best']> | { step: number; knn: number }): Progress['best'] {
  return 'knn' in best ? { step: best.step, name: 'knn', value: best.knn } : best;
}

function readObservers(dir: string, states: ReadonlyMap<string, Tensor>): void {
  const file = join(dir, 'observers.safetensors');
  if (states.size === 0 || !existsSync(file)) return;
  const { tensors } = safetensors.load(file);
  torch.noGrad(() => {
    for (const [name, tensor] of states) {
      const saved = tensors.get(name);
      if (saved) tensor.copy_(saved);
    }
  });
}
