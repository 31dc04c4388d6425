// Runs training in a worker thread, so that the command stays responsive: progress, Ctrl-C, SIGTERM.
import { Worker } from 'node:worker_threads';
import type { RunReport } from '../../report/index.js';
import type { SessionMessage, SessionRequest, SessionSummary, WorkerData } from './protocol.js';

export type SessionOutcome =
  | { kind: 'done'; summary: SessionSummary; report: RunReport }
  | { kind: 'interrupted'; step: number; totalSteps: number }
  | { kind: 'failed'; message: string };

/**
 * Trains in a worker. SIGINT and SIGTERM ask it to save and stop; a second one ends the process at once.
 * @param onMessage sees everything the worker says while it works
 */
export async function runSession(
  request: SessionRequest,
  onMessage: (message: SessionMessage) => void,
): Promise<SessionOutcome> {
  const stop = new SharedArrayBuffer(4);
  const flag = new Int32Array(stop);
  const workerData: WorkerData = { request, stop };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const interrupt = (): void => {
    if (Atomics.exchange(flag, 0, 1) === 1) process.exit(130);
    onMessage({ type: 'status', text: 'saving and stopping (a second signal stops at once)' });
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await new Promise<SessionOutcome>((resolve) => {
      let outcome: SessionOutcome = { kind: 'failed', message: 'the training thread ended without a word' };
      worker.on('message', (message: SessionMessage) => {
        if (message.type === 'done') outcome = { kind: 'done', summary: message.summary, report: message.report };
        else if (message.type === 'interrupted')
          outcome = { kind: 'interrupted', step: message.step, totalSteps: message.totalSteps };
        else if (message.type === 'failed') outcome = { kind: 'failed', message: message.message };
        else onMessage(message);
      });
      worker.on('error', (error: Error) => {
        outcome = { kind: 'failed', message: error.message };
      });
      worker.on('exit', () => resolve(outcome));
    });
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
