// Replay buffers beside a naive model under random operations; windows and trajectories; batches; files.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type AgentConfigInput,
  agentSchema,
  contextOf,
  loadBuffers,
  ReplayBuffers,
  RowBuffer,
  StepBatch,
  Stream,
  saveBuffers,
  type Trajectory,
} from 'twoview/metarl/agent';
import { afterAll, describe, expect, test } from 'vitest';
import { small } from './setup.js';

const sizes = { observation: 2, action: 1, tasks: 4, nextObservation: false };

/** A trajectory whose numbers tell task, trajectory and time: o = (id, t), o' = (id, t + 1), a = task, r = t. */
function trajectory(task: number, id: number, length: number, terminated = false): Trajectory {
  const times = Array.from({ length }, (_, t) => t);
  return {
    length,
    observations: times.flatMap((t) => [id, t]),
    actions: times.map(() => task),
    rewards: times,
    nextObservations: times.flatMap((t) => [id, t + 1]),
    terminated,
  };
}

function buffers(config: AgentConfigInput = {}, seed = 1): ReplayBuffers {
  return new ReplayBuffers(sizes, agentSchema.parse({ ...small, ...config }), { seed });
}

/** What a buffer should be: a list. */
class Naive {
  rows: { id: number; t: number }[] = [];

  constructor(private readonly capacity: number) {}

  add(id: number, length: number): void {
    for (let t = 0; t < length; t++) this.rows.push({ id, t });
    this.rows = this.rows.slice(-this.capacity);
  }

  spans(): number[][] {
    const spans: number[][] = [];
    for (const { id, t } of this.rows) {
      const last = spans[spans.length - 1];
      if (last && last[0] === id) last.push(t);
      else spans.push([id, t]);
    }
    return spans;
  }
}

/** The trajectories of a buffer of rows (id, t), as the naive model gives them. */
function spansOf(buffer: RowBuffer): number[][] {
  return buffer.spans().map(({ start, end }) => {
    const at = (index: number) => buffer.rows.subarray(buffer.place(index), buffer.place(index) + 2);
    const rows = Array.from({ length: end - start }, (_, i) => at(start + i));
    expect(new Set(rows.map(([id]) => id)).size).toBe(1);
    return [rows[0]![0]!, ...rows.map(([, t]) => t!)];
  });
}

describe('a buffer', () => {
  test.each([1, 7, 64, 300])('of capacity %i is a list of the newest rows under random operations', (capacity) => {
    const stream = new Stream(capacity);
    let buffer = new RowBuffer(2, capacity);
    const naive = new Naive(capacity);
    for (let id = 0; id < 400; id++) {
      const choice = stream.below(20);
      if (choice === 0) {
        buffer.clear();
        naive.rows = [];
      } else if (choice === 1) {
        const copy = new RowBuffer(2, capacity);
        copy.load(buffer.save());
        buffer = copy;
      } else {
        const length = stream.below(choice < 4 ? 400 : 30);
        buffer.add(length, (rows, at, t) => rows.set([id, t], at));
        naive.add(id, length);
      }
      expect(buffer.size).toBe(naive.rows.length);
      expect(buffer.bytes).toBeLessThanOrEqual(8 * capacity);
      const spans = naive.spans();
      expect(spansOf(buffer)).toEqual(spans);
      expect(buffer.longest()).toBe(Math.max(0, ...spans.map((span) => span.length - 1)));
    }
  });

  test('does not take the memory of its capacity before it is needed', () => {
    const buffer = new RowBuffer(10, 1_000_000);
    buffer.add(1000, (rows, at, t) => rows.fill(t, at, at + 10));
    expect(buffer.bytes).toBeLessThanOrEqual(2 * 1000 * 40);
  });

  test('draws every row and every long enough trajectory alike', () => {
    const buffer = new RowBuffer(1, 50);
    for (const length of [30, 20, 5, 20]) buffer.add(length, (rows, at, t) => rows.fill(t, at, at + 1));
    const stream = new Stream(2);
    const rows = new Map<number, number>();
    const spans = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const row = buffer.draw(stream);
      rows.set(row, (rows.get(row) ?? 0) + 1);
      const { start } = buffer.drawSpan(5, stream);
      spans.set(start, (spans.get(start) ?? 0) + 1);
    }
    // 75 rows came, 50 are kept: 5 of the first trajectory, and the three others.
    expect([...rows.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 25));
    for (const count of rows.values()) expect(Math.abs(count - 400)).toBeLessThan(100);
    expect([...spans.keys()].sort((a, b) => a - b)).toEqual([25, 30, 50, 55]);
    for (const count of spans.values()) expect(Math.abs(count - 5000)).toBeLessThan(300);
    expect(() => buffer.drawSpan(21, stream)).toThrow('no trajectory here has 21 transitions (the longest has 20)');
    expect(() => new RowBuffer(1, 5).draw(stream)).toThrow('this buffer is empty');
  });
});

describe('the buffers of tasks', () => {
  test('clearing context leaves what the actor-critic learns from', () => {
    const all = buffers();
    for (const task of [0, 1]) all.add(task, trajectory(task, 1, 6));
    all.add(0, trajectory(0, 2, 4), 'rl');
    all.clearContext(0);
    expect(all.tasks.map(({ encoder, rl }) => [encoder.size, rl.size])).toEqual([
      [0, 10],
      [6, 6],
      [0, 0],
      [0, 0],
    ]);
    all.add(0, trajectory(0, 3, 2), 'encoder');
    expect([all.task(0).encoder.size, all.task(0).rl.size]).toEqual([2, 10]);
    expect(() => all.task(4)).toThrow('there is no task 4');
  });

  test('a time limit is not an end: d is 1 only after a fall', () => {
    const all = buffers();
    all.add(0, trajectory(0, 1, 3));
    all.add(0, trajectory(0, 2, 2, true));
    const { rl } = all.task(0);
    const width = rl.width;
    expect(Array.from({ length: 5 }, (_, i) => rl.rows[i * width + width - 1])).toEqual([0, 0, 0, 0, 1]);
    expect([...rl.rows.subarray(3 * width, 4 * width)]).toEqual([2, 0, 0, 2, 1, 0, 0]);
  });

  test('context has the sparse reward and the next observation where asked, transitions the dense reward', () => {
    const its = { ...sizes, nextObservation: true };
    const sparse = { ...trajectory(1, 7, 2), contextRewards: [0, 9] };
    expect([...contextOf(sparse, its)]).toEqual([7, 0, 1, 0, 7, 1, 7, 1, 1, 9, 7, 2]);
    expect([...contextOf(trajectory(1, 7, 2), sizes)]).toEqual([7, 0, 1, 0, 7, 1, 1, 1]);
    const all = new ReplayBuffers(its, agentSchema.parse(small), { seed: 1 });
    all.add(1, sparse);
    expect([...all.task(1).rl.rows.subarray(7, 14)]).toEqual([7, 1, 1, 7, 2, 1, 0]);
    expect([...all.sampleContext(1, 50)].filter((_, i) => i % 6 === 3).every((r) => r === 0 || r === 9)).toBe(true);
    expect(() => all.add(0, { ...sparse, contextRewards: [0] })).toThrow('needs 2 numbers of contextRewards');
    // One task of four has found a reward; the dense rewards of another do not count for it.
    all.add(2, { ...sparse, contextRewards: [0, 0] });
    expect(all.rewardedContexts()).toBe(0.25);
    all.clearContext(1);
    expect(all.rewardedContexts()).toBe(0);
  });
});

describe('a batch', () => {
  const tcl = { enabled: true, window: 5 };

  function filled(config: AgentConfigInput) {
    const all = buffers({ batch: 6, contextSize: 8, metaBatch: 3, ...config });
    for (let id = 0; id < 12; id++) all.add(id % 4, trajectory(id % 4, id, 7 + id, id === 5));
    all.clearContext(2);
    all.add(2, trajectory(2, 102, 9), 'encoder');
    return { all, batch: new StepBatch(sizes, all.config) };
  }

  /** The windows of one side as lists of rows (id, t, task, r). */
  function windows(batch: StepBatch, side: 0 | 1): number[][][] {
    const start = batch.tasks * batch.contextRows + side * batch.windows * batch.windowLength;
    return Array.from({ length: batch.windows }, (_, i) =>
      Array.from({ length: batch.windowLength }, (_, row) => {
        const at = 4 * (start + i * batch.windowLength + row);
        return [...batch.features.array.subarray(at, at + 4)];
      }),
    );
  }

  const isWindow = (rows: number[][]) => rows.every(([id, t], i) => id === rows[0]![0] && t === rows[0]![1]! + i);

  test('has whole transitions of its tasks, context of theirs, and nothing else', () => {
    const { all, batch } = filled({});
    const seen = new Set<number>();
    for (let i = 0; i < 60; i++) {
      all.sample(batch);
      const { observations, actions, rewards, nextObservations, terminals, features } = batch;
      batch.taskNumbers.forEach((task, k) => {
        seen.add(task);
        for (let row = k * batch.rows; row < (k + 1) * batch.rows; row++) {
          const [id, t] = observations.array.subarray(2 * row, 2 * row + 2) as unknown as [number, number];
          expect([id % 4, actions.array[row]]).toEqual([task, task]);
          expect([...nextObservations.array.subarray(2 * row, 2 * row + 2), rewards.array[row]]).toEqual([
            id,
            t + 1,
            t,
          ]);
          expect(terminals.array[row]).toBe(id === 5 && t === 11 ? 1 : 0);
        }
        for (let row = k * batch.contextRows; row < (k + 1) * batch.contextRows; row++) {
          const [id, , action] = features.array.subarray(4 * row, 4 * row + 4) as unknown as number[];
          expect([id! % 4, action]).toEqual([task, task]);
          if (task === 2) expect(id).toBe(102);
        }
      });
      // The tensors are over the same memory.
      expect([...(observations.tensor.data() as Float32Array)]).toEqual([...observations.array]);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  });

  test('canonical windows: two of one trajectory, of different tasks, with every place of a window alike', () => {
    const { all, batch } = filled({ tcl });
    const starts = new Set<number>();
    for (let i = 0; i < 300; i++) {
      all.sample(batch);
      expect(batch.windowLength).toBe(5);
      expect(new Set(batch.windowTasks).size).toBe(3);
      const [queries, keys] = [windows(batch, 0), windows(batch, 1)];
      queries.forEach((query, k) => {
        expect(isWindow(query) && isWindow(keys[k]!)).toBe(true);
        expect(query[0]![0]).toBe(keys[k]![0]![0]);
        expect(query[0]![2]).toBe(batch.windowTasks[k]);
        if (query[0]![0] === 102) starts.add(query[0]![1]!);
      });
    }
    expect([...starts].sort()).toEqual([0, 1, 2, 3, 4]); // of 9 transitions: the last one is reached
  });

  test("reference windows: tasks of the step, trajectories of their own, never a trajectory's last transition", () => {
    const { all, batch } = filled({ tcl: { ...tcl, reference: true } });
    const starts = new Set<number>();
    let different = 0;
    let repeated = 0;
    for (let i = 0; i < 300; i++) {
      all.sample(batch);
      expect([...batch.windowTasks]).toEqual([...batch.taskNumbers]);
      if (new Set(batch.windowTasks).size < 3) repeated++;
      const keys = windows(batch, 1);
      windows(batch, 0).forEach((query, k) => {
        expect(isWindow(query) && isWindow(keys[k]!)).toBe(true);
        expect(query[0]![2]).toBe(keys[k]![0]![2]);
        if (query[0]![0] !== keys[k]![0]![0]) different++;
        if (query[0]![0] === 102) starts.add(query[0]![1]!);
      });
    }
    expect([...starts].sort()).toEqual([0, 1, 2, 3]);
    expect(different).toBeGreaterThan(100);
    expect(repeated).toBeGreaterThan(100);
  });

  test('windows become shorter where trajectories are, and stay inside after overwriting', () => {
    const { all, batch } = filled({ tcl: { ...tcl, window: 60 } });
    for (let i = 0; i < 40; i++) {
      all.sample(batch);
      // Two thirds of the median lengths 11, 12, 9 and 14.
      const rooms = Array.from(batch.windowTasks, (task) => [7, 8, 6, 9][task]!);
      expect(batch.windowLength).toBe(Math.min(...rooms));
    }
    const tight = buffers({ capacity: 20, contextSize: 4, metaBatch: 4, tcl: { ...tcl, window: 6 } });
    const full = new StepBatch(sizes, tight.config);
    for (let id = 0; id < 40; id++) {
      for (let task = 0; task < 4; task++) tight.add(task, trajectory(task, id, 3 + ((id * 5 + task) % 9)));
      tight.sample(full);
      const [queries, keys] = [windows(full, 0), windows(full, 1)];
      queries.forEach((query, k) => {
        expect(isWindow(query) && isWindow(keys[k]!) && query[0]![0] === keys[k]![0]![0]).toBe(true);
      });
    }
  });

  test('of a body that mostly falls early, half of the trajectories give windows, and two are seldom the same', () => {
    const all = buffers({ contextSize: 4, metaBatch: 4, tcl: { ...tcl, window: 32 } });
    // As a walker's: most of about eight steps, one in twenty long.
    for (let id = 0; id < 240; id++)
      all.add(id % 4, trajectory(id % 4, id, id % 20 < 4 ? 30 : 6 + ((id * 7) % 5)), 'both');
    const batch = new StepBatch(sizes, all.config);
    const used = new Set<number>();
    let [same, total] = [0, 0];
    for (let i = 0; i < 500; i++) {
      all.sample(batch);
      const [queries, keys] = [windows(batch, 0), windows(batch, 1)];
      queries.forEach((query, k) => {
        used.add(query[0]![0]!);
        if (query[0]![1] === keys[k]![0]![1]) same++;
        total++;
      });
    }
    expect(used.size).toBeGreaterThan(120);
    expect(same / total).toBeLessThan(0.3);
  });

  test('context as a window is consecutive, and repeats a trajectory that is shorter', () => {
    const { all, batch } = filled({ context: 'window', contextSize: 8 });
    all.sample(batch);
    batch.taskNumbers.forEach((_, k) => {
      const rows = Array.from({ length: 8 }, (_, i) => {
        const at = 4 * (k * 8 + i);
        return [...batch.features.array.subarray(at, at + 4)];
      });
      expect(isWindow(rows)).toBe(true);
    });
    const short = buffers({ context: 'window', contextSize: 5 });
    short.add(0, trajectory(0, 1, 2));
    expect([...short.sampleContext(0)].filter((_, i) => i % 4 === 1)).toEqual([0, 1, 0, 1, 0]);
  });

  test('says what is missing', () => {
    const single = buffers({ metaBatch: 2, tcl });
    for (let task = 0; task < 4; task++) single.add(task, trajectory(task, task, 1));
    expect(() => single.sample(new StepBatch(sizes, single.config))).toThrow(
      /task \d has no trajectory of two transitions or more.*collect longer episodes/,
    );
    const all = buffers();
    expect(() => all.sample(new StepBatch(sizes, all.config))).toThrow(
      /task \d has no transitions in its replay buffer/,
    );
    expect(() => all.sampleContext(0)).toThrow('this buffer is empty');
  });
});

describe('streams and files', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-buffers-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a stream goes on from its position, and differs by seed and id', () => {
    const stream = new Stream(5, 2);
    for (let i = 0; i < 7; i++) stream.normal();
    stream.next();
    const other = new Stream(5, 2);
    other.position = stream.position;
    const next = Array.from({ length: 9 }, () => stream.next());
    expect(Array.from({ length: 9 }, () => other.next())).toEqual(next);
    expect(new Stream(6, 2).next()).not.toBe(new Stream(5, 2).next());
    expect(new Stream(5, 3).next()).not.toBe(new Stream(5, 2).next());
    const drawn = new Int32Array(5);
    for (let i = 0; i < 50; i++) {
      stream.distinct(6, drawn);
      expect(new Set(drawn).size).toBe(5);
      expect(Math.max(...drawn)).toBeLessThan(6);
    }
    expect(() => new Stream(-1)).toThrow('the seed of a stream');
  });

  test('loaded buffers hold the same bits and give the same samples', () => {
    const config = { capacity: 30, metaBatch: 4, tcl: { enabled: true, window: 4 } };
    const original = buffers(config);
    for (let id = 0; id < 30; id++) {
      original.add(id % 4, {
        ...trajectory(id % 4, id, 8),
        rewards: Array.from({ length: 8 }, (_, t) => Math.sin(id * t)),
      });
    }
    original.clearContext(1);
    original.add(1, trajectory(1, 50, 5, true));
    const batch = new StepBatch(sizes, original.config);
    original.sample(batch);
    saveBuffers(folder, original);
    const loaded = buffers(config, 99);
    loadBuffers(folder, loaded);
    expect(loaded.tasks.map(({ encoder, rl }) => [encoder.save(), rl.save()])).toEqual(
      original.tasks.map(({ encoder, rl }) => [encoder.save(), rl.save()]),
    );
    // The seed belongs to the configuration of a run, the position to its state.
    const same = buffers(config);
    loadBuffers(folder, same);
    const again = new StepBatch(sizes, original.config);
    for (let i = 0; i < 3; i++) {
      original.sample(batch);
      same.sample(again);
      original.add(i, trajectory(i, 60 + i, 9));
      same.add(i, trajectory(i, 60 + i, 9));
      for (const part of ['observations', 'rewards', 'features', 'terminals'] as const) {
        expect(again[part].array).toEqual(batch[part].array);
      }
    }
    const fewer = new ReplayBuffers({ ...sizes, tasks: 3 }, original.config, { seed: 1 });
    expect(() => loadBuffers(folder, fewer)).toThrow('buffers of 4 tasks, and this run 3');
    const wider = new ReplayBuffers({ ...sizes, observation: 3 }, original.config, { seed: 1 });
    expect(() => loadBuffers(folder, wider)).toThrow('a saved buffer has');
  });
});
