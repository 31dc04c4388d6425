// npm's packages: installed when what is in node_modules is not what package-lock.json asks for.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../packages/torch/scripts/compile.mjs';
import { SetupError } from '../../packages/torch/scripts/libtorch.mjs';

/**
 * Runs `npm ci` unless node_modules holds every package of package-lock.json at its version.
 * @param {{ root: string, log: (line: string) => void }} options
 * @throws {SetupError} with npm's own error
 */
export async function ensureDependencies({ root, log }) {
  if (dependenciesMatch(root)) return;
  log("Installing npm's packages (npm ci)...");
  const script = process.env.npm_execpath;
  const [command, ...before] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  // No dependency needs a script at install time, and newer npm versions do not run them.
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await run(command, [...before, ...options], { cwd: root }).catch(() => {
    throw new SetupError('npm was not found: install it together with Node.js, then run this again.');
  });
  if (code !== 0) throw new SetupError(`\`npm ci\` failed: ${output.trim()}`, { exitCode: 1 });
}

/** npm leaves a copy of the lock file in node_modules that says what is really there. */
function dependenciesMatch(root) {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    if (entry.link) return existsSync(join(root, path));
    // Packages for other platforms are optional, and absent.
    return installed[path] ? installed[path].version === entry.version : Boolean(entry.optional || entry.devOptional);
  });
}
