// Replay buffers on disk: a safetensors file for each task, and the position of the stream of samples.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import type { ReplayBuffers } from './replay.js';
import type { RowBuffer } from './row-buffer.js';

interface Index {
  tasks: number;
  position: number;
}

const parts = ['encoder', 'rl'] as const;
const fileOf = (dir: string, task: number) => join(dir, `task-${task}.safetensors`);

function tensorsOf(buffer: RowBuffer, prefix: string): [string, Tensor][] {
  const { rows, lengths } = buffer.save();
  return [
    [`${prefix}.rows`, torch.fromTypedArray(rows, [rows.length / buffer.width, buffer.width])],
    [`${prefix}.lengths`, torch.fromTypedArray(lengths)],
  ];
}

/**
 * Writes all buffers into a folder: of every task `encoder.rows` `[n, F]`, `rl.rows` `[n, 2 O + A + 2]` (o, a, o', r, d), the oldest first, and
 * the lengths of their trajectories. Takes three times the memory of one task's rows for the time of writing.
 */
export function saveBuffers(dir: string, buffers: ReplayBuffers): void {
  mkdirSync(dir, { recursive: true });
  buffers.tasks.forEach((task, number) => {
    torch.scope(() => {
      const tensors = new Map(parts.flatMap((part) => tensorsOf(task[part], part)));
      safetensors.save(fileOf(dir, number), tensors);
    });
  });
  const index: Index = { tasks: buffers.tasks.length, position: buffers.stream.position };
  writeFileSync(join(dir, 'buffers.json'), `${JSON.stringify(index)}\n`);
}

/**
 * Reads what `saveBuffers` wrote; the same samples follow as would have without the interruption.
 * @throws Error if files are missing, damaged, or of other sizes
 */
export function loadBuffers(dir: string, buffers: ReplayBuffers): void {
  const index = JSON.parse(readFileSync(join(dir, 'buffers.json'), 'utf8')) as Index;
  if (index.tasks !== buffers.tasks.length) {
    throw new RangeError(`${dir} has buffers of ${index.tasks} tasks, and this run ${buffers.tasks.length}`);
  }
  buffers.tasks.forEach((task, number) => {
    torch.scope(() => {
      const { tensors } = safetensors.load(fileOf(dir, number));
      for (const part of parts) {
        const [rows, lengths] = [tensors.get(`${part}.rows`), tensors.get(`${part}.lengths`)];
        if (!rows || !lengths) throw new Error(`${fileOf(dir, number)} has no ${part} buffer`);
        task[part].load({ rows: rows.data() as Float32Array, lengths: lengths.data() as Int32Array });
      }
    });
  });
  buffers.stream.position = index.position;
}
