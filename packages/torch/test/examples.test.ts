// The numbered examples run and print what their comments say.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const run = (name: string) => execFileSync(process.execPath, [folder + name], { encoding: 'utf8' });

const expected: Record<string, RegExp> = {
  '01-tensors.mjs': /\[ 100, 2, 3 \]/,
  '02-gradients.mjs': /step 100: loss 0\.14\d+\naccuracy (1|0\.9[89])/,
  '03-second-derivatives.mjs': /^\[ (1|0\.99999\d+|1\.00000\d+), (1|0\.99999\d+|1\.00000\d+) \]/,
};

it.each(readdirSync(folder))('%s', (name) => {
  expect(run(name)).toMatch(expected[name] as RegExp);
});
