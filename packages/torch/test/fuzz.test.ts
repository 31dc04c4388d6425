// No misuse ends the process: random calls of every public operator, in a child that must survive them.
// Longer runs: `node packages/torch/test/fuzz/drive.mjs --seed 1 --calls 200000 --fence`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildRecord } from '@twoview/torch/engine';
import { afterAll, expect, it } from 'vitest';
import { buildFence, type Crash, fuzz } from './fuzz/drive.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = (crashes: Crash[], seed: number) =>
  crashes.map(
    (c) =>
      `${c.signal} in ${c.name}: node packages/torch/test/fuzz/child.mjs --seed ${seed} --from ${c.index} --calls 1 --show`,
  );

it('2,000 random calls of the public operators leave the process alive', { timeout: 600_000 }, async () => {
  const seed = 101;
  const result = await fuzz({ seed, calls: 2000, env: { FUZZ_THREADS: '1' } });
  expect(report(result.crashes, seed)).toEqual([]);
  expect(result.succeeded).toBeGreaterThan(700);
  expect(result.refused).toBeGreaterThan(500);
});

const fence = process.platform === 'linux' ? buildFence(folder) : null;

it.skipIf(!fence)(
  '2,000 more touch no memory outside their tensors (skipped without a C compiler)',
  { timeout: 600_000 },
  async () => {
    const seed = 102;
    const result = await fuzz({ seed, calls: 2000, env: { FUZZ_THREADS: '1', LD_PRELOAD: fence as string } });
    expect(report(result.crashes, seed)).toEqual([]);
  },
);

// The control: a kernel of 1.13 that is known to read behind its input, reached without its guard.
it.skipIf(!fence || !buildRecord()?.libtorch.version.startsWith('1.13'))(
  'the fence notices a read behind a tensor',
  () => {
    const dist = new URL('../dist/', import.meta.url).href;
    const script = `
    import { ones } from '${dist}index.js';
    import { call } from '${dist}unsafe.js';
    call('aten::median', 'dim', ones([1]).expand([5000]), 0, false);
  `;
    const env = { ...process.env, LD_PRELOAD: fence as string };
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', script], { env }).signal).toBe('SIGSEGV');
  },
);

it('nonsense in every hand-written function and member is an Error each', { timeout: 600_000 }, () => {
  const script = fileURLToPath(new URL('fuzz/members.mjs', import.meta.url));
  expect(Number(execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' }))).toBeGreaterThan(40_000);
});
