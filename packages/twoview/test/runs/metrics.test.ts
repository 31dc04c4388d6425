import fs, { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MetricsLog, readMetrics } from '../../src/runs/metrics.js';
import { dieAt, temporaryFolder, withoutFlushing } from './helpers.js';

withoutFlushing();
const dir = temporaryFolder();
const path = () => join(dir(), 'metrics.jsonl');

describe('metrics.jsonl', () => {
  it('gives back numbers, spectra and words, and what JSON cannot hold', () => {
    const log = new MetricsLog(path());
    const row = {
      step: 1,
      epoch: 0.5,
      time: 2.25,
      loss: Number.NaN,
      lr: 1e-300,
      up: Number.POSITIVE_INFINITY,
      down: Number.NEGATIVE_INFINITY,
      'z.spectrum': [1, 0.5, Number.NaN],
      verdict: 'healthy',
      done: true,
    };
    log.append(row);
    log.append({ step: 2, loss: -0 });
    log.close();
    expect(readMetrics(path())).toEqual({ rows: [row, { step: 2, loss: 0 }], dropped: [] });
    for (const line of readFileSync(path(), 'utf8').trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(readFileSync(path(), 'utf8')).toContain('"loss":"NaN"');
  });

  it('can be read while a run appends to it', () => {
    const log = new MetricsLog(path());
    for (let step = 1; step <= 3; step += 1) {
      log.append({ step });
      expect(readMetrics(path()).rows).toHaveLength(step);
    }
    log.close();
  });

  it('refuses a row without a step', () => {
    const log = new MetricsLog(path());
    expect(() => log.append({ step: 1.5 })).toThrow('whole, non-negative step, but its step is 1.5');
    log.close();
    expect(readFileSync(path(), 'utf8')).toBe('');
  });

  it('has no rows when it does not exist', () => {
    expect(readMetrics(path())).toEqual({ rows: [], dropped: [] });
  });
});

describe('after a kill', () => {
  const whole = '{"step":1,"loss":0.5}\n{"step":2,"loss":0.25}\n';

  it('a half-written last line is ignored by a reader and dropped by the next writer, wherever it was cut', () => {
    for (let cut = '{"step":1,"loss":0.5}\n'.length; cut < whole.length - 2; cut += 1) {
      writeFileSync(path(), whole.slice(0, cut));
      expect(readMetrics(path()).rows).toEqual([{ step: 1, loss: 0.5 }]);
      const log = new MetricsLog(path());
      log.append({ step: 2 });
      log.close();
      expect(readMetrics(path())).toEqual({ rows: [{ step: 1, loss: 0.5 }, { step: 2 }], dropped: [] });
    }
  });

  it('a last line that lacks only its line break is kept', () => {
    writeFileSync(path(), whole.trimEnd());
    new MetricsLog(path()).close();
    expect(readFileSync(path(), 'utf8')).toBe(whole);
  });

  it('a damaged line in the middle costs only itself, and is told', () => {
    writeFileSync(path(), '{"step":1}\n\u0000\u0000{"ste\n[1]\n{"step":3}\n');
    const { rows, dropped } = readMetrics(path());
    expect(rows).toEqual([{ step: 1 }, { step: 3 }]);
    expect(dropped.map(({ line }) => line)).toEqual([2, 3]);
  });
});

describe('going on from a checkpoint', () => {
  it('forgets the rows after its step and appends from there', () => {
    const log = new MetricsLog(path());
    for (let step = 1; step <= 10; step += 1) log.append({ step, loss: Number.NaN });
    log.truncateAfter(7);
    log.append({ step: 8, again: 1 });
    log.close();
    expect(readMetrics(path()).rows.map((row) => row.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(readMetrics(path()).rows.at(-1)).toEqual({ step: 8, again: 1 });
  });

  it('shows the old rows or the kept ones, whenever the process dies', async () => {
    for (let n = 1; ; n += 1) {
      writeFileSync(path(), '{"step":1}\n{"step":2}\n{"step":3}\n');
      const log = new MetricsLog(path());
      const died = await dieAt(n, () => log.truncateAfter(1));
      expect([1, 3]).toContain(readMetrics(path()).rows.length);
      if (!died) break;
    }
    expect(readMetrics(path()).rows).toEqual([{ step: 1 }]);
  });
});

it('a disk that fills up in the middle of a row costs that row only, and gives one clear sentence', () => {
  const log = new MetricsLog(path());
  log.append({ step: 1 });
  const restore = fillDiskAfter(4);
  expect(() => log.append({ step: 2 })).toThrow(
    /^Could not append to .*metrics.jsonl: the disk is full; free some space/,
  );
  restore();
  log.append({ step: 3 });
  log.close();
  expect(readMetrics(path())).toEqual({ rows: [{ step: 1 }, { step: 3 }], dropped: [] });
});

/** Lets `writeSync` write that many bytes and fail from then on. */
function fillDiskAfter(bytes: number): () => void {
  const original = fs.writeSync;
  let room = bytes;
  fs.writeSync = ((descriptor: number, data: Uint8Array, offset: number | null = 0) => {
    if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const written = original(descriptor, data, offset, Math.min(room, data.length - (offset ?? 0)));
    room -= written;
    return written;
  }) as typeof fs.writeSync;
  syncBuiltinESMExports();
  return () => {
    fs.writeSync = original;
    syncBuiltinESMExports();
  };
}
