// Progress of an evaluation, and its pauses: other code of the thread gets its turn between batches.

/** How far a stage of an evaluation has come. */
export interface EvaluationProgress {
  readonly stage: 'features' | 'kNN' | 'spectrum' | 'linear probe' | 'logistic probe' | 'ridge probe';
  /** Images, test images, epochs or iterations, by stage. */
  readonly done: number;
  /** What `done` can reach at most. */
  readonly total: number;
}

export type OnProgress = (progress: EvaluationProgress) => void;

/** Lets messages, signals and finalizers of this thread through. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
