// What a run's configuration does not say: machine, versions, commit, command line.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** The package's version. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The commit of the current folder's repository, with `+` where it has changes; undefined outside a repository. */
function gitCommit(): string | undefined {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '-uno') ? '+' : '');
  } catch {
    return undefined;
  }
}

/** What is known before the engine is loaded; the training thread adds the engine's part. */
export function commandEnvironment(): Record<string, unknown> {
  return {
    twoview: packageVersion(),
    node: process.versions.node,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    commit: gitCommit(),
    command: ['twoview', ...process.argv.slice(2)].join(' '),
    folder: process.cwd(),
    started: new Date().toISOString(),
  };
}
