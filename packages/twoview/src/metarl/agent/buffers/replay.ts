// The replay buffers of a meta-training: of every task one for the encoder's context and one for the actor-critic.
import type { StepBatch } from '../batch.js';
import { type AgentConfig, type AgentSizes, checkSizes, featureSize } from '../config.js';
import { RowBuffer } from './row-buffer.js';
import { fillContext, fillTransitions, fillWindows } from './sampling.js';
import { Stream } from './stream.js';
import { checkTrajectory, type Trajectory, transitionSize, writeFeatures, writeTransition } from './transition.js';

/** One task's transitions. */
export interface TaskBuffer {
  /** Recent transitions as features `[F]`: what contexts and windows are drawn from. */
  readonly encoder: RowBuffer;
  /** All transitions as (o, a, o', r, d). */
  readonly rl: RowBuffer;
}

/** Which of a task's buffers a trajectory goes to. */
export type Destination = 'both' | 'encoder' | 'rl';

/**
 * Buffers in plain arrays. A transition takes 4 (2 O + A + 2) bytes, and 4 F more while it is in an encoder buffer; an array is
 * at most twice as large as what it holds, and while it grows both the old and the new one are there.
 */
export class ReplayBuffers {
  readonly tasks: readonly TaskBuffer[];
  /** What samples are drawn with; its position belongs in a checkpoint. */
  readonly stream: Stream;

  /** @throws RangeError on sizes that are no whole numbers */
  constructor(
    readonly sizes: AgentSizes,
    readonly config: AgentConfig,
    options: { seed: number },
  ) {
    checkSizes(sizes);
    const { capacity } = config;
    this.stream = new Stream(options.seed, 1);
    this.tasks = Array.from({ length: sizes.tasks }, () => ({
      encoder: new RowBuffer(featureSize(sizes), capacity),
      rl: new RowBuffer(transitionSize(sizes), capacity),
    }));
  }

  /** The buffers of a task. @throws RangeError if there is no such task */
  task(number: number): TaskBuffer {
    const task = this.tasks[number];
    if (!task)
      throw new RangeError(`there is no task ${number}: tasks are numbered from 0 to ${this.tasks.length - 1}`);
    return task;
  }

  /** Adds a trajectory of a task. @throws RangeError if its arrays are too short or there is no such task */
  add(task: number, trajectory: Trajectory, destination: Destination = 'both'): void {
    const { encoder, rl } = this.task(task);
    checkTrajectory(trajectory, this.sizes);
    const { length } = trajectory;
    if (destination !== 'rl') {
      encoder.add(length, (rows, at, row) => writeFeatures(trajectory, this.sizes, row, rows, at));
    }
    if (destination !== 'encoder') {
      rl.add(length, (rows, at, row) => writeTransition(trajectory, this.sizes, row, rows, at));
    }
  }

  /** Empties the encoder buffer of a task; what the actor-critic learns from stays. */
  clearContext(task: number): void {
    this.task(task).encoder.clear();
  }

  /**
   * Fills a batch: tasks with replacement, transitions and context of each uniformly with replacement (context as windows where the
   * configuration says so); for TCL windows of other tasks, drawn without replacement.
   * @throws RangeError when a task has no transitions
   */
  sample(batch: StepBatch): StepBatch {
    const { stream, config } = this;
    for (let i = 0; i < batch.tasks; i++) batch.taskNumbers[i] = stream.below(this.tasks.length);
    for (let i = 0; i < batch.tasks; i++) {
      const number = batch.taskNumbers[i]!;
      const { encoder, rl } = this.task(number);
      if (encoder.size === 0 || rl.size === 0) {
        throw new RangeError(
          `task ${number} has no transitions in its ${rl.size === 0 ? 'replay' : 'encoder'} buffer: collect some of every task before training`,
        );
      }
      fillContext(encoder, batch.features.array, i * batch.contextRows, batch.contextRows, config, stream);
      fillTransitions(rl, batch, i, this.sizes, stream);
    }
    if (batch.windows > 0) fillWindows(this.tasks, batch, config, stream);
    return batch;
  }

  /**
   * Context of one task, as a gradient step draws it: `[count, F]`, for a posterior during collection.
   * @throws RangeError when the encoder buffer is empty
   */
  sampleContext(task: number, count = this.config.contextSize): Float32Array {
    const context = new Float32Array(count * featureSize(this.sizes));
    fillContext(this.task(task).encoder, context, 0, count, this.config, this.stream);
    return context;
  }

  /** Share in [0, 1] of tasks whose context holds a reward: where rewards are sparse, of those that exploration has found. */
  rewardedContexts(): number {
    const reward = this.sizes.observation + this.sizes.action;
    return this.tasks.filter(({ encoder }) => encoder.some(reward)).length / this.tasks.length;
  }

  /** Bytes of memory that all buffers occupy. */
  get bytes(): number {
    return this.tasks.reduce((sum, { encoder, rl }) => sum + encoder.bytes + rl.bytes, 0);
  }
}
