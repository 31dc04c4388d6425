// The image runs: SimCLR with one augmentation at a time. One small network, minutes on one core a run.
import { type Config, resolveConfig } from '../../../training/index.js';
import type { ReproduceContext } from '../../claim.js';
import { hasCifar10 } from '../../image-run.js';

/** SimCLR's own numbers at 32 pixels (Chen et al. 2020, appendix B.9), each alone. */
const crop = { crop: { kind: 'randomResized', scale: [0.08, 1] } };
const flip = { horizontalFlip: { probability: 0.5 } };
const jitter = { colorJitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 } };
const grayscale = { grayscale: { probability: 0.2 } };

/** What a view is made with, by the arm's name; everything else is the same. */
export const imageArms = {
  untrained: {},
  none: {},
  'flip alone': flip,
  'grayscale alone': grayscale,
  'jitter alone': jitter,
  'crop alone': crop,
  'crop + flip': { ...crop, ...flip },
  'crop + flip + colour': { ...crop, ...flip, ...jitter, ...grayscale },
} as const;

export type ImageArm = keyof typeof imageArms;

/** The two arms that the claims compare. */
export const weak: ImageArm = 'crop + flip';
export const strong: ImageArm = 'crop + flip + colour';

/** The compared arms take two seeds, the others one. */
export function imageSeeds(arm: ImageArm, { seeds }: Pick<ReproduceContext, 'seeds'>): readonly number[] {
  return seeds.slice(0, arm === weak || arm === strong ? 2 : 1);
}

/** Milliseconds a run takes on one core, roughly. */
export const imageCost = 120_000;

/** 10,000 images, batches of 128, twenty epochs. */
export const imageRecipe: readonly string[] = [
  `encoder=${JSON.stringify({ name: 'convnet', channels: [16, 32, 64, 128] })}`,
  `method.projector=${JSON.stringify({ hidden: [128], size: 64, norm: 'affine' })}`,
  'optimizer.name=adam',
  'optimizer.learningRate=0.002',
  'optimizer.weightDecay=0.000001',
  `optimizer.schedule=${JSON.stringify({ name: 'cosine', warmupEpochs: 1 })}`,
  'evaluation.everyEpochs=100000',
  'data.limit=10000',
  'data.testLimit=2000',
  'training.epochs=20',
  'training.batchSize=128',
  'training.threads=1',
];

/** An epoch that sets BatchNorm's statistics and leaves the weights as they were drawn. */
const frozen: readonly string[] = ['training.epochs=1', 'optimizer.learningRate=1e-12'];

export function armConfig(
  arm: ImageArm,
  seed: number,
  { dataFolder, device }: Pick<ReproduceContext, 'dataFolder' | 'device'>,
  recipe: readonly string[] = imageRecipe,
): Config {
  const real = hasCifar10(dataFolder);
  const view = { policy: 'none', ...imageArms[arm] };
  return resolveConfig({
    method: 'simclr',
    dataset: real ? 'cifar10' : 'embedded',
    overrides: [
      ...recipe,
      ...(arm === 'untrained' ? frozen : []),
      ...(real ? [`data.folder=${dataFolder}`] : []),
      `augment=${JSON.stringify({ views: [view, view] })}`,
      `training.seed=${seed}`,
      `training.device=${device}`,
    ],
  });
}
