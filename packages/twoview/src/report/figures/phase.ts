/** A phase portrait. */
import type { Html } from '../html.js';
import type { PhaseFigure } from './figure.js';
import { figure } from './frame.js';

/** Draws the portrait. */
export function phasePortrait(spec: PhaseFigure): Html {
  return figure({ ...spec, description: spec.title }, { marks: [] });
}
