// No misuse ends the process: random calls of every public operator, in a child that must survive them.
// Longer runs: `node packages/torch/test/fuzz/drive.mjs --seed 1 --calls 200000 --fence`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { buildFence, type Crash, fuzz } from './fuzz/drive.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = (crashes: Crash[], seed: number) =>
  crashes.map(
    (c) =>
      `${c.signal} in ${c.name}: node packages/torch/test/fuzz/child.mjs --seed ${seed} --from ${c.index} --calls 1 --show`,
  );

it('3,000 random calls of the public operators leave the process alive', { timeout: 600_000 }, async () => {
  const seed = 101;
  const result = await fuzz({ seed, calls: 3000, env: { FUZZ_THREADS: '1' } });
  expect(report(result.crashes, seed)).toEqual([]);
  expect(result.succeeded).toBeGreaterThan(1000);
  expect(result.refused).toBeGreaterThan(800);
});

const fence = process.platform === 'linux' ? buildFence(folder) : null;

it.skipIf(!fence)(
  '3,000 more touch no memory outside their tensors (skipped without a C compiler)',
  { timeout: 600_000 },
  async () => {
    const seed = 102;
    const result = await fuzz({ seed, calls: 3000, env: { FUZZ_THREADS: '1', LD_PRELOAD: fence as string } });
    expect(report(result.crashes, seed)).toEqual([]);
  },
);

it('nonsense in every hand-written function and member is an Error each', { timeout: 600_000 }, () => {
  const script = fileURLToPath(new URL('fuzz/members.mjs', import.meta.url));
  expect(Number(execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' }))).toBeGreaterThan(
    100_000,
  );
});
