// Progress of long reads, downloads and decodes, as plain events; drawing them is the command's business.

/** How far a stage has come. */
export interface Progress {
  readonly stage: 'download' | 'extract' | 'read' | 'decode' | 'generate';
  readonly unit: 'bytes' | 'images';
  readonly done: number;
  /** What `done` will be at the end; null while it is not known. */
  readonly total: number | null;
  /** Units a second since the stage began (not counting what an earlier, interrupted one had done). */
  readonly rate: number;
  /** The file or address at work, where there is one. */
  readonly item?: string;
}

export type OnProgress = (progress: Progress) => void;

/** At most this often, so that a callback may draw. */
const INTERVAL_MS = 100;

/** Counts a stage's progress and reports it: at the start, now and then, and at the end. */
export class ProgressMeter {
  readonly #report: OnProgress | undefined;
  readonly #began = performance.now();
  readonly #from: number;
  #done: number;
  #last = Number.NEGATIVE_INFINITY;

  /** @param from what was done already, for a stage that goes on where another stopped. */
  constructor(
    report: OnProgress | undefined,
    readonly stage: Progress['stage'],
    readonly unit: Progress['unit'],
    readonly total: number | null,
    readonly item?: string,
    from = 0,
  ) {
    this.#report = report;
    this.#from = from;
    this.#done = from;
    this.advance(0);
  }

  get done(): number {
    return this.#done;
  }

  /** Adds `amount` units, and reports unless a report was just made. */
  advance(amount: number): void {
    this.#done += amount;
    if (performance.now() - this.#last >= INTERVAL_MS) this.#emit();
  }

  /** Reports the final state, always. */
  finish(): void {
    this.#emit();
  }

  #emit(): void {
    const now = performance.now();
    this.#last = now;
    const seconds = Math.max((now - this.#began) / 1000, 1e-3);
    this.#report?.({
      stage: this.stage,
      unit: this.unit,
      done: this.#done,
      total: this.total,
      rate: (this.#done - this.#from) / seconds,
      ...(this.item !== undefined && { item: this.item }),
    });
  }
}
