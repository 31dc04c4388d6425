// The image runs' settings: protocol S, a small network on part of CIFAR-10, and the authors' setting for a GPU.
import { type Config, resolveConfig } from '../../../training/index.js';
import type { ReproduceContext } from '../../claim.js';

/** A run: what is asked of an image and its adversarial version. Fields as in the objective `adversarial`. */
export interface ImageMethod {
  /** False for natural training. */
  adversarial: boolean;
  objective?: {
    contrastive?: number;
    divergence?: number;
    selection?: 'global' | 'hard' | 'soft' | 'leaked';
  };
}

const ascl = (selection: 'global' | 'hard' | 'soft' | 'leaked'): ImageMethod => ({
  adversarial: true,
  objective: { contrastive: 1, divergence: 2, selection },
});

/** The methods that are compared, by the name they have in tables and figures. */
export const imageMethods = {
  natural: { adversarial: false },
  ADV: { adversarial: true },
  'VAT only': { adversarial: true, objective: { contrastive: 0, divergence: 2 } },
  Global: ascl('global'),
  'Soft-LS': ascl('soft'),
  'Hard-LS': ascl('hard'),
  'Leaked-LS': ascl('leaked'),
} as const satisfies Record<string, ImageMethod>;

export type ImageMethodName = keyof typeof imageMethods;

/** How a network is attacked once it is trained: PGD from a uniform start, steps of a quarter of the radius. */
export interface Evaluation {
  eps: number;
  stepSize: number;
  /** Lengths of attacks at `eps` whose accuracies are told. */
  steps: readonly number[];
  /** Radii, in 1/255, at which accuracy and latent divergences are told; by 20 steps of a quarter of each. */
  radii: readonly number[];
}

/** How the runs of a comparison are made. */
export interface ImageRecipe {
  overrides: readonly string[];
  attack: { eps: number; stepSize: number; steps: number };
  evaluation: Evaluation;
  /** Augmentations of an image: two in the authors' reference run of ASCL. */
  views: number;
  projection: number;
  /** Milliseconds of a natural training, and of an adversarial one with its evaluation, roughly. */
  cost: { natural: number; adversarial: number };
}

const normalize = { mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616] };

const common = [
  'optimizer.name=sgd',
  'optimizer.momentum=0.9',
  'optimizer.weightDecay=0.0005',
  'optimizer.exclude=none',
  'evaluation.everyEpochs=100000',
  'evaluation.heldOut=0',
  'training.batchSize=128',
  'training.logEvery=2',
];

const steps = (milestones: readonly number[]): string =>
  `optimizer.schedule=${JSON.stringify({ name: 'steps', milestones, gamma: 0.1 })}`;

/** Radii of the curves; the last is for the sanity check alone. */
const radii = [2, 4, 8, 12, 16, 64];

/** Protocol S: on one thread in about eight minutes a run. */
export const small: ImageRecipe = {
  overrides: [
    ...common,
    `encoder=${JSON.stringify({ name: 'smallcnn', channels: [32, 32, 64, 64], strides: [2, 1, 2, 1], features: 128, normalize })}`,
    'optimizer.learningRate=0.05',
    steps([11.25]),
    'data.limit=10000',
    'data.testLimit=1000',
    'training.epochs=15',
    'training.threads=1',
  ],
  attack: { eps: 8 / 255, stepSize: 2 / 255, steps: 7 },
  evaluation: { eps: 8 / 255, stepSize: 2 / 255, steps: [20, 100], radii },
  views: 1,
  projection: 64,
  cost: { natural: 60_000 + 100_000, adversarial: 500_000 + 100_000 },
};

/** The authors' setting: ResNet-18, 120 epochs, attacks of 0.031; PGD-200 on all test images. */
export const published: ImageRecipe = {
  overrides: [
    ...common,
    `encoder=${JSON.stringify({ name: 'resnet18', stem: 'cifar', normalize })}`,
    'optimizer.learningRate=0.1',
    steps([100, 105, 110]),
    'training.epochs=120',
  ],
  attack: { eps: 0.031, stepSize: 0.007, steps: 10 },
  evaluation: { eps: 0.031, stepSize: 0.007, steps: [20, 200], radii },
  views: 1,
  projection: 128,
  cost: { natural: 30 * 60_000, adversarial: 300 * 60_000 },
};

/** The whole configuration of a run. */
export function imageConfig(
  { adversarial, objective }: ImageMethod,
  recipe: ImageRecipe,
  seed: number,
  { dataFolder, device }: Pick<ReproduceContext, 'dataFolder' | 'device'>,
): Config {
  const { attack, views, projection } = recipe;
  const contrast = { natural: 0, robust: 1, distance: 'linf', temperature: 0.2, combine: 'all', ...objective };
  return resolveConfig({
    method: adversarial ? 'adv' : 'supervised',
    dataset: 'cifar10',
    overrides: [
      ...recipe.overrides,
      `data.folder=${dataFolder}`,
      `augment.views=${JSON.stringify(Array.from({ length: views }, () => ({ policy: 'pad-crop-flip' })))}`,
      `method.projector=${JSON.stringify({ hidden: [], size: projection, norm: 'none' })}`,
      'method.forward=concatenated',
      ...(adversarial
        ? [
            `method.attack=${JSON.stringify({ norm: 'linf', ...attack })}`,
            `method.objective=${JSON.stringify({ name: 'adversarial', ...contrast })}`,
          ]
        : []),
      `training.seed=${seed}`,
      `training.device=${device}`,
    ],
  });
}
