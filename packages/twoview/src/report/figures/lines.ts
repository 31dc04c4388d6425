/** Curves over one axis. */
import type { Html } from '../html.js';
import type { LinesFigure } from './figure.js';
import { figure } from './frame.js';

/** Draws the curves. */
export function linesFigure(spec: LinesFigure): Html {
  return figure({ ...spec, description: spec.title }, { marks: [] });
}
