// Progress of a bench: on a terminal a bar for all and one for each running job, elsewhere a line for each finished run.
import cliProgress from 'cli-progress';
import { duration, print } from '../output.js';
import { figures } from '../progress.js';
import type { SessionMessage } from '../session/protocol.js';
import type { Cell } from './messages.js';

type Message = Exclude<SessionMessage, { type: 'done' }>;

export interface BenchView {
  start(cell: Cell): void;
  show(cell: Cell, message: Message): void;
  /** @param line how the run ended, in a sentence */
  end(cell: Cell, line: string): void;
  close(): void;
}

/** Counts runs, in parts where they are under way, to tell the time that is left. */
class Clock {
  private readonly began = performance.now();
  private readonly parts = new Map<string, { first: number; now: number }>();
  private finished = 0;
  /** Runs' worth of work that this call has done. */
  private worked = 0;

  constructor(
    private readonly total: number,
    private readonly before: number,
  ) {}

  get done(): number {
    return this.before + this.finished;
  }

  /** A run that goes on has been worked on before. */
  step(cell: Cell, share: number): void {
    const part = this.parts.get(cell.dir);
    this.parts.set(cell.dir, { first: part?.first ?? share, now: share });
  }

  end(cell: Cell): void {
    this.worked += 1 - (this.parts.get(cell.dir)?.first ?? 0);
    this.parts.delete(cell.dir);
    this.finished++;
  }

  get left(): string {
    const running = [...this.parts.values()];
    const worked = this.worked + running.reduce((sum, { first, now }) => sum + now - first, 0);
    const missing = this.total - this.done - running.reduce((sum, { now }) => sum + now, 0);
    if (missing <= 1e-9) return '';
    const seconds = (performance.now() - this.began) / 1000;
    return worked > 0 ? `about ${duration((seconds * missing) / worked)} left` : '';
  }
}

const nameOf = ({ method, seed }: Cell): string => `${method} seed ${seed}`;

function share(message: Message): number | undefined {
  if (message.type === 'progress') return message.progress.step / message.progress.totalSteps;
  return message.type === 'started' ? message.step / message.totalSteps : undefined;
}

function plainView(total: number, before: number): BenchView {
  const clock = new Clock(total, before);
  return {
    start: () => {},
    show(cell, message) {
      const now = share(message);
      if (now !== undefined) clock.step(cell, now);
    },
    end(cell, line) {
      clock.end(cell);
      print([`[${clock.done}/${total}] ${nameOf(cell)}: ${line}`, clock.left].filter(Boolean).join('; '));
    },
    close: () => {},
  };
}

function terminalView(total: number, before: number): BenchView {
  const clock = new Clock(total, before);
  const style = { barsize: 20, hideCursor: true, clearOnComplete: true, stopOnComplete: false, fps: 8 };
  const multi = new cliProgress.MultiBar(
    { ...style, format: '{name} {bar} {percentage}%  {text}', autopadding: true },
    cliProgress.Presets.shades_classic,
  );
  const bars = new Map<string, cliProgress.SingleBar>();
  const overall = multi.create(total, before, { name: 'all runs', text: '' });
  const refresh = (): void => overall.update(clock.done, { text: `${clock.done}/${total} runs  ${clock.left}` });
  refresh();
  return {
    start(cell) {
      bars.set(cell.dir, multi.create(1, 0, { name: nameOf(cell), text: 'starting' }));
    },
    show(cell, message) {
      const bar = bars.get(cell.dir);
      const now = share(message);
      if (now !== undefined) clock.step(cell, now);
      if (message.type === 'progress') {
        const { progress } = message;
        bar?.setTotal(Math.max(progress.totalSteps, 1));
        bar?.update(progress.step, { text: `${figures(progress)}  ${duration(progress.secondsLeft)} left` });
      } else if (message.type === 'status' || message.type === 'loading') bar?.update({ text: message.text });
      refresh();
    },
    end(cell, line) {
      clock.end(cell);
      const bar = bars.get(cell.dir);
      if (bar) multi.remove(bar);
      bars.delete(cell.dir);
      multi.log(`${nameOf(cell)}: ${line}\n`);
      refresh();
    },
    close: () => multi.stop(),
  };
}

/** @param before how many of the `total` runs are done already */
export function createBenchView(options: { silent: boolean; total: number; before: number }): BenchView {
  const { silent, total, before } = options;
  if (silent) return { start: () => {}, show: () => {}, end: () => {}, close: () => {} };
  return process.stdout.isTTY ? terminalView(total, before) : plainView(total, before);
}
