/** TensorBoard's `Event` messages: field numbers from tensorflow/core/util/event.proto and framework/summary.proto. */
import { bytes, double, type Encoded, float, integer, message } from './protobuf.js';

/** A PNG picture, as TensorBoard shows it. */
export interface EventImage {
  width: number;
  height: number;
  png: Uint8Array;
}

/** The record that every events file begins with. */
export function fileVersion(wallTime: number): Encoded {
  return message(double(1, wallTime), bytes(3, 'brain.Event:2'));
}

/** Tells TensorBoard that the run was started again: events of earlier files at `purgeStep` or later are forgotten. */
export function sessionStart(wallTime: number, purgeStep: number): Encoded {
  const sessionLog = integer(1, 1); // SessionLog.status = START
  return message(double(1, wallTime), integer(2, purgeStep), bytes(7, sessionLog));
}

/** Named numbers at one step. */
export function scalarSummary(wallTime: number, step: number, scalars: Readonly<Record<string, number>>): Encoded {
  const values = Object.entries(scalars).map(([tag, value]) => bytes(1, message(bytes(1, tag), float(2, value))));
  return summary(wallTime, step, values);
}

/** A picture at one step. */
export function imageSummary(wallTime: number, step: number, tag: string, image: EventImage): Encoded {
  const rgb = 3;
  const picture = message(integer(1, image.height), integer(2, image.width), integer(3, rgb), bytes(4, image.png));
  return summary(wallTime, step, [bytes(1, message(bytes(1, tag), bytes(4, picture)))]);
}

function summary(wallTime: number, step: number, values: Encoded[]): Encoded {
  return message(double(1, wallTime), integer(2, step), bytes(5, message(...values)));
}
