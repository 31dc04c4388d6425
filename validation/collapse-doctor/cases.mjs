// The runs of the validation: a recipe, a data set, a seed. The calibration set thresholds and rule; the matrix judges them.
// Other seeds, other images or another data set, and twelve of the recipes are not in the calibration at all.

/** Settings that all runs share: small enough for a minute on one core. */
export const common = {
  'training.batchSize': 128,
  'training.threads': 1,
  'training.logEvery': 10,
  'optimizer.learningRate': 0.05,
  'optimizer.momentum': 0.9,
  'optimizer.weightDecay': 4e-4,
  'method.projector.hidden': [128],
  'method.projector.size': 64,
};

/** What differs from a preset: `[preset, overrides]`. */
export const recipes = {
  directpred: ['directpred', { 'method.target.momentum': 0.99 }],
  directcopy: ['directcopy', { 'method.target.momentum': 0.99 }],
  byol: ['byol', { 'method.target.momentum': 0.99 }],
  simsiam: ['simsiam', { 'method.predictor.hidden': 32, 'method.objective.scale': 2 }],
  simclr: ['simclr', {}],
  mocov2: ['mocov2', { 'method.objective.queue': 1024 }],
  barlow: ['barlow', {}],
  vicreg: ['vicreg', { 'optimizer.learningRate': 0.005 }],
  'w-mse': ['w-mse', { 'method.projector.size': 32 }],
  'shuffled-dbn': ['shuffled-dbn', {}],
  dbn: ['dbn', { 'method.normalizer.groups': 1, 'method.projector.size': 32 }],
  'dbn, groups of 4': ['dbn', { 'method.normalizer.groups': 16 }],
  'siamese-bn': ['siamese-bn', {}],
  siamese: ['siamese', {}],
  'siamese, cosine': ['siamese', { 'method.objective': 'cosine' }],
  'contrastive-triplet': ['contrastive-triplet', {}],
  'contrastive-simple': ['contrastive-simple', { 'optimizer.learningRate': 5e-4 }],
  'linear predictor': ['byol', { 'method.predictor': 'linear', 'method.target.momentum': 0.99 }],
  'no predictor, EMA': ['byol', { 'method.predictor': 'identity', 'method.target.momentum': 0.99 }],
  'no predictor, stop-gradient': ['simsiam', { 'method.predictor': 'identity', 'method.objective.scale': 2 }],
  'no stop-gradient': ['simsiam', { 'method.target': 'online', 'method.objective.scale': 2 }],
  'no stop-gradient, linear': ['directpred', { 'method.predictor': 'linear', 'method.target': 'online' }],
  'weight decay 0.02': ['byol', { 'method.target.momentum': 0.99, 'optimizer.weightDecay': 0.02 }],
  'weight decay 0.1': ['directpred', { 'method.target.momentum': 0.99, 'optimizer.weightDecay': 0.1 }],
  'whitening epsilon 0.3': [
    'dbn',
    { 'method.normalizer.groups': 1, 'method.normalizer.epsilon': 0.3, 'method.projector.size': 32 },
  ],
  'barlow, lambda 0': ['barlow', { 'method.objective.lambda': 0 }],
  'vicreg, no variance': ['vicreg', { 'method.objective.variance': 0, 'optimizer.learningRate': 0.005 }],
  'vicreg, no covariance': ['vicreg', { 'method.objective.covariance': 0, 'optimizer.learningRate': 0.005 }],
};

/** Steps of every run: what its end shows is the outcome. */
export const steps = 800;

const seen = [
  'directpred',
  'byol',
  'simclr',
  'barlow',
  'shuffled-dbn',
  'dbn',
  'dbn, groups of 4',
  'siamese-bn',
  'siamese',
  'linear predictor',
  'no predictor, EMA',
  'no stop-gradient',
  'weight decay 0.02',
  'vicreg',
  'barlow, lambda 0',
  'whitening epsilon 0.3',
];

/** Sixteen recipes, each on one data set. */
export const calibration = seen.map((recipe, i) => ({
  dataset: i % 2 ? 'embedded' : 'cifar10',
  recipe,
  seed: 100 + i,
  steps,
}));

/** Every recipe on CIFAR-10 and on the embedded images, and some on photographs. */
export const matrix = Object.keys(recipes).flatMap((recipe, i) => [
  { dataset: 'cifar10', recipe, seed: i, steps },
  { dataset: 'embedded', recipe, seed: 50 + i, steps },
  ...(i % 3 === 0 ? [{ dataset: 'imagenette', recipe, seed: 200 + i, steps }] : []),
]);
