/** The run folder: a training run's only truth, readable with a text editor and safe to kill at any moment. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { explain, writeFileAtomic } from './atomic.js';
import { type CheckpointInfo, CheckpointStore, type StoredCheckpoint } from './checkpoints.js';
import { HeartbeatWriter, type RunState, type RunStatus, readStatus } from './heartbeat.js';
import { RunLock } from './lock.js';
import { type MetricsFile, MetricsLog, type MetricsRow, readMetrics } from './metrics.js';
import { EventWriter } from './tensorboard/writer.js';

/** What a new run starts with. */
export interface CreateOptions {
  /** The whole configuration, defaults filled in: what `twoview train config.yaml` needs to do the same again. */
  config: object;
  /** What the configuration does not say: versions, threads, BLAS, git commit, command line. */
  environment: object;
  /** Start over in a folder that holds a run, deleting that run. Never deletes anything else. */
  force?: boolean;
}

/** How to open a run: `read` (the default) changes nothing; `write` takes the lock and repairs what a kill left half done. */
export interface OpenOptions {
  mode?: 'read' | 'write';
}

/** The mark in `environment.json` by which a folder is known as a run. */
const format = 'twoview.run/1';

/** What `force` deletes. `environment.json` stays until it is replaced: killed half-way, the folder is still known as a run. */
const disposable =
  /^(config\.yaml|metrics\.jsonl|events\.out\.tfevents\..*|log\.txt|heartbeat\.json|checkpoints|report\.html|diagnosis\.html|results\.json|bench\.json)$/;

interface Writing {
  lock: RunLock;
  metrics: MetricsLog;
  heartbeat: HeartbeatWriter;
  events?: EventWriter;
}

/** One run's folder. Made by `create`, or opened again by `open`. */
export class RunFolder {
  /** The run's checkpoints. */
  readonly checkpoints: CheckpointStore;
  private writing: Writing | undefined;
  /** TensorBoard is told to forget events from this step on, after `rewind`. */
  private purgeStep: number | undefined;

  private constructor(readonly dir: string) {
    this.checkpoints = new CheckpointStore(join(dir, 'checkpoints'));
  }

  /**
   * Makes the folder of a new run and takes its lock.
   * @throws if the folder holds something else, or a run and `force` is not given, or a run that is being trained.
   */
  static create(dir: string, { config, environment, force = false }: CreateOptions): RunFolder {
    // Hidden files (.git, .DS_Store, a lock) are neither in the way nor touched.
    const contents = existsSync(dir) ? readdirSync(dir).filter((name) => !name.startsWith('.')) : [];
    const holdsRun = isRun(dir);
    if (holdsRun && !force) {
      throw new Error(
        `${dir} already holds a run: resume it, choose another folder, or start over with force, which deletes that run.`,
      );
    }
    if (!holdsRun && contents.length > 0) {
      throw new Error(
        `${dir} is not empty and is not a run (it holds ${contents[0]}): choose a new folder for the run.`,
      );
    }
    const folder = new RunFolder(dir);
    let lock: RunLock | undefined;
    try {
      mkdirSync(dir, { recursive: true });
      lock = RunLock.acquire(dir, folder.lastSignOfLife());
      for (const name of contents) if (disposable.test(name)) rmSync(join(dir, name), { recursive: true });
      writeFileAtomic(join(dir, 'environment.json'), toJson({ format, ...environment }));
      writeFileAtomic(join(dir, 'config.yaml'), stringify(config));
      folder.startWriting(lock);
      folder.beat(0, 0);
    } catch (error) {
      lock?.release();
      throw explain(error, `create the run folder ${dir}`);
    }
    return folder;
  }

  /**
   * Opens the folder of a run.
   * @throws if it is not a run, or in mode `write` if another process is training in it.
   */
  static open(dir: string, { mode = 'read' }: OpenOptions = {}): RunFolder {
    if (!isRun(dir)) {
      throw new Error(
        `${dir} is not a run folder: it has no environment.json written by twoview. Name the folder of a run.`,
      );
    }
    const folder = new RunFolder(dir);
    if (mode === 'write') {
      const lock = RunLock.acquire(dir, folder.lastSignOfLife());
      try {
        folder.checkpoints.recoverAll();
        folder.startWriting(lock);
      } catch (error) {
        lock.release();
        throw error;
      }
    }
    return folder;
  }

  /** The configuration, as plain data. @throws if `config.yaml` is missing or not YAML. */
  config(): unknown {
    const path = join(this.dir, 'config.yaml');
    try {
      return parse(readFileSync(path, 'utf8'));
    } catch (error) {
      const [what] = (error as Error).message.split(/:?\n/);
      throw new Error(`${path} cannot be read: ${what}`, { cause: error });
    }
  }

  /** What `create` was given as environment, with `resumed`: one entry for each `recordResume`. */
  environment(): Record<string, unknown> {
    return readEnvironment(this.dir) ?? {};
  }

  /** The rows of `metrics.jsonl` so far, and lines that could not be read. */
  metrics(): MetricsFile {
    return readMetrics(join(this.dir, 'metrics.jsonl'));
  }

  /** Where the run stands, as seen from outside. */
  status(): RunStatus {
    return readStatus(this.dir);
  }

  /** Appends a row to `metrics.jsonl` and shows its numbers in TensorBoard. */
  record(row: MetricsRow): void {
    this.writer().metrics.append(row);
    const scalars: Record<string, number> = {};
    for (const [name, value] of Object.entries(row)) {
      if (name !== 'step' && name !== 'time' && typeof value === 'number') scalars[name] = value;
    }
    this.events().scalars(row.step, scalars);
  }

  /** The TensorBoard events of this session, for pictures and the like. */
  events(): EventWriter {
    const writing = this.writer();
    writing.events ??= new EventWriter(this.dir, { purgeStep: this.purgeStep });
    return writing.events;
  }

  /** Adds a line to `log.txt`, with the time. */
  log(message: string): void {
    this.writer();
    appendFileSync(join(this.dir, 'log.txt'), `${new Date().toISOString()} ${message}\n`);
  }

  /** Says that the run lives: see {@link HeartbeatWriter.beat}. */
  beat(step: number, totalSteps: number): void {
    this.writer().heartbeat.beat(step, totalSteps);
  }

  /** Saves a checkpoint (see {@link CheckpointStore.save}) once the metrics up to it are safe on the disk. */
  async saveCheckpoint(
    name: string,
    info: CheckpointInfo,
    write: (dir: string) => void | Promise<void>,
  ): Promise<StoredCheckpoint> {
    this.writer().metrics.flush();
    return this.checkpoints.save(name, info, write);
  }

  /** Forgets what was recorded after `step`, the step of the checkpoint from which the run goes on. Call before `record`. */
  rewind(step: number): void {
    const writing = this.writer();
    writing.metrics.truncateAfter(step);
    writing.events?.close();
    delete writing.events;
    this.purgeStep = step + 1;
  }

  /** Notes in `environment.json` that the run goes on, and in which environment. */
  recordResume(environment: object): void {
    this.writer();
    const before = this.environment();
    const resumed = [...(Array.isArray(before.resumed) ? before.resumed : []), environment];
    writeFileAtomic(join(this.dir, 'environment.json'), toJson({ ...before, resumed }));
  }

  /** Writes a file of the run's own, such as `report.html`, in one step. */
  writeFile(name: string, data: string | Uint8Array): void {
    writeFileAtomic(join(this.dir, name), data);
  }

  /** Says how the run ended, gives back the lock and closes all files. Afterwards the folder can only be read. */
  finish(state: Exclude<RunState, 'running'>, reason?: string): void {
    const { lock, metrics, heartbeat, events } = this.writer();
    try {
      metrics.close();
      events?.close();
      heartbeat.finish(state, reason);
    } finally {
      this.writing = undefined;
      lock.release();
    }
  }

  private startWriting(lock: RunLock): void {
    const metrics = new MetricsLog(join(this.dir, 'metrics.jsonl'));
    this.writing = { lock, metrics, heartbeat: new HeartbeatWriter(this.dir) };
  }

  private writer(): Writing {
    if (!this.writing) {
      throw new Error(`${this.dir} is open for reading only: open it with mode 'write' to train in it.`);
    }
    return this.writing;
  }

  private lastSignOfLife(): number | undefined {
    const updated = this.status().heartbeat?.updated;
    return updated === undefined ? undefined : Date.parse(updated);
  }
}

function isRun(dir: string): boolean {
  return readEnvironment(dir)?.format === format;
}

function readEnvironment(dir: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dir, 'environment.json'), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
