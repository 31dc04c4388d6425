// When two runs are the same but for their seed, and when two protocols are the same.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../training/index.js';
import { type Protocol, resolveRun } from './protocol.js';

/** A configuration without its seed, and without what may differ between machines. */
function comparable({ training, ...rest }: Config) {
  const { seed: _, device: __, threads: ___, ...kept } = training;
  return { ...rest, training: kept };
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}

/**
 * Eight hexadecimal digits that are the same for configurations which differ in their seed, device, threads and in where
 * the images lie.
 */
export function configHash(config: Config): string {
  const { data, ...rest } = comparable(config);
  const { folder, download: _, baseUrl: __, ...kept } = { folder: undefined, download: 0, baseUrl: 0, ...data };
  const own = data.name === 'folder' ? { folder: path.basename(String(folder)) } : {};
  const text = JSON.stringify(ordered({ ...rest, data: { ...kept, ...own } }));
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function flatten(value: unknown, at = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[at, value]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, at === '' ? key : `${at}.${key}`));
}

const shown = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));

/** What differs between two configurations besides seed and machine, as `training.epochs is 6 there and 8 here`. */
export function differences(there: Config, here: Config): string[] {
  const [a, b] = [new Map(flatten(comparable(there))), new Map(flatten(comparable(here)))];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => !isDeepStrictEqual(a.get(key), b.get(key)))
    .map((key) => `${key} is ${shown(a.get(key))} there and ${shown(b.get(key))} here`);
}

/** At most three of them in a sentence. */
export function listed(found: readonly string[]): string {
  const rest = found.length - 3;
  return found.slice(0, 3).join(', ') + (rest > 0 ? `, and ${rest} more` : '');
}

/**
 * What another protocol has changed: undefined if every run of the first is one of the second as well. Methods that the
 * first does not have may bring settings of their own, but share what all share.
 */
export function protocolDifference(stored: Protocol, given: Protocol, onGpu: boolean): string | undefined {
  for (const method of new Set([...stored.methods, ...given.methods])) {
    const isNew = !stored.methods.includes(method);
    const own = isNew ? given.perMethod[method] : stored.perMethod[method];
    const before = { ...stored, perMethod: own === undefined ? {} : { [method]: own } };
    const found = differences(resolveRun(before, method, 0, onGpu), resolveRun(given, method, 0, onGpu));
    if (found.length > 0) return `for ${method}, ${listed(found)}`;
  }
  return undefined;
}
