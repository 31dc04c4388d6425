// What a preset is: a name for a point of the slot space, with what its papers say about it.
import type { z } from 'zod';
import type { augmentSchema } from '../../augment/index.js';
import type { encoderSchema } from '../../models/index.js';
import type { methodSchema } from '../config/index.js';
import type { Recipe, Scale } from './recipe.js';

/** An encoder without a GPU, and with one. */
export interface EncoderStart {
  cpu: z.input<typeof encoderSchema>;
  gpu: z.input<typeof encoderSchema>;
}

export interface Preset {
  name: string;
  /** Authors, year, arXiv number. */
  paper: string;
  /** One sentence: what keeps it from collapsing, or what it is for. */
  summary: string;
  /** Which equations of which paper the objective and the slots follow. */
  equations: string;
  /** The slots; what is left out has the schema's default. */
  method: Omit<z.input<typeof methodSchema>, 'name'>;
  /** The optimiser without a recipe, as far as it differs from SGD 0.03 with momentum 0.9 and weight decay 4e-4. */
  optimizer?: Record<string, unknown>;
  /** What a run without a recipe starts from besides, where the data set's usual views and encoder do not serve. */
  start?: {
    views: readonly z.input<typeof augmentSchema>[];
    encoder: EncoderStart;
    training?: Record<string, unknown>;
  };
  /** How its papers, or established programs, train it at each scale. */
  recipes: Readonly<Partial<Record<Scale, Recipe>>>;
  /** What is easy to get wrong, one sentence each, with its source. */
  details: readonly string[];
  /** What the measures mean that this method alone logs, by their name in `metrics.jsonl`. */
  metrics?: Readonly<Record<string, string>>;
}
