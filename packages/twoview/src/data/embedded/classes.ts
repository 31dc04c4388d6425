// The ten classes of the embedded set: five outlines and five patterns, each outline with two patterns.

import type { ShapeName } from './shapes.js';
import { PATTERNS, type PatternName } from './textures.js';

/** What makes a class: the outline of the object and the pattern on it. */
export interface EmbeddedClass {
  readonly name: string;
  readonly shape: ShapeName;
  readonly pattern: PatternName;
}

const PAIRS: readonly (readonly [ShapeName, PatternName])[] = [
  ['disc', 'stripes'],
  ['disc', 'checks'],
  ['square', 'checks'],
  ['square', 'dots'],
  ['triangle', 'dots'],
  ['triangle', 'rings'],
  ['star', 'rings'],
  ['star', 'pinwheel'],
  ['cross', 'pinwheel'],
  ['cross', 'stripes'],
];

/** The classes in the order of their labels. Outline alone, or pattern alone, leaves two candidates. */
export const EMBEDDED_CLASSES: readonly EmbeddedClass[] = PAIRS.map(([shape, pattern]) => ({
  name: `${PATTERNS[pattern].adjective} ${shape}`,
  shape,
  pattern,
}));
