// Filling a step's arrays from buffers.
import type { FloatArray, StepBatch } from '../batch.js';
import type { AgentConfig, AgentSizes } from '../config.js';
import type { TaskBuffer } from './replay.js';
import type { RowBuffer, Span } from './row-buffer.js';
import type { Stream } from './stream.js';
import { copyNumbers } from './transition.js';

/** Writes consecutive rows from `first` on into rows `at`, ... of `into`. */
function copyWindow(buffer: RowBuffer, first: number, length: number, into: FloatArray, at: number): void {
  const { width, rows } = buffer;
  for (let i = 0; i < length; i++) copyNumbers(rows, buffer.place(first + i), into, (at + i) * width, width);
}

/**
 * The first row of a window, every one equally likely.
 * @param reference as in TCL's public code: never with the trajectory's last transition
 * @throws RangeError in that case when the window is as long as the trajectory
 */
export function windowStart({ start, end }: Span, length: number, stream: Stream, reference: boolean): number {
  const places = end - start - length + (reference ? 0 : 1);
  if (places < 1) {
    throw new RangeError(
      `a window of ${length} transitions does not fit a trajectory of ${end - start}${reference ? ' without its last one' : ''}: use shorter windows`,
    );
  }
  return start + stream.below(places);
}

/** Context of one task: `count` rows from row `at` of `into` on. @throws RangeError when the buffer is empty */
export function fillContext(
  buffer: RowBuffer,
  into: FloatArray,
  at: number,
  count: number,
  { context, tcl }: AgentConfig,
  stream: Stream,
): void {
  const { width } = buffer;
  if (context === 'window' && buffer.longest() > 0) {
    const longest = buffer.longest();
    const span = buffer.drawSpan(Math.min(count, longest), stream);
    // A trajectory shorter than the context is repeated: every task of a step has as many rows.
    const length = Math.min(count, span.end - span.start - (tcl.reference ? 1 : 0));
    if (length < 1) throw new RangeError('a context as a window needs trajectories of two transitions or more');
    const first = windowStart(span, length, stream, tcl.reference);
    for (let i = 0; i < count; i++)
      copyNumbers(buffer.rows, buffer.place(first + (i % length)), into, (at + i) * width, width);
    return;
  }
  for (let i = 0; i < count; i++) {
    copyNumbers(buffer.rows, buffer.place(buffer.draw(stream)), into, (at + i) * width, width);
  }
}

/** Transitions of the batch's task `i`, each drawn by itself. */
export function fillTransitions(
  buffer: RowBuffer,
  batch: StepBatch,
  i: number,
  sizes: AgentSizes,
  stream: Stream,
): void {
  const { observation, action } = sizes;
  const { rows } = buffer;
  const observations = batch.observations.array;
  const actions = batch.actions.array;
  const nextObservations = batch.nextObservations.array;
  const rewards = batch.rewards.array;
  const terminals = batch.terminals.array;
  for (let row = i * batch.rows; row < (i + 1) * batch.rows; row++) {
    let from = buffer.place(buffer.draw(stream));
    copyNumbers(rows, from, observations, row * observation, observation);
    from += observation;
    copyNumbers(rows, from, actions, row * action, action);
    from += action;
    copyNumbers(rows, from, nextObservations, row * observation, observation);
    from += observation;
    rewards[row] = rows[from]!;
    terminals[row] = rows[from + 1]!;
  }
}

/** Two windows of a trajectory are at most this part of it, so that they seldom are the same one. */
const most = 2 / 3;

/** Rows that a window of a task may have: in the canonical form half of its trajectories, or more, have room for two. */
function windowRoom(buffer: RowBuffer, reference: boolean): number {
  if (reference) return buffer.longest() - 1;
  return buffer.longest() < 2 ? 0 : Math.max(1, Math.floor(most * buffer.typical()));
}

/**
 * Two windows of each of the batch's window tasks. In the canonical form the tasks are different ones and both windows come from one
 * trajectory, so that no two windows of a side share it; in the reference form the tasks are those of the step, and each window has a
 * trajectory of its own. Windows are shorter than configured where trajectories of a task are short.
 * @throws RangeError if a task has no trajectory that windows could be cut from
 */
export function fillWindows(
  tasks: readonly TaskBuffer[],
  batch: StepBatch,
  { tcl }: AgentConfig,
  stream: Stream,
): void {
  const { windows, windowTasks } = batch;
  const { reference } = tcl;
  if (reference) windowTasks.set(batch.taskNumbers);
  else stream.distinct(tasks.length, windowTasks);
  const buffers = Array.from(windowTasks, (number) => tasks[number]!.encoder);
  const rooms = buffers.map((buffer) => windowRoom(buffer, reference));
  const length = Math.min(tcl.window, ...rooms);
  if (length < 1) {
    const number = windowTasks[rooms.findIndex((room) => room < 1)];
    throw new RangeError(
      `task ${number} has no trajectory of two transitions or more in its encoder buffer, so no window can be cut: collect longer episodes`,
    );
  }
  batch.windowLength = length;
  const queries = batch.tasks * batch.contextRows;
  const keys = queries + windows * length;
  const into = batch.features.array;
  buffers.forEach((buffer, i) => {
    // One more than the window: its two places are not one and the same.
    const span = buffer.drawSpan(length + 1, stream);
    const other = reference ? buffer.drawSpan(length + 1, stream) : span;
    copyWindow(buffer, windowStart(span, length, stream, reference), length, into, queries + i * length);
    copyWindow(buffer, windowStart(other, length, stream, reference), length, into, keys + i * length);
  });
}
