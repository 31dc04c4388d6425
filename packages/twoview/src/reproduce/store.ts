// Finished experiments on disk, one JSON file each, so that an interrupted reproduction goes on where it was.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../runs/index.js';
import { type Experiment, experimentFileName, experimentKey } from './experiment.js';
import { parseJson, stringifyJson } from './json.js';

/** A result and how long it took to compute. */
export interface StoredResult<R = unknown> {
  seconds: number;
  result: R;
}

interface StoredFile extends StoredResult {
  experiment: string;
  settings: unknown;
}

export class ExperimentStore {
  private readonly memory = new Map<string, StoredResult>();

  /** @param dir the reproduction's folder; files go to `experiments/` in it */
  constructor(readonly dir: string) {}

  private path(experiment: Experiment<unknown>): string {
    return path.join(this.dir, 'experiments', `${experimentFileName(experiment)}.json`);
  }

  /** Where the experiment may keep files of its own. */
  folderOf(experiment: Experiment<unknown>): string {
    return path.join(this.dir, 'runs', experimentFileName(experiment));
  }

  /** The stored result; undefined if there is none, or the file is damaged and has to be computed again. */
  find<R>(experiment: Experiment<R>): StoredResult<R> | undefined {
    const key = experimentKey(experiment);
    const known = this.memory.get(key);
    if (known) return known as StoredResult<R>;
    const file = this.path(experiment);
    if (!existsSync(file)) return undefined;
    const stored = readStored(file);
    if (stored) this.memory.set(key, stored);
    return stored as StoredResult<R> | undefined;
  }

  save<R>(experiment: Experiment<R>, stored: StoredResult<R>): void {
    const file = this.path(experiment);
    mkdirSync(path.dirname(file), { recursive: true });
    const content: StoredFile = { experiment: experiment.name, settings: experiment.settings, ...stored };
    writeFileAtomic(file, `${stringifyJson(content)}\n`);
    this.memory.set(experimentKey(experiment), stored);
  }
}

function readStored(file: string): StoredResult | undefined {
  try {
    const value = parseJson(readFileSync(file, 'utf8')) as Partial<StoredFile> | null;
    if (typeof value?.seconds !== 'number' || value.result === undefined) return undefined;
    return { seconds: value.seconds, result: value.result };
  } catch {
    return undefined;
  }
}
