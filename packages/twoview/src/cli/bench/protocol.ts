// What a bench keeps fixed: an ordinary configuration without method and seed, the methods and seeds it is trained with, and
// what single methods may have to themselves. `bench.yaml` is a configuration file that `twoview bench` reads again.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { findPreset, siameseNames } from '../../methods/index.js';
import { writeFileAtomic } from '../../runs/index.js';
import { type Config, configSchema, parseOverride, resolveConfig } from '../../training/index.js';
import { settle } from '../commands/train.js';
import { UsageError } from '../output.js';

type Plain = Record<string, unknown>;

/** The mark in `bench.yaml` by which a folder is known as a bench: a file of that name may be someone's own. */
const format = 'twoview.bench/1';

/** The section `bench` of a configuration file. */
const benchSchema = z.strictObject({
  format: z.literal(format).optional(),
  methods: z.union([z.literal('all').transform(() => [...siameseNames]), z.array(z.string()).min(1)]).optional(),
  seeds: z.array(z.int().min(0)).min(1).optional(),
  perMethod: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  overrides: z.array(z.string()).default([]),
  command: z.string().optional(),
});

/** What every run of a bench shares. */
export interface Shared {
  /** A configuration file's content, without `bench` and without a method's name. */
  file: Plain;
  /** `a.b=value` for every method. */
  overrides: string[];
  /** By method: dotted paths (or sections) and their values. These win over everything else. */
  perMethod: Record<string, Plain>;
}

/** A whole bench. */
export interface Protocol extends Shared {
  methods: string[];
  seeds: number[];
  /** The command line that last worked on it. */
  command?: string | undefined;
}

/** A protocol as a file gives it, perhaps without methods and seeds. */
export type ProtocolFile = Shared & Partial<Pick<Protocol, 'methods' | 'seeds' | 'command'>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Splits a configuration file into what all methods share and the section `bench`.
 * @throws UsageError that names what is wrong
 */
export function parseProtocolFile(content: unknown, where: string): ProtocolFile {
  if (!isPlain(content ?? {}))
    throw new UsageError(`${where} must hold a mapping, such as \`training: { epochs: 50 }\``);
  const { bench = {}, method, ...rest } = (content ?? {}) as Plain;
  const parsed = benchSchema.safeParse(bench);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`${where}: ${['bench', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
  }
  const { name, ...slots } = isPlain(method) ? method : { name: method };
  const methods = parsed.data.methods ?? (typeof name === 'string' ? [name] : undefined);
  return {
    file: Object.keys(slots).length > 0 ? { ...rest, method: slots } : rest,
    overrides: parsed.data.overrides,
    perMethod: parsed.data.perMethod,
    ...(methods === undefined ? {} : { methods }),
    ...(parsed.data.seeds === undefined ? {} : { seeds: parsed.data.seeds }),
    command: parsed.data.command,
  };
}

/** Refuses overrides that would make the rows of a table tell of different things. */
export function checkShared({ overrides, perMethod }: Shared): void {
  const check = (text: string, owner?: string): void => {
    const { path: keys } = parseOverride(text);
    const [section, field] = keys;
    const where = owner === undefined ? '' : `perMethod.${owner}: `;
    if (section === 'method' && (field === undefined || field === 'name'))
      throw new UsageError(`${where}'${text}' chooses a method: name methods by --methods or bench.methods`);
    if (section === 'training' && field === 'seed')
      throw new UsageError(`${where}'${text}' chooses a seed: give seeds by --seeds or bench.seeds`);
    if (owner !== undefined && (section === 'data' || section === 'evaluation'))
      throw new UsageError(
        `${where}'${text}' changes what the methods are compared on: set ${section} for all methods alike`,
      );
  };
  for (const text of overrides) check(text);
  for (const [method, own] of Object.entries(perMethod)) {
    findPreset(method);
    for (const text of ownOverrides(own)) check(text, method);
  }
}

const ownOverrides = (own: Plain = {}): string[] =>
  Object.entries(own).map(([key, value]) => `${key}=${JSON.stringify(value)}`);

/**
 * An optimiser that is given by name is everyone's whole optimiser; single fields are laid on each preset's own.
 */
function wholeOptimizer(value: unknown): unknown {
  const named = typeof value === 'string' ? { name: value } : value;
  if (!isPlain(named) || named.name === undefined) return value;
  const schedule = typeof named.schedule === 'string' ? { name: named.schedule } : named.schedule;
  const result = configSchema.shape.optimizer.safeParse({ ...named, ...(schedule === undefined ? {} : { schedule }) });
  return result.success ? result.data : value; // what is wrong with it is said where the configuration is resolved
}

function wholeOverride(text: string): string {
  const { path: keys, value } = parseOverride(text);
  return keys.join('.') === 'optimizer' ? `optimizer=${JSON.stringify(wholeOptimizer(value))}` : text;
}

/**
 * The configuration of one run.
 * @throws UsageError that names the method and every field that is wrong
 */
export function resolveRun(shared: Shared, method: string, seed: number, onGpu: boolean): Config {
  const { file, overrides, perMethod } = shared;
  try {
    return settle(
      resolveConfig({
        file: 'optimizer' in file ? { ...file, optimizer: wholeOptimizer(file.optimizer) } : file,
        method,
        overrides: [...overrides.map(wholeOverride), ...ownOverrides(perMethod[method]), `training.seed=${seed}`],
        onGpu,
      }),
    );
  } catch (error) {
    throw new UsageError(`${method}: ${(error as Error).message}`);
  }
}

/** The images' folder as seen from anywhere, so that a bench goes on from another current folder. */
export function withAbsoluteData(shared: Shared, onGpu: boolean, method: string): Shared {
  const { data } = resolveRun(shared, method, 0, onGpu);
  if (!('folder' in data)) return shared;
  const overrides = shared.overrides.filter((text) => parseOverride(text).path.join('.') !== 'data.folder');
  return { ...shared, overrides: [...overrides, `data.folder=${JSON.stringify(data.folder)}`] };
}

const protocolPath = (dir: string): string => path.join(dir, 'bench.yaml');

/** The protocol of the bench in a folder; undefined where there is none. @throws UsageError if it cannot be read */
export function readProtocol(dir: string): Protocol | undefined {
  const file = protocolPath(dir);
  if (!existsSync(file)) return undefined;
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message.split(/:?\n/)[0]}`);
  }
  if (!isPlain(content) || !isPlain(content.bench) || content.bench.format !== format) return undefined;
  const { methods, seeds, ...shared } = parseProtocolFile(content, file);
  if (!methods || !seeds) throw new UsageError(`${file} names no ${methods ? 'bench.seeds' : 'bench.methods'}`);
  return { ...shared, methods, seeds };
}

export function writeProtocol(dir: string, { file, ...bench }: Protocol): void {
  const { methods, seeds, overrides, perMethod, command } = bench;
  const text = stringify({ ...file, bench: { format, methods, seeds, overrides, perMethod, command } });
  writeFileAtomic(
    protocolPath(dir),
    `# One protocol for all runs; again elsewhere: twoview bench bench.yaml --out DIR\n${text}`,
  );
}
