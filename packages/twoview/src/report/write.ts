/** Puts a report where it will be found: `report.html` in a folder. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../runs/index.js';

/**
 * Writes `report.html` into `dir`, which is made if need be. A reader sees the old report or the new one.
 * @returns the report's path.
 */
export function writeReport(dir: string, page: string): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'report.html');
  writeFileAtomic(path, page);
  return path;
}
