import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HeartbeatWriter, readStatus } from '../../src/runs/heartbeat.js';
import { temporaryFolder, withoutFlushing } from './helpers.js';

withoutFlushing();
const dir = temporaryFolder();
const read = () => JSON.parse(readFileSync(join(dir(), 'heartbeat.json'), 'utf8'));
afterEach(() => vi.useRealTimers());

describe('the heartbeat', () => {
  it('is written at once, then at most once a second', () => {
    vi.useFakeTimers();
    const heartbeat = new HeartbeatWriter(dir());
    heartbeat.beat(1, 100);
    expect(read()).toMatchObject({ step: 1, totalSteps: 100, state: 'running', pid: process.pid });
    vi.advanceTimersByTime(900);
    heartbeat.beat(2, 100);
    expect(read().step).toBe(1);
    vi.advanceTimersByTime(200);
    heartbeat.beat(3, 100);
    expect(read().step).toBe(3);
  });

  it('tells the last step and the reason when the run ends, without waiting', () => {
    const heartbeat = new HeartbeatWriter(dir());
    heartbeat.beat(1, 100);
    heartbeat.beat(2, 100);
    heartbeat.finish('failed', 'the loss became NaN');
    expect(readStatus(dir())).toMatchObject({
      state: 'failed',
      heartbeat: { step: 2, totalSteps: 100, reason: 'the loss became NaN' },
    });
  });

  it('costs next to nothing between two writes', () => {
    const heartbeat = new HeartbeatWriter(dir());
    heartbeat.beat(0, 1);
    const before = statSync(join(dir(), 'heartbeat.json')).ino;
    const began = performance.now();
    for (let step = 0; step < 10_000 && performance.now() - began < 500; step += 1) heartbeat.beat(step, 1);
    expect(statSync(join(dir(), 'heartbeat.json')).ino).toBe(before);
  });

  it('of a process that is gone counts as lost', () => {
    new HeartbeatWriter(dir()).beat(7, 10);
    expect(readStatus(dir()).state).toBe('running');
    writeFileSync(join(dir(), 'heartbeat.json'), JSON.stringify({ ...read(), started: 'another boot/1' }));
    expect(readStatus(dir())).toMatchObject({ state: 'lost', heartbeat: { step: 7 } });
  });

  it('that is missing or unreadable leaves the state unknown', () => {
    expect(readStatus(dir())).toEqual({ state: 'unknown' });
    writeFileSync(join(dir(), 'heartbeat.json'), '{"pid":');
    expect(readStatus(dir())).toEqual({ state: 'unknown' });
  });
});
