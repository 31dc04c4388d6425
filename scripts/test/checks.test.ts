import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDocs } from '../check-docs.mjs';
import { checkRooms } from '../check-rooms.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'twoview-checks-'));
  put('packages/twoview/package.json', JSON.stringify({ dependencies: { '@twoview/torch': '1', zod: '1' } }));
  put('packages/torch/package.json', '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('the order of rooms', () => {
  it.each([
    ['a room above', 'metrics/a.ts', "import { b } from '../data/index.js';"],
    [
      'its own room, the engine, Node and listed packages',
      'data/a.ts',
      "import './b.js';\nimport t from '@twoview/torch/nn';\nimport 'node:fs';\nimport { z } from 'zod';",
    ],
    [
      'words in comments and strings',
      'data/a.ts',
      "// import x from '../cli/x.js'; console.log\nconst s = 'process.env';",
    ],
    ['printing and the environment in cli', 'cli/a.ts', 'console.log(process.env.HOME);'],
    ['the index beside the rooms', 'index.ts', "export * from './cli/index.js';"],
  ])('allows %s', (_, file, text) => {
    put(`packages/twoview/src/${file}`, text);
    expect(checkRooms(root)).toEqual([]);
  });

  it.each([
    [
      'a room below',
      'data/a.ts',
      "import { b } from '../metrics/index.js';",
      /data imports .* but metrics comes after data/,
    ],
    ['a room below, as types', 'data/a.ts', "import type {\n  B,\n} from '../cli/b.js';", /cli comes after data/],
    ['a room below, by name', 'data/a.ts', "export { b } from 'twoview/metrics';", /metrics comes after data/],
    ['a room below, lazily', 'data/a.ts', "await import('../metrics/b.js');", /metrics comes after data/],
    ['what is outside', 'data/a.ts', "import b from '../../../torch/src/b.js';", /leads out of the rooms/],
    [
      'a package that is not listed',
      'data/a.ts',
      "import _ from 'lodash/fp';",
      /imports lodash, which its package.json/,
    ],
    ['printing', 'training/a.ts', "process.stdout.write('');", /prints/],
    ['the environment', 'report/a.ts', 'const home = process.env.HOME;', /reads process\.env/],
    ['a folder that is no room', 'utils/a.ts', '', /not a room/],
    ['imports in the scalar theory', 'theory/dynamics/scalar.ts', "import 'node:fs';", /stand on its own/],
  ])('refuses %s', (_, file, text, message) => {
    put(`packages/twoview/src/${file}`, text);
    expect(checkRooms(root)).toEqual([expect.stringMatching(message)]);
  });

  it('keeps the engine free of the toolkit and of the terminal', () => {
    put('packages/torch/src/a.ts', "import 'twoview/data';\nconsole.log(process.env.X);");
    put('packages/torch/src/engine/load.ts', 'const x = process.env.X;');
    expect(checkRooms(root)).toEqual([
      expect.stringMatching(/nothing outside itself/),
      expect.stringMatching(/a\.ts prints/),
      expect.stringMatching(/a\.ts reads/),
    ]);
  });
});

describe('links in the documentation', () => {
  it('lead to files and headings that exist', () => {
    put('docs/guide.md', '# The *engine*, as `measured`\n## Twice\n## Twice\n');
    put(
      'README.md',
      '[a](docs/guide.md) [b](docs/guide.md#the-engine-as-measured) [c](docs/guide.md#twice-1) [d](https://x.y/z)',
    );
    expect(checkDocs(root)).toEqual([]);
    put('README.md', '[a](docs/none.md)\n\n![b](none.png)\n\n[c](docs/guide.md#none)\n\n`[d](e)`\n');
    expect(checkDocs(root)).toHaveLength(3);
  });
});
