// What the command's thread and the training thread say to each other.
import type { RunReport } from '../../report/index.js';
import type { Config, TrainingProgress } from '../../training/index.js';

/** What the training thread is asked to do. */
export type SessionRequest =
  | {
      kind: 'train';
      dir: string;
      config: Config;
      force: boolean;
      init: string | null;
      environment: Record<string, unknown>;
    }
  | { kind: 'resume'; dir: string; environment: Record<string, unknown> };

/** The numbers a run ends with, by metric name. */
export interface SessionSummary {
  dir: string;
  report: string;
  method: string;
  dataset: string;
  steps: number;
  seconds: number;
  /** On the embeddings z, and on the features h. */
  verdict: string;
  features: string;
  /** The probable cause of a collapse, and what to change; null if there is none. */
  remedy: string | null;
  results: Record<string, number>;
  untrained: Record<string, number>;
}

export type SessionMessage =
  | { type: 'status'; text: string }
  | { type: 'loading'; text: string; done: number; total: number }
  | { type: 'started'; dir: string; step: number; totalSteps: number; images: number; device: string; threads: number }
  | { type: 'progress'; progress: TrainingProgress }
  | { type: 'done'; summary: SessionSummary; report: RunReport }
  | { type: 'interrupted'; step: number; totalSteps: number }
  | { type: 'failed'; message: string };

export interface WorkerData {
  request: SessionRequest;
  /** One Int32: 1 asks for a stop. A message would wait for the end of the step's turn; this is seen at once. */
  stop: SharedArrayBuffer;
}
