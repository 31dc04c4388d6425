// Recipes: everything else that a run needs besides the method, as published, at one of three scales.
import type { z } from 'zod';
import type { augmentSchema } from '../../augment/index.js';
import type { encoderSchema } from '../../models/index.js';
import type { Preset } from './preset.js';

/** The scales that the literature trains at: 32, 96 and 224 pixels. */
export const scales = ['cifar', 'stl10', 'imagenet'] as const;
export type Scale = (typeof scales)[number];

/** What a scale says about images: its own data set where that is one of ours, and how a folder of images is read. */
export const scaleData: Readonly<Record<Scale, { dataset: string | null; folder: Readonly<Record<string, unknown>> }>> =
  {
    cifar: { dataset: 'cifar10', folder: { size: 32 } },
    stl10: { dataset: 'stl10', folder: { size: 96 } },
    imagenet: { dataset: null, folder: { size: 224, storageSize: 256 } },
  };

export interface OptimizerRecipe {
  name: 'sgd' | 'adam' | 'lars';
  /** At its highest, for the recipe's own batch size: the product, where a paper gives it per 256 images. */
  learningRate: number;
  momentum?: number;
  weightDecay: number;
  exclude?: 'none' | 'biasAndNorm';
  schedule:
    | { name: 'constant'; warmupEpochs?: number }
    | { name: 'cosine'; warmupEpochs?: number; minFactor?: number }
    | { name: 'steps'; warmupEpochs?: number; milestones: readonly number[]; gamma: number };
}

/** Slots that a recipe sets; the others stay the preset's. */
export type SlotsRecipe = Partial<Preset['method']>;

/** A part of a run's configuration; it lies on the preset's defaults and under the user's file and overrides. */
export interface RecipeConfig {
  /** Fields of the scale's own data set; another data set ignores them. */
  data?: Readonly<Record<string, unknown>>;
  augment: { size?: number; views: readonly z.input<typeof augmentSchema>[] };
  encoder: z.input<typeof encoderSchema>;
  method?: SlotsRecipe;
  optimizer: OptimizerRecipe;
  training: { epochs: number; batchSize: number };
}

export interface Recipe {
  /** Section or table of a paper, or the program, that the values are from. */
  source: string;
  /** Published accuracy, in percent, with its conditions. */
  published?: string;
  /** What of the source a run with this recipe does otherwise. */
  differences?: readonly string[];
  config: RecipeConfig;
}

/** The preset's recipe of that name. Throws an Error that lists the names there are. */
export function findRecipe(preset: Preset, name: string): { scale: Scale; recipe: Recipe } {
  const scale = scales.find((candidate) => candidate === name);
  const recipe = scale && preset.recipes[scale];
  if (!scale || !recipe) {
    const names = scales.filter((candidate) => preset.recipes[candidate]);
    throw new Error(`method ${preset.name} has no recipe '${name}'; it has ${names.join(', ')}`);
  }
  return { scale, recipe };
}
