// What a preset is: a name for a point of the slot space, with the recipe its paper trains it by.
import type { z } from 'zod';
import type { methodSchema } from '../config/index.js';

export interface Preset {
  name: string;
  /** Authors, year, arXiv number. */
  paper: string;
  /** One sentence: what keeps it from collapsing, or what it is for. */
  summary: string;
  /** The slots; what is left out has the schema's default. */
  method: Omit<z.input<typeof methodSchema>, 'name'>;
  /** The optimiser that the paper uses, as far as it differs from SGD 0.03 with momentum 0.9 and weight decay 4e-4. */
  optimizer?: Record<string, unknown>;
}
