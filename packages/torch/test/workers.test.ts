// The engine in worker threads: loaded there first, in several at a time, ended in the middle of their work.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ones } from '@twoview/torch';
import { expect, it } from 'vitest';

const compute = new URL('workers/compute.mjs', import.meta.url);
const firstInWorker = fileURLToPath(new URL('workers/first-in-worker.mjs', import.meta.url));

async function ask(worker: Worker, message: unknown): Promise<{ total: number; handles: number }> {
  worker.postMessage(message);
  const [answer] = await once(worker, 'message');
  return answer as { total: number; handles: number };
}

it('works in several workers at the same time, each with handles of its own, to the same bits', async () => {
  const workers = [1, 2, 3].map(() => new Worker(compute));
  const answers = await Promise.all(workers.map((worker) => ask(worker, { seed: 7, rounds: 30 })));
  const again = await Promise.all(workers.map((worker) => ask(worker, { seed: 8, rounds: 5 })));
  expect(new Set(answers.map((a) => a.total)).size).toBe(1);
  expect(new Set(again.map((a) => a.total)).size).toBe(1);
  expect(answers.map((a) => a.handles)).toEqual([0, 0, 0]);
  await Promise.all(workers.map((worker) => worker.terminate()));
  expect(ones([2]).sum().item()).toBe(2);
});

it('survives workers that are terminated while an operator runs', async () => {
  for (let i = 0; i < 4; i++) {
    const worker = new Worker(compute, { workerData: { spin: true } });
    await once(worker, 'message');
    await new Promise((resolve) => setTimeout(resolve, 10 * i));
    await worker.terminate();
  }
  expect(
    ones([3, 3])
      .matmul(ones([3, 3]))
      .sum()
      .item(),
  ).toBe(27);
});

it('refuses tensors of another thread, posted or by their handle', async () => {
  const t = ones([2]);
  const worker = new Worker(compute, { workerData: { foreign: t, handle: t.handle } });
  const [messages] = (await once(worker, 'message')) as [string[]];
  await worker.terminate();
  expect(messages.length).toBe(6);
  for (const message of messages)
    expect(message).toMatch(/^(Type|Torch)?Error: .*(no form|not a function|another thread|freed)/);
  expect(t.tolist()).toEqual([1, 1]);
});

it('loaded first in a worker, sets the C environment that OpenBLAS reads, which process.env there would not', () => {
  const env = { ...process.env };
  delete env.OPENBLAS_CORETYPE;
  const result = JSON.parse(execFileSync(process.execPath, [firstInWorker], { env, encoding: 'utf8' }));
  expect(result.sum).toBe(64);
  expect(result.seen).toBe(result.wanted.OPENBLAS_CORETYPE ?? null);
});

it('never overrides the value that the user set', () => {
  const env = { ...process.env, OPENBLAS_CORETYPE: 'HASWELL' };
  const result = JSON.parse(execFileSync(process.execPath, [firstInWorker], { env, encoding: 'utf8' }));
  expect(result.seen).toBe('HASWELL');
});
