// Supervised and adversarial training as presets: one classifier, one attack, and what is asked of the two versions of an image.
import type { EncoderStart, Preset } from './preset.js';
import type { Recipe } from './recipe.js';
import { cifarResNet18 } from './recipes/common.js';

/** CIFAR-10's mean and standard deviation by channel, as the programs of TRADES' line use them. */
const normalize = {
  mean: [0.4914, 0.4822, 0.4465] as [number, number, number],
  std: [0.2471, 0.2435, 0.2616] as [number, number, number],
};
const cropAndFlip = { policy: 'pad-crop-flip' } as const;
const encoder: EncoderStart = {
  cpu: { name: 'smallcnn', normalize },
  gpu: { ...cifarResNet18, normalize },
};
const optimizer = { learningRate: 0.05, weightDecay: 5e-4 };

/** Latents of the contrast: one linear layer, no activation. */
const linearProjector = { hidden: [], size: 128, norm: 'none' as const };

/** What all of them fill the other slots with. */
const slots = {
  projector: linearProjector,
  predictor: { name: 'identity' as const },
  target: { name: 'online' as const },
  pairing: 'allAnchors' as const,
  classifier: {},
};

const start = (views: number): NonNullable<Preset['start']> => ({
  views: Array.from({ length: views }, () => cropAndFlip),
  encoder,
});

/** ASCL's program: ResNet-18, 120 epochs, drops at 100, 105 and 110. */
function recipe(views: number, rest: Omit<Recipe, 'config'>): Recipe {
  return {
    ...rest,
    config: {
      augment: { views: Array.from({ length: views }, () => cropAndFlip) },
      encoder: { ...cifarResNet18, normalize },
      optimizer: {
        name: 'sgd',
        learningRate: 0.1,
        momentum: 0.9,
        weightDecay: 5e-4,
        schedule: { name: 'steps', milestones: [100, 105, 110], gamma: 0.1 },
      },
      training: { epochs: 120, batchSize: 128 },
    },
  };
}

const source = "ASCL's authors' program: ResNet-18, SGD 0.1, 120 epochs, tenths from epochs 100, 105 and 110";
const heldOut =
  'The checkpoint best is chosen on training images that are held out; the program chooses by PGD-10 on the test set.';
const lastBatch = 'A last, smaller batch is left out of every epoch.';

const adversarialMetrics = {
  'loss.natural': 'cross-entropy of the images, unweighted',
  'loss.robust':
    'the robust term, unweighted: cross-entropy of the adversarial images, or the divergence of the two predictions',
  'natural.batch': 'accuracy on the images of the batch, in training mode',
  'adversarial.batch': 'accuracy on their adversarial versions, in training mode',
} as const;

const contrastMetrics = {
  'loss.contrastive': 'the contrast of latents, unweighted',
  'loss.divergence': 'divergence of the two predictions, a mean over images and classes, unweighted',
  'kept.positives': 'share of the pairs of one class that the selection contrasts',
  'kept.negatives': 'share of the pairs of two classes that the selection contrasts',
} as const;

/** The baseline that is not robust. */
export const supervised: Preset = {
  name: 'supervised',
  paper: 'Natural training, as in Madry et al. 2018, arXiv 1706.06083',
  summary: 'Classification without an attack: accurate on images, and helpless under attack.',
  equations: 'cross-entropy of the classifier, equation (1) of Madry et al. without the maximum',
  method: { ...slots, objective: { name: 'crossEntropy' } },
  optimizer,
  start: start(1),
  recipes: { cifar: recipe(1, { source, differences: [heldOut, lastBatch] }) },
  details: [
    'Pixels are standardised inside the network, so that an attack sees images in [0, 1].',
    'The projector is there for the diagnosis alone; no loss trains it.',
  ],
  metrics: { 'accuracy.batch': 'accuracy on the batch, in training mode' },
};

/** Madry et al. 2018: training on the worst image of the ball. */
export const adv: Preset = {
  name: 'adv',
  paper: 'Madry et al. 2018, arXiv 1706.06083',
  summary: 'Adversarial training: every image is replaced by the worst one in its ball that PGD finds.',
  equations: 'equation (2.1) of Madry et al.; alpha CE(x) + beta CE(x^a) with alpha = 0 of Bui et al. 2021',
  method: { ...slots, objective: { name: 'adversarial' }, attack: {} },
  optimizer,
  start: start(1),
  recipes: {
    cifar: recipe(1, {
      source,
      published:
        '82.75 natural, 52.93 under PGD-200, 48.8 under AutoAttack (read-me of the program; chosen on the test set)',
      differences: [heldOut],
    }),
  },
  details: [
    'eps is 0.031 and the step 0.007, not 8/255 and 2/255 (ASCL, program).',
    'The network stays in training mode during the attack, so that running statistics take in every step of it (ASCL, program).',
    'Adding the cross-entropy of the images (natural=1) buys accuracy with robustness: 87.22 and 44.1 under AutoAttack (ASCL, read-me).',
  ],
  metrics: adversarialMetrics,
};

/** Zhang et al. 2019: accuracy on images plus a divergence to the worst image of the ball. */
export const trades: Preset = {
  name: 'trades',
  paper: 'Zhang et al. 2019 (TRADES), arXiv 1901.08573',
  summary: 'Adversarial training that trades accuracy for smoothness of predictions around each image.',
  equations: 'equation (5) of Zhang et al. with 1/lambda = 6',
  method: {
    ...slots,
    objective: { name: 'adversarial', natural: 1, robust: 6, robustLoss: 'kl' },
    attack: { loss: 'kl', start: 'gaussian' },
  },
  optimizer,
  start: start(1),
  recipes: {
    cifar: recipe(1, {
      source,
      differences: [
        heldOut,
        "TRADES' own program trains a WRN-34-10 for 76 epochs with decay 2e-4; this is ASCL's setting of it.",
      ],
    }),
  },
  details: [
    'The attack raises the same divergence, from the image plus 0.001 N(0, 1): at the image its gradient is zero.',
    'The divergence is a mean over images; with klPerElement it would be as many times smaller as there are classes.',
    'Attack and loss run in training mode, as in ASCL’s program; TRADES’ own attacks in evaluation mode (method.attack.mode=eval).',
  ],
  metrics: adversarialMetrics,
};

/** Bui et al. 2020, the earlier work of ASCL's authors. */
export const adr: Preset = {
  name: 'adr',
  paper: 'Bui et al. 2020 (ADR), arXiv 2007.05123',
  summary: 'Adversarial training with compact features and smooth, confident predictions.',
  equations: 'local and global compactness, smoothness and confidence, as in the program of Bui et al. 2021',
  method: { ...slots, objective: { name: 'adr' }, attack: {} },
  optimizer,
  start: start(1),
  recipes: { cifar: recipe(1, { source, differences: [heldOut] }) },
  details: [
    'Features and predictions of the images are constants: only those of adversarial versions are drawn.',
    'Pairs of two classes have the weight 1 - 1/0.99, which is below zero.',
  ],
  metrics: {
    ...adversarialMetrics,
    'loss.localCompactness': 'mean distance by dimension of adversarial features from those of their own image',
    'loss.localSmoothness': 'cross-entropy of adversarial predictions under those for the image',
    'loss.globalCompactness': 'mean distance of features of one class, less that of two',
    'loss.confidence': 'entropy of adversarial predictions',
  },
};

const asclDetails = [
  'The divergence is a mean over images and classes: with ten classes the weight 2 is 0.2 of the usual one (program).',
  'The projection is one linear layer, although the read-me describes two; the classifier reads the features before it (program).',
  'Predictions that select pairs come from the forward passes of the loss; an adversarial image has its own.',
  'With the largest difference of unit vectors as distance a temperature of 0.2 is small enough; cosines take 0.01 to 0.5 (program).',
];

/** Bui et al. 2021: PGD training and a contrast of latents over pairs that predictions relate. */
export const ascl: Preset = {
  name: 'ascl',
  paper: 'Bui et al. 2021 (ASCL), arXiv 2101.10027',
  summary:
    'Adversarial training in which latents of a class attract each other, images and adversarial versions alike.',
  equations: 'L_SCL + 2 L_VAT + CE(x^a), Leaked local selection, the reference experiment of the program',
  method: {
    ...slots,
    objective: { name: 'adversarial', contrastive: 1, divergence: 2 },
    attack: {},
    forward: 'concatenated',
  },
  optimizer,
  start: start(2),
  recipes: {
    cifar: recipe(2, { source: `${source}; two augmentations, one contrast`, differences: [heldOut, lastBatch] }),
  },
  details: [
    'Two augmentations, both attacked; images pass the network as one batch and adversarial ones as another (program).',
    ...asclDetails,
  ],
  metrics: { ...adversarialMetrics, ...contrastMetrics },
};

/** The same on TRADES. */
export const asclTrades: Preset = {
  name: 'ascl-trades',
  paper: 'Bui et al. 2021 (ASCL), arXiv 2101.10027',
  summary: 'The contrast of ASCL beside the losses and the attack of TRADES.',
  equations: 'L_SCL + 2 L_VAT + CE(x) + 6 KL, the TRADES variant of the program',
  method: {
    ...slots,
    objective: {
      name: 'adversarial',
      natural: 1,
      robust: 6,
      robustLoss: 'klPerElement',
      contrastive: 1,
      divergence: 2,
    },
    attack: { loss: 'kl', start: 'gaussian' },
    forward: 'concatenated',
  },
  optimizer,
  start: start(2),
  recipes: {
    cifar: recipe(2, { source: `${source}; two augmentations, one contrast`, differences: [heldOut, lastBatch] }),
  },
  details: [
    'With two augmentations the divergence of TRADES is again a mean over images and classes (program); with one, over images (robustLoss=kl).',
    ...asclDetails,
  ],
  metrics: { ...adversarialMetrics, ...contrastMetrics },
};
