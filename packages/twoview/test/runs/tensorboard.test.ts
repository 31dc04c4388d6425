import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/runs/tensorboard/crc32c.js';
import { EventWriter } from '../../src/runs/tensorboard/writer.js';
import { temporaryFolder } from './helpers.js';

const dir = temporaryFolder();
const reader = fileURLToPath(new URL('read_events.py', import.meta.url));

interface Event {
  wall_time: number;
  step?: number;
  file_version?: string;
  session_log?: { status: number };
  summary?: { value: { tag: string; simple_value?: string; image?: Record<string, unknown> }[] };
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Reads an events file with the Python reader, which fails on any deviation from the format. */
function events(path: string): Event[] {
  const out = execFileSync('python3', [reader, path], { encoding: 'utf8' });
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

describe('an events file', () => {
  it('begins like any that TensorFlow wrote', () => {
    new EventWriter(dir()).close();
    const file = readFileSync(join(dir(), readdirSync(dir())[0]!));
    // Length 24, the length's checksum, and field 1 (wall time), as in every events file of version 2.
    expect(file.subarray(0, 13).toString('hex')).toBe('1800000000000000a37f4b2209');
    expect(file.subarray(21, 36).toString('latin1')).toBe('\x1a\rbrain.Event:2');
  });

  it.skipIf(!hasPython)('is read back by an independent reader: names, steps and values of any size', () => {
    const writer = new EventWriter(dir());
    writer.scalars(1, { loss: -0.5, 'z.effectiveRank': 12.25 });
    writer.scalars(300, { loss: Number.NaN, genauigkeit_ä: Number.POSITIVE_INFINITY });
    writer.scalars(2 ** 40 + 5, { loss: 1e-30 });
    writer.scalars(7, {});
    writer.close();
    const [first, ...rest] = events(writer.path);
    expect(first).toMatchObject({ file_version: 'brain.Event:2' });
    expect(Math.abs(first!.wall_time - Date.now() / 1000)).toBeLessThan(60);
    expect(rest.map(({ step, summary }) => [step, summary?.value])).toEqual([
      [
        1,
        [
          { tag: 'loss', simple_value: '-0.5' },
          { tag: 'z.effectiveRank', simple_value: '12.25' },
        ],
      ],
      [
        300,
        [
          { tag: 'loss', simple_value: 'nan' },
          { tag: 'genauigkeit_ä', simple_value: 'inf' },
        ],
      ],
      [2 ** 40 + 5, [{ tag: 'loss', simple_value: String(Math.fround(1e-30)) }]],
    ]);
  });

  it.skipIf(!hasPython)('holds pictures as well', () => {
    const writer = new EventWriter(dir());
    writer.image(5, 'views', { width: 300, height: 2, png: Uint8Array.of(137, 80, 78, 71, 0, 255) });
    writer.close();
    expect(events(writer.path)[1]).toMatchObject({
      step: 5,
      summary: { value: [{ tag: 'views', image: { width: 300, height: 2, colorspace: 3, png: '89504e4700ff' } }] },
    });
  });

  it.skipIf(!hasPython)('of a resumed run sorts after the one before and tells which steps to forget', () => {
    const before = new EventWriter(dir());
    before.scalars(9, { loss: 1 });
    before.close();
    const after = new EventWriter(dir(), { purgeStep: 6 });
    after.close();
    expect([before.path, after.path].sort()).toEqual([before.path, after.path]);
    expect(events(after.path).map(({ step, session_log }) => ({ step, session_log }))).toEqual([
      { step: undefined, session_log: undefined },
      { step: 6, session_log: { status: 1 } },
    ]);
  });
});

it('CRC-32C has its published check values', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(new Uint8Array())).toBe(0);
});
