// What watches a run. Training owns this interface; live kNN, diagnosis and theory overlays implement it elsewhere.
import type { Tensor } from '@twoview/torch';
import type { Siamese, ViewOutput } from '../methods/index.js';
import type { MetricValue } from '../runs/index.js';

/** What is known after a step; tensors are only valid during the call. */
export interface StepContext {
  step: number;
  epoch: number;
  model: Siamese;
  loss: number;
  /** Embeddings z of the first view, `[B, d]`, without gradient. */
  embeddings: Tensor;
}

/** What is known after any step, logged or not; tensors are only valid during the call. */
export interface BatchContext {
  step: number;
  model: Siamese;
  views: readonly ViewOutput[];
}

export interface EpochContext {
  step: number;
  /** Epochs done. */
  epoch: number;
  model: Siamese;
}

/** Metrics to write down, by name. */
export type Measures = Record<string, MetricValue>;

export interface Observer {
  /**
   * Which of its evaluation's measures chooses the checkpoint `best`: the largest value does. The first
   * observer that says so counts; kNN accuracy chooses where none does.
   */
  readonly chooses?: string;
  /** Sees every step, before `onStep`: for averages over more than one batch. Has to be cheap. */
  onBatch?(context: BatchContext): void;
  /**
   * What it remembers between steps, by a name that no other observer has. Saved with checkpoints and filled in place when a
   * run goes on, so that rows do not depend on where it was interrupted.
   */
  readonly state?: Readonly<Record<string, Tensor>>;
  /** Sees the steps that are logged. */
  onStep?(context: StepContext): Measures;
  /** Sees the run before the first step and at the end of epochs that are evaluated. May take long. */
  onEvaluate?(context: EpochContext): Promise<Measures>;
}
