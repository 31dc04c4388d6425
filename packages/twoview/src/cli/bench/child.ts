// The process of one run: trains in a session of its own, measures, tells the command, and ends. A process each keeps a crash,
// the engine's memory and its thread settings from the other runs.
import type { SessionSummary } from '../session/protocol.js';
import { runSession } from '../session/session.js';
import type { RunMessage, RunOutcome, RunRequest } from './messages.js';

let phase: 'idle' | 'training' | 'measuring' = 'idle';
let stopping = false;

/** Whoever waited for this run is gone: it goes on when the bench does, from its last checkpoint. */
function abandon(): void {
  process.kill(process.pid, 'SIGKILL');
}

function interrupt(): void {
  stopping = true;
  if (phase !== 'training') process.exit(130); // while training, the session saves first
}

const say = (message: RunMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.send?.(message, () => resolve()) === undefined) resolve();
  });

async function perform(request: RunRequest): Promise<RunOutcome> {
  let summary: SessionSummary | undefined;
  if (request.kind !== 'measure') {
    phase = 'training';
    const outcome = await runSession(request, (message) => {
      if (message.type !== 'done') void say({ type: 'session', message });
    });
    if (outcome.kind === 'failed') return { kind: 'failed', reason: outcome.message };
    if (outcome.kind === 'interrupted' || stopping) return { kind: 'interrupted' };
    summary = outcome.summary;
  }
  phase = 'measuring';
  await say({ type: 'session', message: { type: 'status', text: 'measuring the best checkpoint' } });
  const { measureRun } = await import('./measure.js');
  await measureRun(request.dir, summary?.untrained);
  return { kind: 'done' };
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.on('disconnect', abandon);
process.once('message', async (request: RunRequest) => {
  const outcome = await perform(request).catch(
    (error: unknown): RunOutcome => ({
      kind: 'failed',
      reason: error instanceof Error ? error.message : String(error),
    }),
  );
  await say({ type: 'ended', outcome });
  process.exit(0);
});
if (!process.connected) abandon();
