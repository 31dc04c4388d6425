/** Telling one process from a later one with the same number: its start time, and whether it still lives. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Identifies one process on one machine, also after its number was given to another. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** When the process started, as the system counts it (opaque; compare for equality). Missing where it cannot be had. */
  started?: string | undefined;
}

/** What a file may hold as a {@link ProcessIdentity}. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  started: z.string().optional(),
});

/** The identity of this very process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: startTime(process.pid) };
}

/**
 * Whether that process still runs.
 * @returns 'unknown' for a process of another machine, which cannot be seen from here.
 */
export function liveness(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (identity.host !== hostname()) return 'unknown';
  if (!exists(identity.pid)) return 'dead';
  const started = startTime(identity.pid);
  return identity.started === undefined || started === undefined || started === identity.started ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name, field 2, may itself hold blanks and brackets: count from its closing bracket. Start time is field 22.
      const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return `${boot}/${ticks}`;
    }
    if (process.platform === 'darwin') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
  } catch {
    // The process ended meanwhile, or /proc is not mounted: its number alone must do.
  }
  return undefined;
}
