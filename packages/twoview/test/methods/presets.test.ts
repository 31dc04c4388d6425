// The presets: where each lies in the slot space, and the recipes that its papers give.
import { resolvePolicy } from 'twoview/augment';
import { checkMethod, findPreset, findRecipe, presetMethod, presets, type Scale, scales } from 'twoview/methods';
import { resolveConfig } from 'twoview/training';
import { describe, expect, test } from 'vitest';

/** preset, objective, normalizer, predictor, target. */
const slotSpace = [
  ['simclr', 'ntXent', 'none', 'identity', 'online'],
  ['mocov2', 'infoNce', 'none', 'identity', 'ema'],
  ['byol', 'cosine', 'none', 'mlp', 'ema'],
  ['simsiam', 'cosine', 'none', 'mlp', 'stopGradient'],
  ['directpred', 'cosine', 'none', 'directPred', 'ema'],
  ['directcopy', 'cosine', 'none', 'directCopy', 'ema'],
  ['barlow', 'barlowTwins', 'none', 'identity', 'online'],
  ['vicreg', 'vicreg', 'none', 'identity', 'online'],
  ['w-mse', 'mse', 'slicedWhitening', 'identity', 'online'],
  ['siamese', 'mse', 'none', 'identity', 'online'],
  ['siamese-bn', 'mse', 'bn', 'identity', 'online'],
  ['dbn', 'mse', 'dbn', 'identity', 'online'],
  ['shuffled-dbn', 'mse', 'shuffledDbn', 'identity', 'online'],
  ['contrastive-simple', 'simpleContrastive', 'none', 'identity', 'online'],
  ['contrastive-triplet', 'softTriplet', 'none', 'identity', 'online'],
  ['contrastive-nce', 'contrastiveNce', 'none', 'identity', 'online'],
  ['supcon', 'supervisedContrastive', 'none', 'identity', 'online'],
  ['supervised', 'crossEntropy', 'none', 'identity', 'online'],
  ['adv', 'adversarial', 'none', 'identity', 'online'],
  ['trades', 'adversarial', 'none', 'identity', 'online'],
  ['adr', 'adr', 'none', 'identity', 'online'],
  ['ascl', 'adversarial', 'none', 'identity', 'online'],
  ['ascl-trades', 'adversarial', 'none', 'identity', 'online'],
];

const recipes = presets.flatMap((preset) =>
  scales.flatMap((scale) => (preset.recipes[scale] ? [{ name: preset.name, scale }] : [])),
);

/** As the command resolves it, wherever the images of ImageNet are. */
const withRecipe = (method: string, scale: Scale) =>
  resolveConfig({ method, recipe: scale, ...(scale === 'imagenet' ? { folder: 'images' } : {}) });

describe('the slot space', () => {
  test('has every preset at its published point', () => {
    const listed = presets.map(({ name }) => {
      const { objective, normalizer, predictor, target } = presetMethod(name);
      return [name, objective.name, normalizer.name, predictor.name, target.name];
    });
    expect(listed).toEqual(slotSpace);
  });

  test('no two presets share a name, and none combines slots that do not go together', () => {
    expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
    for (const { name } of presets) expect(() => checkMethod(presetMethod(name))).not.toThrow();
  });

  test('every preset says where it is from, what it follows and what is easy to get wrong', () => {
    for (const { name, paper, equations, details } of presets) {
      expect(paper, name).toMatch(/arXiv \d{4}\.\d{5}$/);
      expect(equations.length, name).toBeGreaterThan(10);
      expect(details.length, name).toBeGreaterThanOrEqual(2);
      for (const detail of details) expect(detail, name).toMatch(/\.$/);
    }
  });

  test('measures that are explained are those of the slots', () => {
    const explained = (name: string) => Object.keys(findPreset(name).metrics ?? {});
    expect(explained('barlow')).toEqual(['loss.onDiagonal', 'loss.offDiagonal']);
    expect(explained('vicreg')).toEqual(['loss.invariance', 'loss.variance', 'loss.covariance']);
    for (const { name } of presets) {
      const direct = /^direct/.test(presetMethod(name).predictor.name);
      expect(explained(name).includes('predictor.alignment'), name).toBe(direct);
    }
  });
});

describe('recipes', () => {
  // The runs of Hua et al. and of W-MSE on STL-10 begin with a 3x3 convolution, those of DirectPred and SimCLR with a 7x7.
  const stems: Record<Scale, RegExp> = { cifar: /^cifar$/, stl10: /^(stl|tiny)$/, imagenet: /^imagenet$/ };

  test.each(recipes)(
    '$name at $scale resolves to a ResNet with the right stem, and slots that go together',
    ({ name, scale }) => {
      const config = withRecipe(name, scale);
      expect((config.encoder as { stem: string }).stem).toMatch(stems[scale]);
      expect(config.encoder.name).toMatch(scale === 'imagenet' ? /^resnet50$/ : /^resnet(18|50)$/);
      expect(config.data.name).toBe({ cifar: 'cifar10', stl10: 'stl10', imagenet: 'folder' }[scale]);
      expect(config.method.name).toBe(name);
      expect(() => checkMethod(config.method)).not.toThrow();
      for (const view of config.augment.views) {
        const policy = resolvePolicy(view);
        // At 32 pixels nothing is blurred.
        if (scale === 'cifar') expect(policy.gaussianBlur.probability).toBe(0);
      }
      const { groups = null } = config.method.normalizer as { groups?: number | null };
      if (groups !== null) {
        const axes = config.method.projector.size / groups;
        expect(axes).toBe(Math.round(axes));
        expect(axes).toBeLessThanOrEqual(config.training.batchSize / 2);
      }
      if (config.method.objective.name === 'infoNce')
        expect(config.method.objective.queue % config.training.batchSize).toBe(0);
    },
  );

  test('every recipe names its source, and the slots stay those of the preset', () => {
    for (const { name, scale } of recipes) {
      const preset = findPreset(name);
      expect(preset.recipes[scale]?.source.length, name).toBeGreaterThan(20);
      const { objective, normalizer, predictor, target, pairing } = withRecipe(name, scale).method;
      const plain = presetMethod(name);
      expect([objective.name, normalizer.name, predictor.name, target.name, pairing]).toEqual([
        plain.objective.name,
        plain.normalizer.name,
        plain.predictor.name,
        plain.target.name,
        plain.pairing,
      ]);
    }
  });

  test('every method can be trained at 32 pixels as published', () => {
    expect(recipes.filter(({ scale }) => scale === 'cifar').map(({ name }) => name)).toEqual(
      presets.map(({ name }) => name),
    );
  });

  /** Learning rate (a product of the published rate and the batch), batch, epochs, weight decay, optimiser. */
  test.each([
    ['simclr', 'cifar', (1.0 * 512) / 256, 512, 1000, 1e-6, 'lars'],
    ['simclr', 'imagenet', (0.3 * 4096) / 256, 4096, 100, 1e-6, 'lars'],
    ['byol', 'imagenet', (0.2 * 4096) / 256, 4096, 1000, 1.5e-6, 'lars'],
    ['barlow', 'imagenet', (0.2 * 2048) / 256, 2048, 1000, 1e-6, 'lars'],
    ['vicreg', 'imagenet', (0.2 * 2048) / 256, 2048, 1000, 1e-6, 'lars'],
    ['mocov2', 'imagenet', 0.03, 256, 200, 1e-4, 'sgd'],
    ['simsiam', 'cifar', (0.03 * 512) / 256, 512, 800, 5e-4, 'sgd'],
    ['simsiam', 'imagenet', (0.05 * 512) / 256, 512, 100, 1e-4, 'sgd'],
    ['directpred', 'stl10', 0.03, 128, 100, 4e-4, 'sgd'],
    ['shuffled-dbn', 'stl10', (0.02 * 64) / 256, 64, 200, 1e-3, 'sgd'],
    ['siamese-bn', 'cifar', (0.02 * 256) / 256, 256, 100, 1e-3, 'sgd'],
    ['w-mse', 'cifar', 3e-3, 512, 1000, 1e-6, 'adam'],
    ['contrastive-nce', 'stl10', 1e-3, 128, 500, 0, 'adam'],
    ['supcon', 'cifar', 0.5, 1024, 1000, 1e-4, 'sgd'],
  ] as const)(
    '%s at %s has the published learning rate for its batch',
    (method, scale, learningRate, batchSize, epochs, weightDecay, name) => {
      const { optimizer, training } = withRecipe(method, scale);
      expect(optimizer.learningRate).toBeCloseTo(learningRate, 12);
      expect({ ...optimizer, ...training }).toMatchObject({ batchSize, epochs, weightDecay });
      expect(optimizer.name).toBe(name);
      // LARS leaves biases and normalisation alone, and rises for ten epochs.
      if (optimizer.name === 'lars')
        expect(optimizer).toMatchObject({ exclude: 'biasAndNorm', schedule: { name: 'cosine', warmupEpochs: 10 } });
    },
  );

  test('a name that the method has no recipe of, or that is none, lists those it has', () => {
    expect(() => findRecipe(findPreset('supcon'), 'imagenet')).toThrow(
      /^method supcon has no recipe 'imagenet'; it has cifar$/,
    );
    expect(() => findRecipe(findPreset('byol'), 'mnist')).toThrow(
      /^method byol has no recipe 'mnist'; it has cifar, stl10, imagenet$/,
    );
  });
});
