// Progress of a theory command: a bar with the time left on a terminal, a line now and then elsewhere.
import cliProgress from 'cli-progress';
import { duration, print } from '../output.js';

export interface TheoryProgress {
  /** @param share of all work that is done, from 0 to 1 */
  update(share: number, text: string): void;
  close(): void;
}

/** Seconds between lines where there is no terminal, and before a first one: short work prints none. */
const lineEvery = 15;

export function createProgress(silent: boolean): TheoryProgress {
  if (silent) return { update: () => {}, close: () => {} };
  const began = performance.now() / 1000;
  const left = (share: number): string =>
    duration(share > 0 ? ((performance.now() / 1000 - began) * (1 - share)) / share : Number.NaN);
  if (!process.stdout.isTTY) {
    let last = began;
    return {
      update(share, text) {
        const now = performance.now() / 1000;
        if (now - last < lineEvery) return;
        last = now;
        print(`${text}  ${(100 * share).toFixed(0)} %  ${left(share)} left`);
      },
      close: () => {},
    };
  }
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage}%  {text}  {left} left',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      fps: 8,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(1000, 0, { text: '', left: '?' });
  return {
    update: (share, text) => bar.update(Math.round(1000 * share), { text, left: left(share) }),
    close: () => bar.stop(),
  };
}
