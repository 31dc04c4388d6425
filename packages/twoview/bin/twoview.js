#!/usr/bin/env node
// The command npm links before anything is built: it hands over to the compiled program, or says how to build it.
import { existsSync } from 'node:fs';

const OLDEST_NODE = 20;
const program = new URL('../dist/cli/main.js', import.meta.url);

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(`error: Twoview needs Node.js ${OLDEST_NODE} or newer, and this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (!existsSync(program)) {
  console.error('error: Twoview is not built yet: run `npm run setup` in its repository.');
  process.exitCode = 1;
} else {
  await import(program.href);
}
