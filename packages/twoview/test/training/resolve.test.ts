// From a preset, a data set, a file and overrides to a whole configuration, and what is said when they are wrong.

import { presetMethod, presets } from 'twoview/methods';
import { configJsonSchema, configSchema, merge, parseConfig, parseOverride, resolveConfig } from 'twoview/training';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';

const resolve = (...overrides: string[]) => resolveConfig({ overrides });

describe('the layers of a configuration', () => {
  test('nothing at all means DirectPred on the embedded images', () => {
    const config = resolveConfig({});
    expect(config.data).toMatchObject({ name: 'embedded', limit: null });
    expect(config.method).toEqual(presetMethod('directpred'));
    expect(config.encoder).toEqual({ name: 'convnet', channels: [32, 64, 128, 256] });
    expect(config.augment.views.map(({ policy }) => policy)).toEqual(['directpred-cifar', 'directpred-cifar']);
    expect(config.optimizer).toMatchObject({ name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 4e-4 });
    expect(config.training.seed).toBe(0);
  });

  test('the data set brings its profile: encoder, stem and augmentation', () => {
    const policies = (dataset: string) => resolveConfig({ dataset }).augment.views.map(({ policy }) => policy);
    expect(policies('cifar10')).toEqual(['directpred-cifar', 'directpred-cifar']);
    expect(policies('stl10')).toEqual(['directpred-stl10', 'directpred-stl10']);
    expect(resolveConfig({ dataset: 'stl10' }).encoder).toMatchObject({
      name: 'convnet',
      channels: [32, 64, 128, 256, 256],
    });
    expect(resolveConfig({ dataset: 'cifar10', onGpu: true }).encoder).toMatchObject({
      name: 'resnet18',
      stem: 'cifar',
    });
    expect(resolveConfig({ dataset: 'stl10', onGpu: true }).encoder).toMatchObject({ name: 'resnet18', stem: 'stl' });
    expect(resolveConfig({ folder: 'photos' }).data).toMatchObject({ name: 'folder', folder: 'photos' });
    expect(resolveConfig({ folder: 'photos', dataset: 'cifar10' }).data).toMatchObject({
      name: 'cifar10',
      folder: 'photos',
    });
  });

  test('the preset brings the slots; the file lies on it, and overrides on both', () => {
    const file = { method: { name: 'byol', target: { momentum: 0.9 } }, training: { epochs: 7, seed: 3 } };
    const config = resolveConfig({ file, overrides: ['training.epochs=9'] });
    expect(config.method.predictor.name).toBe('mlp');
    expect(config.method.target).toMatchObject({ name: 'ema', momentum: 0.9, start: 'copy' });
    expect(config.training).toMatchObject({ epochs: 9, seed: 3 });
  });

  test('the method given beside the file decides, and overrides decide over it', () => {
    const file = { method: 'byol' };
    expect(resolveConfig({ file }).method).toEqual(presetMethod('byol'));
    expect(resolveConfig({ file, method: 'simsiam' }).method).toEqual(presetMethod('simsiam'));
    expect(resolveConfig({ method: 'simsiam', overrides: ['method=simclr'] }).method).toEqual(presetMethod('simclr'));
    expect(resolveConfig({ file, overrides: ['method.name=directcopy'] }).method).toEqual(presetMethod('directcopy'));
  });

  test('another data set than the file names starts its section anew', () => {
    const file = { data: { name: 'cifar10', folder: 'here', limit: 5 } };
    expect(resolveConfig({ file }).data).toMatchObject({ name: 'cifar10', folder: 'here', limit: 5 });
    expect(resolveConfig({ file, dataset: 'embedded' }).data).toEqual({
      name: 'embedded',
      seed: 0,
      limit: null,
      testLimit: null,
    });
    expect(resolveConfig({ file, overrides: ['data.limit=9'] }).data).toMatchObject({ name: 'cifar10', limit: 9 });
  });

  test('what was resolved resolves to itself, also through YAML and whatever machine it is read on', () => {
    for (const method of presets.map(({ name }) => name)) {
      const config = resolveConfig({ method, overrides: ['optimizer.schedule=cosine', 'training.maxSteps=3'] });
      const file = parse(stringify(config)) as unknown;
      expect(resolveConfig({ file })).toEqual(config);
      expect(resolveConfig({ file, onGpu: true })).toEqual(config);
      expect(parseConfig(file, 'config.yaml')).toEqual(config);
    }
  });
});

describe('a recipe', () => {
  const named = (...overrides: string[]) => resolveConfig({ method: 'simclr', recipe: 'cifar', overrides });

  test('lies on the preset and brings its data set, encoder, augmentation, optimiser and length', () => {
    const config = named();
    expect(config.data).toMatchObject({ name: 'cifar10' });
    expect(config.encoder).toMatchObject({ name: 'resnet18', stem: 'cifar', zeroInitResidual: true });
    expect(config.augment.views.map(({ policy }) => policy)).toEqual(['simclr-cifar', 'simclr-cifar']);
    expect(config.optimizer).toMatchObject({ name: 'lars', learningRate: 2, schedule: { warmupEpochs: 10 } });
    expect(config.training).toMatchObject({ epochs: 1000, batchSize: 512, seed: 0 });
    expect(config.method).toMatchObject({ pairing: 'allAnchors', forward: 'concatenated' });
    expect(config.method.objective).toEqual(presetMethod('simclr').objective);
  });

  test('starts an optimiser of another name anew', () => {
    const { optimizer } = resolveConfig({ method: 'w-mse', recipe: 'cifar' });
    expect(optimizer).toMatchObject({ name: 'adam', exclude: 'none', nesterov: false });
    expect(optimizer.schedule).toEqual({ name: 'steps', warmupEpochs: 5.15, milestones: [950, 975], gamma: 0.2 });
  });

  test('lies under the file, and the file under overrides', () => {
    const file = {
      method: { name: 'simclr', projector: { size: 64 } },
      training: { epochs: 7, batchSize: 32 },
      optimizer: { learningRate: 0.5 },
    };
    const config = resolveConfig({ file, recipe: 'cifar', overrides: ['training.epochs=9', 'encoder=convnet'] });
    expect(config.training).toMatchObject({ epochs: 9, batchSize: 32 });
    expect(config.optimizer).toMatchObject({ name: 'lars', learningRate: 0.5, weightDecay: 1e-6 });
    expect(config.method.projector).toMatchObject({ hidden: [512], size: 64, lastNorm: 'affine' });
    expect(config.encoder).toMatchObject({ name: 'convnet', channels: [32, 64, 128, 256] });
    expect(named('optimizer.schedule.warmupEpochs=3').optimizer.schedule).toMatchObject({
      name: 'cosine',
      warmupEpochs: 3,
    });
    expect(named('optimizer=sgd').optimizer).toMatchObject({ name: 'sgd', learningRate: 0.03, exclude: 'none' });
  });

  test('chooses the data set only where none is given', () => {
    expect(resolveConfig({ method: 'byol', recipe: 'stl10' }).data).toMatchObject({
      name: 'stl10',
      trainSplit: 'unlabeled',
    });
    const file = { data: { limit: 100 } };
    expect(resolveConfig({ file, recipe: 'stl10' }).data).toMatchObject({
      name: 'stl10',
      limit: 100,
      trainSplit: 'train+unlabeled',
    });
    expect(named('data=embedded').data.name).toBe('embedded');
    expect(resolveConfig({ recipe: 'cifar', dataset: 'cifar100' }).data.name).toBe('cifar100');
    expect(resolveConfig({ recipe: 'cifar', file: { data: 'stl10' } }).data.name).toBe('stl10');
    expect(resolveConfig({ method: 'byol', recipe: 'stl10', overrides: ['data.trainSplit=train'] }).data).toMatchObject(
      { trainSplit: 'train' },
    );
  });

  test('reads a folder at its own resolution', () => {
    const size = (recipe: string, ...overrides: string[]) => {
      const { data } = resolveConfig({ method: 'simclr', recipe, folder: 'photos', overrides });
      return data.name === 'folder' ? [data.size, data.storageSize] : [];
    };
    expect(size('cifar')).toEqual([32, null]);
    expect(size('stl10')).toEqual([96, null]);
    expect(size('imagenet')).toEqual([224, 256]);
    expect(size('imagenet', 'data.size=160')).toEqual([160, 256]);
  });

  test('what it resolved to resolves to itself without it', () => {
    const config = named('training.seed=4');
    expect(resolveConfig({ file: parse(stringify(config)) as unknown })).toEqual(config);
  });

  test('that the method does not have, or that lacks its images, is refused', () => {
    expect(() => resolveConfig({ method: 'siamese', recipe: 'stl10' })).toThrow(
      /^method siamese has no recipe 'stl10'; it has cifar$/,
    );
    expect(() => resolveConfig({ recipe: 'tiny' })).toThrow(/^method directpred has no recipe 'tiny'; it has cifar, /);
    expect(() => resolveConfig({ recipe: 'imagenet' })).toThrow(/^recipe imagenet has no data set of its own: give a /);
  });
});

describe('a changed objective', () => {
  const changed = (method: string, ...overrides: string[]) => resolveConfig({ method, overrides }).method.pairing;

  test('of the same kind keeps the pairing of the preset', () => {
    expect(changed('simclr', 'method.objective=barlowTwins')).toBe('allAnchors');
    expect(changed('mocov2', 'method.objective=mse')).toBe('asymmetric');
  });

  test('of the other kind gets the pairing that every objective accepts', () => {
    expect(changed('directpred', 'method.objective=ntXent')).toBe('symmetric');
    expect(changed('simclr', 'method.objective=cosine')).toBe('symmetric');
    expect(changed('mocov2', 'method.objective=ntXent')).toBe('symmetric');
    expect(resolveConfig({ file: { method: { name: 'simclr', objective: { name: 'mse' } } } }).method.pairing).toBe(
      'symmetric',
    );
  });

  test('does not change a pairing that was asked for', () => {
    const asked = /^method\.pairing is allAnchors, but objective cosine compares/;
    expect(() => changed('simclr', 'method.objective=cosine', 'method.pairing=allAnchors')).toThrow(asked);
    expect(() => changed('simclr', 'method={"objective":{"name":"cosine"},"pairing":"allAnchors"}')).toThrow(asked);
    const file = { method: { name: 'simclr', objective: { name: 'cosine' }, pairing: 'allAnchors' } };
    expect(() => resolveConfig({ file })).toThrow(asked);
  });
});

describe('overrides', () => {
  test('a name stands for the object of that name, which does not inherit from the one before', () => {
    expect(resolve('method.predictor=identity').method.predictor).toEqual({ name: 'identity' });
    expect(resolve('method.target=stopGradient').method.target).toEqual({ name: 'stopGradient' });
    expect(resolve('method.target.momentum=0.5', 'method.target=ema').method.target).toMatchObject({ momentum: 0.5 });
    expect(resolve('method.target=online', 'method.target=ema').method.target).toMatchObject({
      momentum: 0.996,
      schedule: 'constant',
    });
    expect(resolve('encoder=resnet18', 'encoder.width=0.5').encoder).toMatchObject({
      name: 'resnet18',
      width: 0.5,
      stem: 'cifar',
    });
    expect(resolve('optimizer=adam').optimizer).toMatchObject({ name: 'adam', schedule: { name: 'constant' } });
    expect(resolve('optimizer.schedule=cosine').optimizer.schedule).toEqual({
      name: 'cosine',
      warmupEpochs: 0,
      minFactor: 0,
    });
    expect(resolve('optimizer.schedule=cosine', 'optimizer.schedule.minFactor=0.1').optimizer.schedule).toMatchObject({
      name: 'cosine',
      minFactor: 0.1,
    });
  });

  test('reach into lists and take JSON', () => {
    const { augment, encoder } = resolve('augment.views.1.policy=none', 'encoder.channels=[4,8]');
    expect(augment.views.map(({ policy }) => policy)).toEqual(['directpred-cifar', 'none']);
    expect(encoder).toEqual({ name: 'convnet', channels: [4, 8] });
    expect(resolve('augment.views.0.crop.scale=[0.5,1]').augment.views[0]!.crop).toEqual({ scale: [0.5, 1] });
    expect(resolve('method.predictor.rho=null').method.predictor).toMatchObject({ rho: null });
  });

  test('a whole section as JSON', () => {
    const data = '{"name":"folder","folder":"photos","size":48}';
    expect(resolve(`data=${data}`).data).toMatchObject({ name: 'folder', folder: 'photos', size: 48 });
    const { method } = resolve('method={"name":"byol","target":{"name":"ema","momentum":0.9}}');
    expect(method).toEqual({ ...presetMethod('byol'), target: { ...presetMethod('byol').target, momentum: 0.9 } });
    expect(resolve('method={"pairing":"asymmetric"}').method).toMatchObject({
      name: 'directpred',
      pairing: 'asymmetric',
    });
  });

  test('apply in order', () => {
    expect(resolve('training.epochs=3', 'training.epochs=4').training.epochs).toBe(4);
  });

  test('are read as path and value', () => {
    expect(parseOverride('a.b.0=[1, 2]')).toEqual({ path: ['a', 'b', '0'], value: [1, 2] });
    expect(parseOverride('data.folder=a=b')).toEqual({ path: ['data', 'folder'], value: 'a=b' });
    expect(parseOverride('x=')).toEqual({ path: ['x'], value: '' });
    for (const text of ['=3', 'a..b=3', 'a b=3', 'training'])
      expect(() => parseOverride(text)).toThrow(/is no override: write a\.b=value/);
  });
});

describe('merge', () => {
  test('lays objects over each other and replaces everything else', () => {
    expect(merge({ a: 1, b: { c: 2, d: [1] } }, { b: { d: [2, 3], e: null } })).toEqual({
      a: 1,
      b: { c: 2, d: [2, 3], e: null },
    });
    expect(merge({ a: 1 }, undefined)).toEqual({ a: 1 });
    expect(merge({ a: 1 }, null)).toBeNull();
  });

  test('starts anew where the name changes and keeps the fields where it does not', () => {
    const under = { slot: { name: 'x', size: 3 } };
    expect(merge(under, { slot: { name: 'y' } })).toEqual({ slot: { name: 'y' } });
    expect(merge(under, { slot: { name: 'x', more: 1 } })).toEqual({ slot: { name: 'x', size: 3, more: 1 } });
    expect(merge(under, { slot: 'y' })).toEqual({ slot: { name: 'y' } });
    expect(merge(under, { slot: 'x' })).toEqual(under);
  });
});

describe('what is wrong is said in one sentence that names the field', () => {
  test.each([
    ['training.epochs=abc', /^training\.epochs: .*expected number, received string$/],
    ['training.epochs=0', /^training\.epochs: .*>=1$/],
    ['training.foo=1', /^training has no 'foo'$/],
    ['foo.bar=1', /^the configuration has no 'foo'$/],
    ['encoder=resnet19', /^encoder\.name: .*convnet.*resnet50/],
    ['method.predictor=mpl', /^method\.predictor\.name: .*identity.*directCopy/],
    ['method.predictor.hidden=3', /^method\.predictor has no 'hidden'$/],
    ['method.projector.hidden=[0]', /^method\.projector\.hidden\.0: /],
    ['augment.views.0.policy=blur', /^augment\.views\.0\.policy: .*directpred-cifar/],
    ['training.device=gpu', /^training\.device: must be auto, cpu, cuda or cuda:N$/],
    ['training.batchSize=1', /^training\.batchSize: .*>=2$/],
    ['optimizer.learningRate=-1', /^optimizer\.learningRate: .*>0$/],
    ['data=imagenet', /^data\.name: .*embedded.*folder/],
    ['method=byool', /^there is no method 'byool'; there are simclr, /],
  ])('%s', (override, message) => {
    let said = '';
    try {
      resolve(override);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toMatch(message);
    expect(said).not.toContain('\n');
  });

  test('several mistakes are all named', () => {
    expect(() => resolve('training.epochs=0', 'evaluation.k=0')).toThrow(/training\.epochs: .*; evaluation\.k: /);
  });

  test('a file that is no mapping, or has a section that does not exist', () => {
    expect(() => resolveConfig({ file: [1] })).toThrow(/must hold a mapping/);
    expect(() => resolveConfig({ file: { trainig: {} } })).toThrow(
      /the configuration has no 'trainig'; it has data, augment/,
    );
  });

  test('a configuration of a run that was damaged', () => {
    const config = resolveConfig({});
    const damaged = { ...config, training: { ...config.training, epochs: 'many' } };
    expect(() => parseConfig(damaged, 'run/config.yaml')).toThrow(
      /^run\/config\.yaml is no configuration of a run: training\.epochs: /,
    );
  });
});

test('the JSON schema has every section, and a description of every field', () => {
  interface Schema {
    description?: string;
    properties?: Record<string, Schema>;
    oneOf?: Schema[];
    anyOf?: Schema[];
    const?: unknown;
  }
  const schema = configJsonSchema() as Schema;
  expect(Object.keys(schema.properties!)).toEqual(Object.keys(configSchema.shape));
  const missing: string[] = [];
  const visit = (field: Schema, where: string): void => {
    for (const [key, inner] of Object.entries(field.properties ?? {})) {
      if (!inner.description && !inner.properties) missing.push(`${where}.${key}`);
      visit(inner, `${where}.${key}`);
    }
    for (const variant of field.oneOf ?? field.anyOf ?? []) visit(variant, where);
  };
  visit(schema, '');
  expect(missing).toEqual([]);
});
