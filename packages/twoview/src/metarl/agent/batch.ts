// The data of one gradient step: typed arrays that buffers write into, and the engine's tensors over the same memory.
import type { DType, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type AgentConfig, type AgentSizes, featureSize } from './config.js';

export type FloatArray = Float32Array | Float64Array;

/** A tensor and the array that shares its memory. */
export interface Shared {
  readonly tensor: Tensor;
  readonly array: FloatArray;
}

function shared(shape: readonly number[], dtype: DType): Shared {
  const tensor = torch.keep(torch.zeros(shape, { dtype }));
  return { tensor, array: tensor.share() as FloatArray };
}

/**
 * T tasks, B transitions of each, E transitions of context of each and, with TCL, two windows of n tasks. Made once, filled
 * again for every step; nothing is copied on the way to the engine.
 */
export class StepBatch {
  readonly tasks: number;
  readonly rows: number;
  readonly contextRows: number;
  /** n, windows on either side: as many as tasks in a step, but no more than there are. 0 without TCL. */
  readonly windows: number;
  /** Which tasks, `[T]`, and which ones windows come from, `[n]`. */
  readonly taskNumbers: Int32Array;
  readonly windowTasks: Int32Array;
  /** Transitions of a window in this step; at most the configured number. */
  windowLength: number;

  /** `[T B, O]`, `[T B, A]`, `[T B, 1]`, `[T B, O]`, `[T B, 1]`; `terminals` are 1 where the task truly ended. */
  readonly observations: Shared;
  readonly actions: Shared;
  readonly rewards: Shared;
  readonly nextObservations: Shared;
  readonly terminals: Shared;
  /**
   * Transition features `[T E + 2 n w, F]`: context of every task, then windows of queries, then of keys, w (`windowLength`)
   * rows each, without gaps.
   */
  readonly features: Shared;

  constructor(sizes: AgentSizes, config: AgentConfig, options: { dtype?: 'float32' | 'float64' } = {}) {
    const { dtype = 'float32' } = options;
    const { metaBatch, batch, contextSize, tcl } = config;
    this.tasks = metaBatch;
    this.rows = batch;
    this.contextRows = contextSize;
    this.windows = tcl.enabled ? (tcl.reference ? metaBatch : Math.min(metaBatch, sizes.tasks)) : 0;
    this.windowLength = tcl.window;
    this.taskNumbers = new Int32Array(metaBatch);
    this.windowTasks = new Int32Array(this.windows);
    const all = metaBatch * batch;
    this.observations = shared([all, sizes.observation], dtype);
    this.actions = shared([all, sizes.action], dtype);
    this.rewards = shared([all, 1], dtype);
    this.nextObservations = shared([all, sizes.observation], dtype);
    this.terminals = shared([all, 1], dtype);
    const windowRows = 2 * this.windows * tcl.window;
    this.features = shared([metaBatch * contextSize + windowRows, featureSize(sizes)], dtype);
  }

  /** Frees the memory now; the batch cannot be used afterwards. */
  dispose(): void {
    const { observations, actions, rewards, nextObservations, terminals, features } = this;
    for (const { tensor } of [observations, actions, rewards, nextObservations, terminals, features]) tensor.dispose();
  }
}
