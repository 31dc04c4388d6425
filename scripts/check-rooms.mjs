#!/usr/bin/env node
// Keeps the rooms of packages/twoview/src in their order: data flows down the list once, and a room imports only from
// rooms above it, from itself and from @twoview/torch. Also: only cli and report print, and only cli reads the
// environment and the command line. `node scripts/check-rooms.mjs` prints what breaks this.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isEntry } from '../packages/torch/scripts/entry.mjs';

/** The rooms, in the order in which data flows. */
export const ROOMS = [
  'data',
  'augment',
  'models',
  'normalizers',
  'objectives',
  'metrics',
  'attacks',
  'methods',
  'interchange',
  'runs',
  'training',
  'evaluation',
  'diagnosis',
  'theory',
  'metarl',
  'report',
  'reproduce',
  'cli',
];

/** The rooms that may write to the terminal. */
const PRINTERS = new Set(['report', 'cli']);

/** Files that import nothing at all, so that they can be read and used on their own. */
const SELF_CONTAINED = ['theory/dynamics/scalar.ts', 'theory/dynamics/scalar/'];

const ENVIRONMENT = /\bprocess\s*\.\s*(?:env|argv)\b/;
const TERMINAL = /\bconsole\s*\.|\bprocess\s*\.\s*(?:stdout|stderr)\b/;
const IMPORTS = [
  /(?:^|[;\n])\s*(?:import|export)\s[^;'"`]*?\bfrom\s*['"]([^'"\n]+)['"]/g,
  /(?:^|[;\n])\s*import\s*['"]([^'"\n]+)['"]/g,
  /\bimport\s*\(\s*['"]([^'"\n]+)['"]/g,
];

/**
 * @param {string} root the repository
 * @returns {string[]} one sentence for each thing that breaks the order; empty when all is well
 */
export function checkRooms(root) {
  return [...checkToolkit(join(root, 'packages/twoview'), root), ...checkEngine(join(root, 'packages/torch'), root)];
}

function checkToolkit(packageDir, root) {
  const src = join(packageDir, 'src');
  const dependencies = dependenciesOf(packageDir);
  const problems = [];
  for (const file of sourcesBelow(src)) {
    const place = relative(src, file);
    const where = relative(root, file);
    const room = place.includes(sep) ? place.split(sep)[0] : undefined;
    if (room === undefined && place !== 'index.ts') {
      problems.push(`${where} is in no room: only index.ts belongs beside the rooms`);
    }
    if (room !== undefined && !ROOMS.includes(room)) {
      problems.push(`${where} is in ${room}, which is not a room: the rooms are listed in scripts/check-rooms.mjs`);
      continue;
    }
    const code = withoutComments(readFileSync(file, 'utf8'));
    for (const specifier of importsOf(code)) {
      const problem = room && roomProblem({ src, file, room, specifier, dependencies });
      if (problem) problems.push(`${where}: ${problem}`);
    }
    if (
      SELF_CONTAINED.some((path) => place.startsWith(path)) &&
      importsOf(code).some((name) => !isInside(src, file, name, SELF_CONTAINED))
    ) {
      problems.push(`${where} imports something: it has to stand on its own`);
    }
    const bare = withoutStrings(code);
    if (!PRINTERS.has(room) && TERMINAL.test(bare))
      problems.push(`${where} prints: only ${[...PRINTERS].join(' and ')} may`);
    if (room !== 'cli' && ENVIRONMENT.test(bare))
      problems.push(`${where} reads process.env or process.argv: only cli may`);
  }
  return problems;
}

/** The engine knows nothing of the toolkit, prints nothing, and reads the environment only while it is being loaded. */
function checkEngine(packageDir, root) {
  const src = join(packageDir, 'src');
  const dependencies = dependenciesOf(packageDir);
  const problems = [];
  for (const file of sourcesBelow(src)) {
    const where = relative(root, file);
    const code = withoutComments(readFileSync(file, 'utf8'));
    for (const specifier of importsOf(code)) {
      const outside = specifier.startsWith('.') && relative(src, resolve(dirname(file), specifier)).startsWith('..');
      if (/^twoview(\/|$)/.test(specifier) || outside)
        problems.push(`${where} imports ${specifier}: the engine knows nothing outside itself`);
      else if (!specifier.startsWith('.'))
        problems.push(...undeclared(specifier, dependencies).map((text) => `${where}: ${text}`));
    }
    const bare = withoutStrings(code);
    if (TERMINAL.test(bare)) problems.push(`${where} prints: the engine never does`);
    if (ENVIRONMENT.test(bare) && !relative(src, file).startsWith(`engine${sep}`)) {
      problems.push(`${where} reads process.env or process.argv: only engine/ may`);
    }
  }
  return problems;
}

function roomProblem({ src, file, room, specifier, dependencies }) {
  const target = targetRoom(src, file, specifier);
  if (target === undefined) return undeclared(specifier, dependencies)[0];
  if (target === '') return `imports ${specifier}, which leads out of the rooms`;
  if (target === room || ROOMS.indexOf(target) < ROOMS.indexOf(room)) return undefined;
  return `${room} imports ${specifier}, but ${target} comes after ${room} in the order of rooms`;
}

/** The room an import leads to; '' if it leads out of all rooms; undefined if it is another package. */
function targetRoom(src, file, specifier) {
  if (specifier.startsWith('.')) {
    const path = relative(src, resolve(dirname(file), specifier)).split(sep);
    return ROOMS.includes(path[0]) && path.length > 1 ? path[0] : '';
  }
  const own = /^twoview(?:\/([^/]+))?/.exec(specifier);
  return own ? (own[1] ?? '') : undefined;
}

const isInside = (src, file, specifier, places) =>
  specifier.startsWith('.') &&
  places.some((place) => relative(src, resolve(dirname(file), specifier)).startsWith(place));

/** A package that is used has to be asked for. */
function undeclared(specifier, dependencies) {
  if (isBuiltin(specifier)) return [];
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return dependencies.has(name) ? [] : [`imports ${name}, which its package.json does not list`];
}

function dependenciesOf(packageDir) {
  const {
    dependencies = {},
    peerDependencies = {},
    optionalDependencies = {},
  } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  return new Set(Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }));
}

const importsOf = (code) => IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]));

const TOKENS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
const withoutComments = (code) => code.replace(TOKENS, (token) => (token.startsWith('/') ? '' : token));
const withoutStrings = (code) => code.replace(TOKENS, "''");

function sourcesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

if (isEntry(import.meta.url)) {
  const problems = checkRooms(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
