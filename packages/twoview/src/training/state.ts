// What a checkpoint holds: `weights.safetensors` for anyone to read, and the rest of what resuming takes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@twoview/torch';
import type { Module } from '@twoview/torch/nn';
import type { OptimizerState } from '@twoview/torch/optim';
import * as safetensors from '@twoview/torch/safetensors';
import type { AnyOptimizer } from './optimizer.js';

/** Numbers that resuming needs beside tensors. */
export interface Progress {
  /** Optimiser steps done. */
  step: number;
  /** The best kNN accuracy so far and its step; null before the first evaluation. */
  best: { step: number; knn: number } | null;
  /** Seconds of training before this session. */
  seconds: number;
  /** Images of the data set: which of them a step sees depends on it. */
  images: number;
}

/** Writes weights, optimiser and progress into a folder. */
export function writeState(
  dir: string,
  model: Module<[Tensor], Tensor>,
  optimizer: AnyOptimizer,
  progress: Progress,
): void {
  safetensors.save(join(dir, 'weights.safetensors'), model.stateDict(), { format: 'pt', step: String(progress.step) });
  const { tensors, ...state } = optimizer.stateDict();
  safetensors.save(join(dir, 'optimizer.safetensors'), tensors);
  writeFileSync(join(dir, 'state.json'), `${JSON.stringify({ progress, optimizer: state }, null, 2)}\n`);
}

/** Reads what `writeState` wrote. Throws if the files are damaged or belong to another configuration. */
export function readState(dir: string, model: Module<[Tensor], Tensor>, optimizer: AnyOptimizer): Progress {
  const weights = safetensors.load(join(dir, 'weights.safetensors'));
  model.loadStateDict(weights.tensors);
  const { progress, optimizer: state } = JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as {
    progress: Progress;
    optimizer: Omit<OptimizerState, 'tensors'>;
  };
  const saved = safetensors.load(join(dir, 'optimizer.safetensors'));
  optimizer.loadStateDict({ ...state, tensors: saved.tensors } as OptimizerState);
  return progress;
}
