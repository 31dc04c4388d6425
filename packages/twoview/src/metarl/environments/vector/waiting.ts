// Waiting for another thread to change a number in shared memory. To wake a thread that sleeps takes as long as a step of several
// environments, so a thread that expects a change soon watches for it a while before it goes to sleep.

/** Several steps of a body: what a caller needs to choose the next actions by a policy. */
const WATCH_MS = 0.1;
const LOOKS = 64;

/** Returns once `cells[place]` is not `old`, or all the same for a notification that comes late. */
export function waitForChange(cells: Int32Array, place: number, old: number): void {
  const end = performance.now() + WATCH_MS;
  do {
    for (let i = 0; i < LOOKS; i++) if (Atomics.load(cells, place) !== old) return;
  } while (performance.now() < end);
  // Falls asleep only if the number is still the old one: no change in between is missed.
  Atomics.wait(cells, place, old);
}
