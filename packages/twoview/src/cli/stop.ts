// Ctrl-C, as a question.
import { exitCode } from './output.js';

/** Turns SIGINT and SIGTERM into a question that work asks between steps; a second signal ends the process at once. */
export function listenForStop(onFirst: () => void = () => {}): { shouldStop: () => boolean; release: () => void } {
  let asked = false;
  const interrupt = (): void => {
    if (asked) process.exit(exitCode.interrupted);
    asked = true;
    onFirst();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    shouldStop: () => asked,
    release: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
