// The check of the machine: with the engine as it is, and with one that was never built.
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { patience, start, temporaryFolder, twoview } from './setup.js';

interface Report {
  ready: boolean;
  checks: { name: string; ok: boolean; found: string; remedy?: string; essential: boolean }[];
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));

test('a machine that can train is ready, as JSON and in words', { timeout: patience }, async () => {
  const { code, stdout, stderr } = await twoview('doctor', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { ready, checks } = JSON.parse(stdout) as Report;
  expect(ready).toBe(true);
  const found = Object.fromEntries(checks.map((check) => [check.name, check]));
  expect(found.Node).toMatchObject({ ok: true, found: process.versions.node, essential: true });
  expect(found.libtorch!.found).toMatch(/^\d+\.\d+/);
  expect(found['matrix product']!.found).toMatch(/\d+ GFLOP\/s on 1 thread/);
  expect(Object.keys(found)).toEqual(expect.arrayContaining(['BLAS', 'augmentation kernel', 'image decoding', 'CUDA']));
  for (const { ok, remedy } of checks) if (!ok) expect(remedy).toBeTruthy();
  const words = await twoview('doctor');
  expect(words.stdout).toContain('Ready to train.');
  for (const { name } of checks) expect(words.stdout).toContain(name);
});

test('without a built engine it says so, names the remedy, and exits with 1', { timeout: patience }, async () => {
  const home = temporaryFolder();
  const modules = path.join(home, 'node_modules');
  mkdirSync(path.join(modules, '@twoview'), { recursive: true });
  for (const name of readdirSync(path.join(root, 'node_modules'))) {
    if (name !== 'twoview' && name !== '@twoview' && name !== '.bin')
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
  }
  // Copies, for a link's target would find the engine of this repository.
  const copy = (from: string, to: string, parts: string[]): void => {
    for (const part of parts)
      cpSync(path.join(root, 'packages', from, part), path.join(modules, to, part), { recursive: true });
  };
  copy('torch', '@twoview/torch', ['dist', 'package.json']);
  copy('twoview', 'twoview', ['dist', 'bin', 'package.json']);
  const own = path.join(root, 'packages/twoview/node_modules');
  if (existsSync(own)) symlinkSync(own, path.join(modules, 'twoview/node_modules'));
  const program = path.join(modules, 'twoview/bin/twoview.js');
  const { code, stdout, stderr } = await start(['doctor', '--json'], { program }).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const { ready, checks } = JSON.parse(stdout) as Report;
  expect(ready).toBe(false);
  expect(checks.at(-1)).toMatchObject({
    name: 'engine',
    ok: false,
    found: 'not built',
    remedy: expect.stringContaining('npm run setup'),
  });

  // Commands that need the engine say the same instead of a stack trace; the overview does without it.
  const trained = await start(['train', '--out', path.join(home, 'run')], { program }).ended;
  expect(trained.code).toBe(1);
  expect(trained.stderr).toMatch(/npm run setup/);
  expect(trained.stderr).not.toMatch(/^\s+at /m);
  expect((await start(['--help'], { program }).ended).code).toBe(0);
});
