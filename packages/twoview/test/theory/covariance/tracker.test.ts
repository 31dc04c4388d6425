// The tracker: on plain networks it equals the closed form, on real ones per-sample gradients, and it leaves a run as it is.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { ConvNet, mlp, ResNet } from 'twoview/models';
import {
  augmentedViews,
  type CovarianceTrackerOptions,
  connectionGram,
  covarianceOperator,
  createCovarianceTracker,
  estimateCovariance,
  layerGram,
  networkCovariance,
  outputDirections,
  recordLayers,
  weightLayers,
  withinViewOperator,
} from 'twoview/theory/covariance';
import { createModel, DivergenceError } from 'twoview/training';
import { describe, expect, test } from 'vitest';
import { newTrainer, smallConfig, smallImages, timeless } from '../../training/setup.js';
import { absolute, layersOf, small } from './setup.js';

const double = { dtype: 'float64' } as const;

describe('a plain ReLU network', () => {
  const at = small(7);
  const network = mlp({ sizes: [6, 7, 5, 4], norm: 'none', bias: false }).to(double);
  network.loadStateDict(new Map(at.network.weights.map((weight, i) => [`${2 * i}.weight`, weight])));
  const measure = (projections: number, seed = 0, sampling: 'population' | 'sample' = 'population') =>
    networkCovariance({
      modules: { net: network },
      forward: (x) => network.forward(x),
      views: at.data,
      projections,
      seed,
      sampling,
    });

  test('with all directions of the output, the operator is the exact one', async () => {
    for (const seed of [0, 1]) {
      const estimates = [...(await measure(4, seed))];
      expect(estimates.map(([name]) => name)).toEqual(['net.0', 'net.2', 'net.4']);
      for (const [i, on] of layersOf(at).entries()) {
        const [, estimate] = estimates[i]!;
        const [exact, within] = [covarianceOperator(on), withinViewOperator(on)];
        expect(estimate.trace).toBeCloseTo(exact.trace(), 13);
        expect(estimate.within).toBeCloseTo(within.trace(), 13);
        expect(estimate.ratio).toBeCloseTo(exact.trace() / within.trace(), 12);
        expect(estimate.norm).toBeCloseTo(exact.norm(), 13);
        const spectrum = exact.eigenvalues();
        for (let k = 0; k < 8; k++) expect(estimate.eigenvalues[k]).toBeCloseTo(spectrum[k]!, 13);
      }
    }
  });

  test('fewer directions are without bias: over seeds, their second moment is the identity', () => {
    torch.scope(() => {
      const moments = Array.from({ length: 1500 }, (_, seed) => {
        const v = outputDirections(4, 2, seed);
        return v.t().matmul(v);
      });
      expect(absolute(torch.stack(moments).mean([0]), torch.eye(4, double))).toBeLessThan(0.06);
    });
  });

  test('an estimate from a sample subtracts what few views add', async () => {
    const [plain, sample] = [await measure(4), await measure(4, 0, 'sample')];
    for (const [name, { trace, within }] of sample) {
      // tr V = N/(N-1) tr (averaged) - tr Va / A
      expect(trace).toBeCloseTo((plain.get(name)!.trace * 5) / 4 - within / 4, 13);
      expect(within).toBeCloseTo((plain.get(name)!.within * 4) / 3, 13);
    }
  });

  test('directions are orthogonal, of squared length D / P', () => {
    const v = outputDirections(6, 4, 3);
    expect(absolute(v.matmul(v.t()), torch.eye(4, double).mul(1.5))).toBeLessThan(1e-12);
    const all = outputDirections(6, 6, 3);
    expect(absolute(all.t().matmul(all), torch.eye(6, double))).toBeLessThan(1e-12);
    expect(outputDirections(6, 4, 3).equal(v)).toBe(true);
    expect(() => outputDirections(6, 7, 0)).toThrow(/projections/);
  });

  test('estimates by the Gram matrix of connections are the operator’s', () => {
    for (const on of layersOf(at)) {
      const operator = covarianceOperator(on);
      const estimate = estimateCovariance(connectionGram(operator.connections), {
        images: 5,
        views: 4,
        sampling: 'population',
      });
      expect(estimate.trace).toBeCloseTo(operator.trace(), 13);
      expect(estimate.norm).toBeCloseTo(operator.norm(), 13);
    }
    expect(() => estimateCovariance(torch.ones([8, 8]), { images: 2, views: 2 })).toThrow(
      /must be float64, not float32/,
    );
  });
});

/** Inner products of per-sample gradients of v . z in a layer's weights, one backward pass each. */
function gramByAutograd(forward: (x: Tensor) => Tensor, weight: Tensor, inputs: Tensor, directions: Tensor): Tensor {
  const rows: Tensor[] = [];
  for (let s = 0; s < inputs.shape[0]!; s++) {
    for (let p = 0; p < directions.shape[0]!; p++) {
      const z = forward(inputs.narrow(0, s, 1));
      const [gradient] = torch.grad(z.mul(directions.narrow(0, p, 1)).sum(), [weight]) as [Tensor];
      rows.push(gradient.flatten());
    }
  }
  const all = torch.stack(rows);
  return all.matmul(all.t());
}

describe('real layers', () => {
  const generator = new torch.Generator({ seed: 1 });
  const projector = mlp({ sizes: [8, 10, 6], generator }).to(double);
  const plain = mlp({ sizes: [8, 10, 6], norm: 'none', generator }).to(double);
  const convnet = new ConvNet({ channels: [4, 8], generator }).to(double);
  const resnet = new ResNet('resnet18', { stem: 'cifar', width: 1 / 8, generator }).to(double);
  const head = mlp({ sizes: [64, 6], generator }).to(double);
  // Statistics as after some training: not 0 and 1.
  for (const module of [convnet, resnet, projector]) {
    for (const [name, buffer] of module.namedBuffers()) {
      if (name.endsWith('running_mean'))
        buffer.copy_(torch.randn(buffer.shape, { generator, dtype: 'float64' }).mul(0.1));
      if (name.endsWith('running_var'))
        buffer.copy_(torch.rand(buffer.shape, { generator, dtype: 'float64' }).add(0.5));
    }
  }
  const cases: [string, nn.AnyModule[], (x: Tensor) => Tensor, number][] = [
    ['a ConvNet with a projector', [convnet, projector], (x) => projector.forward(convnet.forward(x)), 16],
    [
      'a ConvNet of few positions, a projector without BatchNorm',
      [convnet, plain],
      (x) => plain.forward(convnet.forward(x)),
      4,
    ],
    ['a ResNet', [resnet, head], (x) => head.forward(resnet.forward(x)), 8],
  ];

  test.each(cases)('%s: Gram matrices are those of per-sample gradients', (_, modules, forward, size) => {
    torch.scope(() => {
      const inputs = torch.rand([5, 3, size, size], { generator, dtype: 'float64' });
      const directions = outputDirections(6, 2, 0);
      const layers = new Map(
        modules.flatMap((module, i) =>
          [...weightLayers(module)].map(([name, layer]) => [`${i}.${name}`, layer] as const),
        ),
      );
      const { output, records } = recordLayers(modules, layers, () => forward(inputs));
      const gradients = [0, 1].map((p) =>
        torch.grad(
          output,
          records.map((record) => record.output),
          { gradOutputs: [directions.narrow(0, p, 1).expandAs(output)], retainGraph: true },
        ),
      );
      for (const module of modules) module.eval();
      const chosen = records.length > 6 ? [0, 3, 7, 12, records.length - 1] : records.keys();
      for (const i of chosen) {
        const record = records[i]!;
        const gram = layerGram(
          record,
          gradients.map((all) => all[i]!),
        );
        const expected = gramByAutograd(forward, record.layer.weight, inputs, directions);
        expect(absolute(gram, expected) / expected.abs().max().item()).toBeLessThan(1e-12);
      }
    });
  });

  test('layers run as before, in the mode they were in, also after an error', () => {
    convnet.train();
    const layers = weightLayers(convnet);
    const fail = (): Tensor => {
      throw new Error('no pass');
    };
    expect(() => recordLayers([convnet], layers, fail)).toThrow('no pass');
    for (const layer of layers.values()) expect(Object.hasOwn(layer, 'forward')).toBe(false);
    expect([...convnet.modules()].every((module) => module.training)).toBe(true);
  });

  test('a layer that runs twice or never, and a convolution with groups, are refused', () => {
    const linear = new nn.Linear(3, 3);
    const layers = new Map([['w', linear]]);
    const x = torch.ones([2, 3]);
    expect(() => recordLayers([linear], layers, () => linear.forward(linear.forward(x)))).toThrow(
      /w runs more than once/,
    );
    expect(() => recordLayers([linear], layers, () => x)).toThrow(/w did not run/);
    expect(() => weightLayers(new nn.Conv2d(4, 4, 3, { groups: 2 }))).toThrow(/groups/);
  });
});

describe('in a run', () => {
  async function tracker(options: Partial<CovarianceTrackerOptions> = {}) {
    const config = smallConfig('training.epochs=2');
    const images = await smallImages();
    const { augment } = config;
    return createCovarianceTracker({
      images: () => augmentedViews(images, { augment, size: 32, images: 6, views: 3, seed: 0, device: 'cpu' }),
      ...options,
    });
  }
  const layers = ['encoder.body.0', 'encoder.body.3', 'projector.0', 'projector.3'];

  test('writes the measures of every layer before the first step and at the end of epochs', async () => {
    const config = smallConfig('training.epochs=2');
    const { trainer, folder } = await newTrainer(config, { observers: [await tracker()] });
    await trainer.run();
    const rows = folder.metrics().rows.filter((row) => row['covariance.projector.0.trace'] !== undefined);
    expect(rows.map(({ step }) => step)).toEqual([0, 6, 12]);
    for (const row of rows) {
      for (const layer of layers) {
        const value = (name: string): number => row[`covariance.${layer}.${name}`] as number;
        expect(value('within')).toBeGreaterThan(0);
        expect(value('ratio')).toBeCloseTo(value('trace') / value('within'), 12);
        expect(value('norm')).toBeGreaterThan(0);
        expect(value('effectiveRank')).toBeGreaterThanOrEqual(1);
        const spectrum = row[`covariance.${layer}.spectrum`] as number[];
        expect(spectrum.length).toBeLessThanOrEqual(16);
        expect(spectrum[0]!).toBeGreaterThan(0);
        expect(spectrum).toEqual([...spectrum].sort((a, b) => b - a));
      }
    }
    const [first, , last] = rows;
    expect(last!['covariance.encoder.body.0.trace']).not.toBe(first!['covariance.encoder.body.0.trace']);
    folder.finish('done');
  });

  test('a watched run ends with the same weights and rows as one that is not', async () => {
    const config = smallConfig('training.epochs=1');
    const alone = await newTrainer(config);
    await alone.trainer.run();
    const watched = await newTrainer(config, { observers: [await tracker()] });
    await watched.trainer.run();
    for (const [name, tensor] of alone.trainer.model.stateDict()) {
      expect(watched.trainer.model.stateDict().get(name)!.equal(tensor), name).toBe(true);
    }
    const losses = (rows: ReturnType<typeof timeless>) => rows.flatMap(({ loss }) => loss ?? []);
    expect(losses(timeless(watched.folder.metrics().rows))).toEqual(losses(timeless(alone.folder.metrics().rows)));
    alone.folder.finish('done');
    watched.folder.finish('done');
  });

  test('gives the same numbers again, of chosen layers alone, and leaves no tensors', async () => {
    const model = createModel(smallConfig());
    const observer = await tracker({ layers: ['encoder.body.3'], projections: 3 });
    const once = await observer.onEvaluate!({ step: 0, epoch: 0, model });
    const before = torch.memory().handles;
    expect(await observer.onEvaluate!({ step: 0, epoch: 0, model })).toEqual(once);
    expect(torch.memory().handles).toBe(before);
    const names = ['effectiveRank', 'norm', 'ratio', 'spectrum', 'trace', 'within'];
    expect(Object.keys(once).sort()).toEqual(names.map((name) => `covariance.encoder.body.3.${name}`));
  });

  test('the same with a normalizer and a predictor, whose layers are none of its own', async () => {
    const model = createModel(smallConfig('method.normalizer={"name":"bn"}', 'method.predictor=mlp'));
    const measures = await (await tracker()).onEvaluate!({ step: 0, epoch: 0, model });
    expect(Object.keys(measures).filter((name) => name.endsWith('.trace'))).toHaveLength(4);
  });

  test('what it refuses: names that are none, too many columns, too few views, weights that have overflowed', async () => {
    const model = createModel(smallConfig());
    const run = async (options: Partial<CovarianceTrackerOptions>) =>
      (await tracker(options)).onEvaluate!({ step: 0, epoch: 0, model });
    await expect(run({ layers: ['encoder.fc'] })).rejects.toThrow(/no layer encoder.fc; it has encoder.body.0/);
    await expect(run({ projections: 200 })).rejects.toThrow(/images times views times projections/);
    await expect(run({ projections: 7 })).rejects.toThrow(/projections must be a whole number from 1 to 6/);
    await expect(run({ images: () => torch.ones([4, 1, 3, 8, 8]) })).rejects.toThrow(/views of an image/);
    await expect(run({ images: () => torch.full([4, 2, 3, 8, 8], Number.NaN) })).rejects.toThrow(/not finite/);
    for (const weight of model.encoder.parameters()) torch.noGrad(() => weight.mul_(1e30));
    await expect(run({})).rejects.toThrow(DivergenceError);
  });
});

test('views are the same at every call, an image’s own in its row', async () => {
  const images = await smallImages();
  const { augment } = smallConfig();
  const make = (seed: number) =>
    augmentedViews(images, { augment, size: 24, images: 4, views: 3, seed, device: 'cpu' });
  const views = make(0);
  expect(views.shape).toEqual([4, 3, 3, 24, 24]);
  expect(make(0).equal(views)).toBe(true);
  expect(make(1).equal(views)).toBe(false);
  expect(views.select(1, 0).equal(views.select(1, 2))).toBe(false);
  expect(() => augmentedViews(images, { augment, size: 24, images: 49, views: 2, seed: 0, device: 'cpu' })).toThrow(
    /images/,
  );
});
