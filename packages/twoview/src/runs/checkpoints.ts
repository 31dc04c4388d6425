/**
 * `checkpoints/`: folders that are replaced so that a complete one can be found at every instant, whenever the process dies.
 *
 * A checkpoint `last` is written to `.last.incoming` and flushed, its manifest coming last; then `last` becomes `.last.previous`
 * and `.last.incoming` becomes `last`. Plain folders and renames, no symbolic links: a run copied, zipped or moved to Windows
 * stays a run. Between the two renames there is no `last`, but both others are complete, and `recover` finishes the exchange.
 */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { explain, flushFolder, flushTree } from './atomic.js';
import { findDamage, listFiles, readManifest, writeManifest } from './manifest.js';

/** What is known of a checkpoint without loading it. */
export interface CheckpointInfo {
  /** Optimiser steps done. */
  step: number;
  epoch?: number | undefined;
  /** Measures at that step, e.g. the accuracy for which it is the best. */
  metrics?: Record<string, number> | undefined;
}

/** A complete checkpoint on disk. */
export interface StoredCheckpoint extends CheckpointInfo {
  name: string;
  /** Folder with the files that were written into it (`weights.safetensors`, ...). */
  path: string;
}

/** The newest intact checkpoint, and newer ones which were passed over because they are damaged. */
export interface LatestCheckpoint {
  checkpoint?: StoredCheckpoint;
  damaged: { name: string; reason: string }[];
}

/** The checkpoints of one run. Saving is for the process that holds the run's lock. */
export class CheckpointStore {
  constructor(private readonly dir: string) {}

  /**
   * Writes a checkpoint and puts it in place of the one with that name.
   * @param name `last`, `best`, `step-100`: letters, digits, `-`.
   * @param write writes the checkpoint's files into the folder it is given.
   * @throws if writing fails (a full disk, say); the checkpoint that was there before is untouched.
   */
  async save(
    name: string,
    info: CheckpointInfo,
    write: (dir: string) => void | Promise<void>,
  ): Promise<StoredCheckpoint> {
    checkName(name);
    const incoming = this.aside(name, 'incoming');
    try {
      mkdirSync(this.dir, { recursive: true });
      this.recover(name);
      mkdirSync(incoming);
      await write(incoming);
      writeManifest(incoming, info);
      flushTree(incoming);
    } catch (error) {
      rmSync(incoming, { recursive: true, force: true });
      throw explain(error, `save checkpoint ${name} in ${this.dir} (older checkpoints are intact)`);
    }
    this.exchange(name);
    return { ...info, name, path: join(this.dir, name) };
  }

  /** Keeps the checkpoint `from` under another name as well. The files are shared where the disk can (hard links). */
  async copy(from: string, to: string, metrics?: Record<string, number>): Promise<StoredCheckpoint> {
    const source = this.find(from);
    if (!source) throw new Error(`There is no checkpoint ${from} in ${this.dir} to copy to ${to}.`);
    const info = { step: source.step, epoch: source.epoch, metrics: metrics ?? source.metrics };
    return this.save(to, info, (dir) => {
      for (const file of listFiles(source.path)) {
        mkdirSync(dirname(join(dir, file)), { recursive: true });
        linkOrCopy(join(source.path, file), join(dir, file));
      }
    });
  }

  /**
   * The checkpoint of that name, also in the middle of being replaced. Its checksums are not compared: see `damage`.
   * A reader beside a training process should open its files at once, or take a `step-N`, which is not replaced.
   */
  find(name: string): StoredCheckpoint | undefined {
    checkName(name);
    for (const path of [join(this.dir, name), this.aside(name, 'incoming'), this.aside(name, 'previous')]) {
      const manifest = readManifest(path);
      if (manifest) return describe(name, path, manifest);
    }
    return undefined;
  }

  /** What is wrong with a checkpoint (a size or checksum differs), or undefined if it is intact. Reads it whole. */
  damage(checkpoint: StoredCheckpoint): string | undefined {
    return findDamage(checkpoint.path);
  }

  /** All checkpoints in order of their steps, not counting the retired `last`. */
  list(): StoredCheckpoint[] {
    return this.names()
      .flatMap((name) => this.find(name) ?? [])
      .sort((a, b) => a.step - b.step);
  }

  /**
   * The newest intact checkpoint, for resuming: `last`, or what preceded it if `last` turns out to be damaged.
   * Reads the candidates whole, to compare checksums.
   */
  latest(): LatestCheckpoint {
    const damaged: LatestCheckpoint['damaged'] = [];
    for (const { name, path } of this.candidates()) {
      const manifest = readManifest(path);
      const reason = findDamage(path);
      if (manifest && reason === undefined) return { checkpoint: describe(name, path, manifest), damaged };
      // One that is being written or deleted just now is no loss worth telling.
      if (!path.endsWith('.incoming') && !path.endsWith('.previous'))
        damaged.push({ name, reason: reason ?? 'it vanished' });
    }
    return { damaged };
  }

  /** Deletes the oldest `step-N` checkpoints but the newest `keep`. */
  prune(keep: number): void {
    const steps = this.list().filter(({ name }) => name.startsWith('step-'));
    for (const { name } of steps.slice(0, Math.max(0, steps.length - keep))) this.delete(name);
  }

  /** Finishes or undoes what a killed process left half done. Called when a run is opened for writing. */
  recoverAll(): void {
    if (!existsSync(this.dir)) return;
    for (const entry of readdirSync(this.dir)) {
      if (/^\..*\.removed$/.test(entry)) rmSync(join(this.dir, entry), { recursive: true, force: true });
    }
    for (const name of this.names()) this.recover(name);
  }

  private recover(name: string): void {
    const current = join(this.dir, name);
    const incoming = this.aside(name, 'incoming');
    const previous = this.aside(name, 'previous');
    if (existsSync(incoming)) {
      if (findDamage(incoming) === undefined) this.exchange(name);
      else rmSync(incoming, { recursive: true, force: true });
    }
    if (!existsSync(current) && findDamage(previous) === undefined) renameSync(previous, current);
  }

  /** Puts a complete `.name.incoming` in place of `name`. Can be repeated from any point at which it was cut off. */
  private exchange(name: string): void {
    const current = join(this.dir, name);
    const previous = this.aside(name, 'previous');
    if (existsSync(current)) {
      rmSync(previous, { recursive: true, force: true });
      renameSync(current, previous);
    }
    renameSync(this.aside(name, 'incoming'), current);
    flushFolder(this.dir);
    // Only `last` is worth a second copy: it is what a run goes on from if a disk error damages the newest.
    if (name !== 'last') rmSync(previous, { recursive: true, force: true });
  }

  private delete(name: string): void {
    const doomed = this.aside(name, 'removed');
    renameSync(join(this.dir, name), doomed);
    rmSync(doomed, { recursive: true, force: true });
  }

  /** Every folder that may be a complete checkpoint, the most advanced first. */
  private candidates(): { name: string; path: string }[] {
    const paths = this.names().flatMap((name) =>
      [join(this.dir, name), this.aside(name, 'incoming'), this.aside(name, 'previous')]
        .filter((path) => existsSync(path))
        .map((path) => ({ name, path, step: readManifest(path)?.step ?? Number.POSITIVE_INFINITY })),
    );
    return paths.sort((a, b) => b.step - a.step || Number(b.name === 'last') - Number(a.name === 'last'));
  }

  private names(): string[] {
    if (!existsSync(this.dir)) return [];
    const names = readdirSync(this.dir).flatMap((entry) => {
      const name = /^(?:\.([\w-]+)\.(?:incoming|previous)|([\w-]+))$/.exec(entry);
      return name?.[1] ?? name?.[2] ?? [];
    });
    return [...new Set(names)];
  }

  private aside(name: string, role: 'incoming' | 'previous' | 'removed'): string {
    return join(this.dir, `.${name}.${role}`);
  }
}

function describe(name: string, path: string, { step, epoch, metrics }: CheckpointInfo): StoredCheckpoint {
  return { name, path, step, epoch, metrics };
}

function checkName(name: string): void {
  if (!/^[\w-]+$/.test(name)) {
    throw new Error(`"${name}" cannot name a checkpoint: use letters, digits and hyphens, as in step-100.`);
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
