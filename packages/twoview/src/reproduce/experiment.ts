// A computation that claims share: plain settings in, plain numbers out, so that a result can be kept on disk.
import { createHash } from 'node:crypto';

/** What an experiment may use while it runs. */
export interface ExperimentIo {
  /** A folder of its own for files that outlive an interruption, such as checkpoints; made by whoever writes to it. */
  folder: string;
  /** Tells how much of `cost` is done. */
  onProgress(done: number): void;
  /** Asked between steps: true asks the experiment to leave with an `InterruptedError`. */
  shouldStop(): boolean;
}

export interface Experiment<R> {
  /** For people, and part of the result's file name. */
  name: string;
  /** Everything the result depends on, as JSON. Another setting is another experiment. */
  settings: unknown;
  /** Expected work in units that are comparable between experiments: milliseconds on one core. */
  cost: number;
  /** @returns plain data: numbers, strings, arrays, objects; NaN and infinities are kept */
  run(io: ExperimentIo): Promise<R>;
}

/** Asked to stop; what was finished is kept. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}

/** Identifies an experiment by its settings: 12 hexadecimal digits. The order of keys makes no difference. */
export function experimentKey({ name, settings }: Pick<Experiment<unknown>, 'name' | 'settings'>): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered({ name, settings })))
    .digest('hex')
    .slice(0, 12);
}

/** What an experiment's files are called; its folder lies beside those of others under this name. */
export function experimentFileName(experiment: Pick<Experiment<unknown>, 'name' | 'settings'>): string {
  return `${experiment.name.replace(/[^\w.=-]+/g, '-')}-${experimentKey(experiment)}`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}
