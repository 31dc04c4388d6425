#!/usr/bin/env node
// `npm test`: set-up, the static checks, then vitest. Arguments go to vitest: `npm test -- augment`.
// The last line is `N passed, N failed`, where each static check counts as one; exit code 0 only if nothing failed.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../packages/torch/scripts/compile.mjs';
import { SetupError } from '../packages/torch/scripts/libtorch.mjs';
import { checkDocs } from './check-docs.mjs';
import { checkRooms } from './check-rooms.mjs';
import { prepare, root } from './setup.mjs';
import { compileTypeScript } from './steps/typescript.mjs';

const node = (script, ...args) => run(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root });

/** Each returns the problems it finds; the code is compiled first, since the tests' types come from it. */
const CHECKS = [
  ['types', compiles],
  ['types of the tests', () => problemsOf(node('typescript/bin/tsc', '-p', 'tsconfig.test.json'))],
  ['formatting and lint', () => problemsOf(node('@biomejs/biome/bin/biome', 'check', '--error-on-warnings'))],
  ['order of rooms', () => checkRooms(root)],
  ['links in the documentation', () => checkDocs(root)],
];

async function compiles() {
  try {
    await compileTypeScript({ root, log: () => {} });
    return [];
  } catch (error) {
    if (error instanceof SetupError) return [error.message];
    throw error;
  }
}

async function problemsOf(running) {
  const { code, output } = await running;
  return code === 0 ? [] : [output.trim()];
}

async function staticChecks() {
  let failed = 0;
  for (const [name, check] of CHECKS) {
    const problems = await check();
    if (problems.length > 0) failed++;
    console.log(`${problems.length > 0 ? 'failed' : 'passed'}: ${name}`);
    for (const problem of problems) console.log(problem.replace(/^/gm, '  '));
  }
  return { passed: CHECKS.length - failed, failed };
}

async function vitest(args) {
  const summaryFile = join(root, '.cache/test-summary.json');
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(summaryFile, { force: true });
  const reporter = join(root, 'scripts/steps/vitest-summary.mjs');
  const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', `--reporter=${reporter}`];
  const env = { ...process.env, TWOVIEW_TEST_SUMMARY: summaryFile };
  const child = spawn(process.execPath, [...command, ...args], { cwd: root, env, stdio: 'inherit' });
  const code = await new Promise((done) => child.on('close', done));
  if (!existsSync(summaryFile)) return { passed: 0, failed: 1, skipped: [] };
  const summary = JSON.parse(readFileSync(summaryFile, 'utf8'));
  // Vitest also fails when it found no test at all.
  if (code !== 0 && summary.failed === 0) summary.failed = 1;
  return summary;
}

function reportSkipped(skipped) {
  const groups = new Map();
  for (const { suite, reason } of skipped) {
    const group = reason ? `${suite}: ${reason}` : suite;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  for (const [group, count] of groups) console.log(`skipped ${count}: ${group}`);
}

async function main() {
  const started = Date.now();
  await prepare({ peers: true });
  const checks = await staticChecks();
  const tests = await vitest(process.argv.slice(2));
  const failed = checks.failed + tests.failed;
  reportSkipped(tests.skipped);
  console.log(`after ${Math.round((Date.now() - started) / 1000)} s`);
  console.log(`${checks.passed + tests.passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`error: ${error.message}`);
  console.log('0 passed, 1 failed');
  process.exitCode = error.exitCode;
}
