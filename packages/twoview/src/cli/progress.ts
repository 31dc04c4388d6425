// Progress as people see it: a bar with rate and time left on a terminal, a line now and then elsewhere.
import cliProgress from 'cli-progress';
import type { TrainingProgress } from '../training/index.js';
import { duration, print } from './output.js';
import type { SessionMessage } from './session/protocol.js';

function number(value: unknown, digits: number): string | null {
  return typeof value === 'number' && Number.isFinite(value) ? value.toFixed(digits) : null;
}

/** The figures of a moment: loss, kNN, collapse. What is not known yet is left out. */
export function figures({ measures, viewsPerSecond }: TrainingProgress): string {
  const knn = typeof measures.knn === 'number' ? number(measures.knn * 100, 1) : null;
  const robust =
    typeof measures['robust.validation'] === 'number' ? number(measures['robust.validation'] * 100, 1) : null;
  const parts = [
    `${Math.round(viewsPerSecond)} views/s`,
    ['loss', number(measures.loss, 3)],
    ['kNN', knn === null ? null : `${knn} %`],
    ['under attack', robust === null ? null : `${robust} %`],
    ['rank', number(measures['z.effectiveRank'], 1)],
    ['std', number(measures['z.std'], 2)],
  ];
  return parts
    .flatMap((part) => (typeof part === 'string' ? [part] : part[1] === null ? [] : [part.join(' ')]))
    .join('  ');
}

/** Shows a session's messages until it is closed. */
export interface ProgressView {
  show(message: SessionMessage): void;
  close(): void;
}

/** Lines go out at most this often where there is no terminal, in seconds. */
const lineEvery = 15;

function plainView(prefix: string): ProgressView {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(message) {
      if (message.type === 'status') print(prefix + message.text);
      if (message.type === 'started') print(`${prefix}${describeStart(message)}`);
      if (message.type !== 'progress') return;
      const { progress } = message;
      const now = performance.now() / 1000;
      if (now - last < lineEvery && progress.step < progress.totalSteps) return;
      last = now;
      print(
        `${prefix}step ${progress.step}/${progress.totalSteps}  epoch ${progress.epoch.toFixed(1)}/${progress.epochs}  ${figures(progress)}  ${duration(progress.secondsLeft)} left`,
      );
    },
    close: () => {},
  };
}

function describeStart(message: Extract<SessionMessage, { type: 'started' }>): string {
  const from = message.step > 0 ? `going on from step ${message.step}` : `${message.totalSteps} steps`;
  return `${message.images} images, ${from}, on ${message.device} (${message.threads} threads), in ${message.dir}`;
}

function terminalView(prefix: string): ProgressView {
  const bar = new cliProgress.SingleBar(
    {
      format: `${prefix}{bar} {percentage}%  {figures}  {left}`,
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      fps: 8,
      stopOnComplete: false,
    },
    cliProgress.Presets.shades_classic,
  );
  let active = false;
  let phase = '';
  const begin = (name: string, total: number, value: number, payload: object): void => {
    if (active) bar.stop();
    bar.start(Math.max(total, 1), value, payload);
    active = true;
    phase = name;
  };
  const close = (): void => {
    if (active) bar.stop();
    active = false;
    phase = '';
  };
  return {
    show(message) {
      if (message.type === 'loading') {
        const payload = { figures: message.text, left: '' };
        if (phase !== message.text) begin(message.text, message.total, message.done, payload);
        else bar.update(message.done, payload);
      } else if (message.type === 'progress') {
        const { progress } = message;
        const payload = { figures: figures(progress), left: `${duration(progress.secondsLeft)} left` };
        if (phase !== 'training') begin('training', progress.totalSteps, progress.step, payload);
        else bar.update(progress.step, payload);
      } else {
        close();
        if (message.type === 'status') print(prefix + message.text);
        if (message.type === 'started') print(prefix + describeStart(message));
      }
    },
    close,
  };
}

/** The view for this output: silent, a bar, or plain lines. */
export function createProgressView(options: { silent: boolean; prefix?: string }): ProgressView {
  if (options.silent) return { show: () => {}, close: () => {} };
  return process.stdout.isTTY ? terminalView(options.prefix ?? '') : plainView(options.prefix ?? '');
}
