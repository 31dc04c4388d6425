/** A checkpoint's `manifest.json`: what it holds and the checksum of every file, so that a torn one is never loaded. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from './atomic.js';

const manifestSchema = z.object({
  step: z.number().int().nonnegative(),
  epoch: z.number().optional(),
  metrics: z.record(z.string(), z.number()).optional(),
  created: z.string(),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
});

/** The contents of `manifest.json`. */
export type Manifest = z.infer<typeof manifestSchema>;

const manifestName = 'manifest.json';

/** Describes every file in `dir` and writes the description there. */
export function writeManifest(dir: string, about: Pick<Manifest, 'step' | 'epoch' | 'metrics'>): void {
  const files: Manifest['files'] = {};
  for (const name of listFiles(dir).sort()) {
    const path = join(dir, name);
    files[name] = { bytes: statSync(path).size, sha256: hashFile(path) };
  }
  const manifest: Manifest = { ...about, created: new Date().toISOString(), files };
  writeFileSync(join(dir, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The manifest in `dir`, or undefined if there is none that can be read. */
export function readManifest(dir: string): Manifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(dir, manifestName), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Compares a checkpoint with its manifest. @returns what is wrong with it, or undefined if it is intact. */
export function findDamage(dir: string): string | undefined {
  const manifest = readManifest(dir);
  if (!manifest) return 'its manifest.json is missing or unreadable';
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = join(dir, name);
    try {
      const { size } = statSync(path);
      if (size !== expected.bytes) return `${name} has ${size} bytes instead of ${expected.bytes}`;
      if (hashFile(path) !== expected.sha256) return `${name} does not match its checksum`;
    } catch (error) {
      return `${name} cannot be read (${errorCode(error) ?? String(error)})`;
    }
  }
  return undefined;
}

/** Paths of the files below `dir`, relative to it, without the manifest. */
export function listFiles(dir: string, below = ''): string[] {
  return readdirSync(join(dir, below), { withFileTypes: true }).flatMap((entry) => {
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return listFiles(dir, name);
    return name === manifestName ? [] : [name];
  });
}

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(path, 'r');
  try {
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
