// The independent PyTorch program of siamese_peer.py, run on the state and the views of a test.
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';

/** A Python with PyTorch, if there is one. */
export const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { cwd: '/' }).status === 0,
);

/** Whether there is a Python with PyTorch; tests that need it are skipped without. */
export const hasPeer = python !== undefined;

export interface PeerSlots {
  predictor: 'directPred' | 'directCopy' | 'linear' | 'mlp';
  target: 'ema' | 'stopGradient';
  hidden?: number;
  rho?: number | null;
  epsilon?: number;
  every?: number;
  symmetric?: boolean;
  gamma?: number;
  cosine?: boolean;
}

export interface PeerTask {
  channels: number[];
  projector: [number, number, number];
  slots: PeerSlots;
  steps: number;
  lr: number;
  momentum: number;
  weightDecay: number;
  predictorWeightDecay: number;
  predictorFactor: number;
  /** Initial state under the names of a run's weights.safetensors. */
  state: ReadonlyMap<string, Tensor>;
  /** Views 0 and 1 of every step. */
  views: [Tensor, Tensor][];
}

export interface PeerAnswer {
  losses: number[];
  state: Record<string, number[]>;
}

/** Runs tasks in one process. `folder` takes the files that pass tensors. */
export function runPeer(tasks: readonly PeerTask[], folder: string): PeerAnswer[] {
  if (!python) throw new Error('no Python with torch');
  const request = tasks.map(({ state, views, slots, ...task }, i) => {
    const files = { state: path.join(folder, `${i}-state`), views: path.join(folder, `${i}-views`) };
    safetensors.save(files.state, state);
    const named = views.flatMap((pair, step) => pair.map((view, k): [string, Tensor] => [`${step}.${k}`, view]));
    safetensors.save(files.views, new Map(named));
    const defaults = { rho: null, epsilon: 0, every: 1, symmetric: false, gamma: 0, cosine: false, hidden: 0 };
    return { ...task, ...files, slots: { ...defaults, ...slots } };
  });
  const program = fileURLToPath(new URL('siamese_peer.py', import.meta.url));
  const output = execFileSync(python, [program], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output) as PeerAnswer[];
}

/** The largest difference between two states of the same names, and where it is. */
export function stateDifference(
  ours: ReadonlyMap<string, Tensor>,
  theirs: Readonly<Record<string, number[]>>,
): { difference: number; name: string } {
  const names = [...ours.keys()].sort().join('\n');
  if (names !== Object.keys(theirs).sort().join('\n')) throw new Error(`names differ: ${names}`);
  let worst = { difference: 0, name: '' };
  for (const [name, tensor] of ours) {
    const expected = theirs[name]!;
    Array.from(tensor.data() as Float32Array, Number).forEach((value, i) => {
      const difference = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
      if (!(difference <= worst.difference)) worst = { difference, name };
    });
  }
  return worst;
}
