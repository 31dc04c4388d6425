/**
 * One writer for a run folder. A lock is a numbered record in `.lock/`; the highest number counts. A newcomer claims the next
 * number by `link`, which exactly one process can do, so two of them cannot both take over the lock of a process that died.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode, explain, temporaryName, writeFileAtomic } from './atomic.js';
import { liveness, processIdentitySchema, thisProcess } from './process.js';

/** Milliseconds without a sign of life after which a process of another machine is taken for dead. */
const foreignTimeout = 5 * 60_000;

const recordSchema = z.object({ holder: processIdentitySchema, released: z.boolean() });
type LockRecord = z.infer<typeof recordSchema>;

/** The right to write into a run folder, held by this process until `release()` or its death. */
export class RunLock {
  private constructor(
    private readonly path: string,
    private record: LockRecord,
  ) {}

  /**
   * Takes the lock of the run folder `dir`.
   * @param lastSignOfLife when the folder's heartbeat was last written (milliseconds since 1970), for a holder on another machine.
   * @throws if a living process holds it.
   */
  static acquire(dir: string, lastSignOfLife?: number): RunLock {
    const folder = join(dir, '.lock');
    mkdirSync(folder, { recursive: true });
    for (;;) {
      const highest = generations(folder).at(-1) ?? 0;
      const current = highest > 0 ? readRecord(join(folder, fileName(highest))) : undefined;
      if (current && !isFree(current, lastSignOfLife)) throw new Error(refusal(dir, current));

      const record: LockRecord = { holder: thisProcess(), released: false };
      const path = join(folder, fileName(highest + 1));
      if (!claim(path, record)) continue;
      // A process that read the folder long ago can claim a number which others have passed and cleared away.
      if (generations(folder).at(-1) !== highest + 1) {
        rmSync(path, { force: true });
        continue;
      }
      for (const old of generations(folder)) if (old <= highest) rmSync(join(folder, fileName(old)), { force: true });
      return new RunLock(path, record);
    }
  }

  /** Gives the lock back. The record stays, marked, because the highest number must never disappear. */
  release(): void {
    if (this.record.released) return;
    this.record = { ...this.record, released: true };
    writeFileAtomic(this.path, JSON.stringify(this.record));
  }
}

function fileName(generation: number): string {
  return `${String(generation).padStart(6, '0')}.json`;
}

function generations(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

/** Puts a complete record at `path`, unless one is there already. */
function claim(path: string, record: LockRecord): boolean {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, JSON.stringify(record));
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw explain(error, `lock ${path}`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The record at `path`; undefined if it has vanished or was damaged, which no living holder leaves behind. */
function readRecord(path: string): LockRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function isFree(record: LockRecord, lastSignOfLife: number | undefined): boolean {
  if (record.released) return true;
  const state = liveness(record.holder);
  if (state !== 'unknown') return state === 'dead';
  return lastSignOfLife !== undefined && Date.now() - lastSignOfLife > foreignTimeout;
}

function refusal(dir: string, { holder }: LockRecord): string {
  return (
    `Run folder ${dir} is in use by process ${holder.pid} on ${holder.host}: ` +
    'wait for it to end or stop it, or train into another folder.'
  );
}
