// What the tests of the command share: folders, images on disk, and one small run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import { twoview } from '../training/command.js';

export { type Outcome, start, twoview } from '../training/command.js';

/** Milliseconds: a test starts processes, and a busy machine takes many times as long. */
export const patience = 600_000;

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-cli-'));
  made.push(folder);
  return folder;
}

/** What makes any run small. */
export const small = [
  'encoder={"name":"convnet","channels":[4,8]}',
  'method.projector={"hidden":[10],"size":6}',
  'training.batchSize=8',
  'training.epochs=1',
  'training.threads=1',
  'evaluation.k=3',
];

/** A few of the generated images. */
export const embedded = ['data.limit=24', 'data.testLimit=20'];

/**
 * Writes pictures of one colour each, of different sizes and kinds, and a file that is none.
 * @returns the names of the good ones in order
 */
export async function writeImages(folder: string, count: number, { broken = false } = {}): Promise<string[]> {
  mkdirSync(path.join(folder, 'inner'), { recursive: true });
  const names = Array.from({ length: count }, (_, i) => {
    const kind = ['png', 'jpg', 'webp'][i % 3];
    return `${i % 4 === 0 ? 'inner/' : ''}picture-${String(i).padStart(2, '0')}.${kind}`;
  });
  await Promise.all(
    names.map((name, i) => {
      const background = { r: (i * 53) % 256, g: (i * 101) % 256, b: (i * 29) % 256 };
      return sharp({ create: { width: 40 + i, height: 50, channels: 3, background } }).toFile(path.join(folder, name));
    }),
  );
  if (broken) writeFileSync(path.join(folder, 'broken.jpg'), 'this is no picture');
  return names.sort();
}

/** Runs the command and takes its output for one JSON value. */
export async function json<T>(...args: string[]): Promise<T> {
  const { stdout, stderr, code } = await twoview(...args);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
