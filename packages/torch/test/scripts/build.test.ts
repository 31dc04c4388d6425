import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildSharedLibrary, findCompiler } from '../../scripts/compile.mjs';
import { withLock } from '../../scripts/lock.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twoview-build-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('compiling', () => {
  const build = async (sources: string[], headers: string[] = []) =>
    buildSharedLibrary({
      compiler: await findCompiler(),
      sources,
      headers,
      compileFlags: ['-fPIC', '-Wall'],
      linkFlags: [],
      output: join(folder, 'out.so'),
      objectDir: join(folder, 'objects'),
      logFile: join(folder, 'build.log'),
    });
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const objects = () =>
    readdirSync(join(folder, 'objects')).map((name) => [name, statSync(join(folder, 'objects', name)).ino]);

  it('compiles again only what changed, and everything when a header did', async () => {
    const header = put('h.h', '#define ONE 1\n');
    const first = put('a.cc', '#include "h.h"\nint a() { return ONE; }\n');
    const second = put('b.cc', 'int b() { return 2; }\n');
    await build([first, second], [header]);
    const before = objects();
    await build([first, second], [header]);
    expect(objects()).toEqual(before);
    put('b.cc', 'int b() { return 3; }\n');
    await build([first, second], [header]);
    expect(objects()).toHaveLength(3);
    put('h.h', '#define ONE 11\n');
    await build([first, second], [header]);
    expect(objects()).toHaveLength(5);
  });

  it('counts warnings', async () => {
    expect(await build([put('w.cc', 'int f() { int unused; return 1; }\n')])).toEqual({ warnings: 1 });
  });

  it('shows the first error and where the rest is', async () => {
    const source = put('bad.cc', 'int f() { return missing; }\nint g() { return other; }\n');
    await expect(build([source])).rejects.toThrow(
      /bad\.cc:1:\d+: error: .*missing.* \(everything it said is in .*build\.log\)/,
    );
    expect(readFileSync(join(folder, 'build.log'), 'utf8')).toMatch(/bad\.cc:2/);
  });

  it('says what CXX should be when it is no compiler', async () => {
    await expect(findCompiler({ env: { CXX: '/nowhere/cxx' } })).rejects.toThrow(/CXX=\/nowhere\/cxx/);
  });
});

describe('the lock', () => {
  it('lets one in at a time', async () => {
    const events: string[] = [];
    const visit = (name: string) =>
      withLock(join(folder, 'lock'), async () => {
        events.push(`${name} in`);
        await sleep(50);
        events.push(`${name} out`);
      });
    await Promise.all([visit('a'), visit('b')]);
    expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
  });

  it('is taken over from a process that died, and given back after an error', async () => {
    writeFileSync(join(folder, 'lock'), '999999999');
    await expect(withLock(join(folder, 'lock'), async () => Promise.reject(new Error('inside')))).rejects.toThrow(
      'inside',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
