// Compiles the TypeScript of both packages, when a source has changed since the last time it compiled.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { hashOf, run } from '../../packages/torch/scripts/compile.mjs';
import { SetupError } from '../../packages/torch/scripts/libtorch.mjs';
import { writeFileAtomically } from '../../packages/torch/scripts/lock.mjs';

const PACKAGES = ['packages/torch', 'packages/twoview'];
const OUTPUTS = ['.js', '.js.map', '.d.ts', '.d.ts.map'];

/**
 * Runs `tsc -b` over both packages unless their sources are those of the last successful run.
 * @param {{ root: string, log: (line: string) => void }} options
 * @throws {SetupError} with the compiler's errors
 */
export async function compileTypeScript({ root, log }) {
  const stampFile = join(root, '.cache/typescript.stamp');
  const stamp = stampOf(root);
  const built = PACKAGES.every((name) => existsSync(join(root, name, 'dist')));
  if (built && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  log('Compiling TypeScript...');
  for (const name of PACKAGES) removeOrphans(join(root, name));
  const { code, output } = await run(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...PACKAGES],
    { cwd: root },
  );
  if (code !== 0) throw new SetupError(`TypeScript does not compile:\n${output.trim()}`, { exitCode: 1 });
  writeFileAtomically(stampFile, stamp);
}

function stampOf(root) {
  const files = ['tsconfig.base.json', 'package-lock.json'].map((name) => join(root, name));
  for (const name of PACKAGES) {
    files.push(
      join(root, name, 'tsconfig.json'),
      join(root, name, 'package.json'),
      ...filesBelow(join(root, name, 'src')),
    );
  }
  return hashOf(files.flatMap((file) => [relative(root, file), readFileSync(file)]));
}

/** Removes what was compiled from sources that are gone: it would still be found by imports. */
function removeOrphans(packageDir) {
  const dist = join(packageDir, 'dist');
  if (!existsSync(dist)) return;
  for (const file of filesBelow(dist)) {
    const ending = OUTPUTS.findLast((candidate) => file.endsWith(candidate));
    if (!ending) continue;
    const source = join(packageDir, 'src', relative(dist, file).slice(0, -ending.length));
    if (!['.ts', '.tsx'].some((kind) => existsSync(source + kind))) rmSync(file);
  }
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
