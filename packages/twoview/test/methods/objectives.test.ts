// The objective slot in a step: which loss of which tensors, with labels, with a queue, with more than two views.
import * as torch from '@twoview/torch';
import { presetMethod, presets, Siamese } from 'twoview/methods';
import { ConvNet } from 'twoview/models';
import { groupWhiten } from 'twoview/normalizers';
import {
  barlowTwins,
  contrastiveNce,
  exactCovariance,
  infoNce,
  l2Normalize,
  mse,
  ntXent,
  simpleContrastive,
  softTriplet,
  supervisedContrastive,
  vicreg,
} from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { channels, difference, generator, gradients, siamese, views } from './setup.js';

const online = { predictor: { name: 'identity' }, target: { name: 'online' } } as const;

function embeddings(model: Siamese, batch: readonly torch.Tensor[]): torch.Tensor[] {
  return batch.map((view) => model.online.forward(view).detach());
}

/** More views of one batch. */
function manyViews(count: number): torch.Tensor[] {
  return Array.from({ length: count }, (_, i) => views(1)[0].add(views(i + 2)[1], { alpha: 0.3 }));
}

describe('a loss over all views at once', () => {
  test('barlowTwins and vicreg are their functions, and name their parts', () => {
    const barlow = siamese({ ...online, objective: { name: 'barlowTwins', lambda: 0.01, scale: 0.1 } });
    const [z1, z2] = embeddings(barlow, views()) as [torch.Tensor, torch.Tensor];
    const step = barlow.step(views());
    expect(step.loss.item()).toBeCloseTo(barlowTwins(z1, z2, { lambda: 0.01, scale: 0.1 }).item(), 4);
    expect(Object.keys(step.terms)).toEqual(['onDiagonal', 'offDiagonal']);
    const second = siamese({ ...online, objective: { name: 'vicreg' } }).step(views());
    expect(second.loss.item()).toBeCloseTo(vicreg(z1, z2).item(), 3);
    expect(Object.keys(second.terms)).toEqual(['invariance', 'variance', 'covariance']);
    const { invariance, variance, covariance } = second.terms as Record<string, torch.Tensor>;
    const sum = 25 * invariance!.item() + 25 * variance!.item() + covariance!.item();
    expect(second.loss.item()).toBeCloseTo(sum, 3);
  });

  test('supervisedContrastive takes the labels of the batch, and says so when there are none', () => {
    const model = siamese({ ...online, objective: { name: 'supervisedContrastive', temperature: 0.2 } });
    expect(model.needsLabels).toBe(true);
    const labels = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3, 0, 1, 2, 3], { dtype: 'int64' });
    const z = embeddings(model, views());
    const expected = supervisedContrastive(z, labels, { temperature: 0.2, baseTemperature: 0.07 }).item();
    expect(model.step(views(), { labels }).loss.item()).toBeCloseTo(expected, 4);
    expect(() => model.step(views())).toThrow(/needs the class of every image/);
  });

  test('three views: pairs of views are averaged', () => {
    const model = siamese({ ...online, objective: { name: 'ntXent', temperature: 0.3 } });
    const batch = manyViews(3);
    const [a, b, c] = embeddings(model, batch) as [torch.Tensor, torch.Tensor, torch.Tensor];
    const loss = (x: torch.Tensor, y: torch.Tensor): number => ntXent(x, y, { temperature: 0.3 }).item();
    expect(model.step(batch).loss.item()).toBeCloseTo((loss(a, b) + loss(a, c) + loss(b, c)) / 3, 4);
  });
});

describe('the family of distances', () => {
  const z = () => embeddings(siamese(online), views()) as [torch.Tensor, torch.Tensor];
  const options = { temperature: 0.4, negatives: null, normalize: true } as const;

  test.each([
    ['simpleContrastive', { beta: 0.3 }, () => simpleContrastive(...z(), { beta: 0.3 })],
    ['softTriplet', { temperature: 0.4, margin: 0.1 }, () => softTriplet(...z(), { ...options, margin: 0.1 })],
    ['contrastiveNce', { temperature: 0.4, beta: 0.2 }, () => contrastiveNce(...z(), { ...options, beta: 0.2 })],
    ['exactCovariance', { temperature: 0.4 }, () => exactCovariance(...z(), options)],
  ] as const)('%s is its function', (name, slots, expected) => {
    const model = siamese({ ...online, objective: { name, ...slots } as never });
    expect(model.step(views()).loss.item()).toBeCloseTo(expected().item(), 5);
  });

  test('negatives are drawn from the generator of the step', () => {
    const model = siamese({ ...online, objective: { name: 'contrastiveNce', negatives: 2 } });
    const loss = (seed: number): number => model.step(views(), { generator: generator(seed) }).loss.item();
    expect(loss(1)).toBe(loss(1));
    expect(loss(1)).not.toBe(loss(2));
  });
});

describe('a normalizer', () => {
  test('stands between the projector and the loss, one view at a time', () => {
    const model = siamese({
      ...online,
      objective: { name: 'mse', scale: 0.5 },
      normalizer: { name: 'dbn', groups: 2 },
    });
    const z = views().map((view) => model.online.projector.forward(model.encoder.forward(view)).detach());
    const u = z.map((embedding) => groupWhiten(embedding, { groups: 2 }));
    const { loss, embeddings: seen } = model.step(views());
    expect(loss.item()).toBeCloseTo(mse(u[0]!, u[1]!, { features: 'sum' }).item(), 3);
    expect(difference(seen, u[0]!)).toBeLessThan(1e-3);
  });

  test('a target with an average has a normalizer of its own, whose statistics are in the state', () => {
    const model = siamese({ normalizer: { name: 'bn' }, predictor: { name: 'identity' } });
    const names = [...model.stateDict().keys()];
    expect(names.some((name) => name.startsWith('normalizer.'))).toBe(true);
    expect(names.some((name) => name.startsWith('target.normalizer.'))).toBe(true);
  });

  test('in evaluation an embedding does not depend on its batch', () => {
    const model = siamese({ ...online, normalizer: { name: 'shuffledDbn', groups: 2 } });
    model.step(views(), { generator: generator(2) });
    model.eval();
    const h = model.encoder.forward(views()[0]);
    const whole = model.embed(h);
    expect(difference(model.embed(h.narrow(0, 0, 3)), whole.narrow(0, 0, 3))).toBeLessThan(1e-5);
  });

  test('one that draws says so when there is no generator', () => {
    const model = siamese({ ...online, normalizer: { name: 'shuffledDbn', groups: 2 } });
    expect(() => model.step(views())).toThrow(/pass a generator/);
  });
});

describe('a loss of directions', () => {
  test('three views count as much as two: the mean over ordered pairs, twice', () => {
    const model = siamese({ ...online, objective: { name: 'mse' } });
    const batch = manyViews(3);
    const z = embeddings(model, batch);
    const distance = (i: number, j: number): number => mse(z[i]!, z[j]!, { features: 'sum' }).item();
    const expected = (2 * (distance(0, 1) + distance(0, 2) + distance(1, 2))) / 3;
    expect(model.step(batch).loss.item()).toBeCloseTo(expected, 3);
    const first = siamese({ ...online, objective: { name: 'mse' }, pairing: 'asymmetric' });
    expect(first.step(batch).loss.item()).toBeCloseTo((distance(0, 1) + distance(0, 2)) / 2, 3);
  });

  test('mse may compare directions alone', () => {
    const model = siamese({ ...online, objective: { name: 'mse', normalize: true, scale: 0.5 } });
    const [z1, z2] = embeddings(model, views()) as [torch.Tensor, torch.Tensor];
    const expected = l2Normalize(z1).mul(l2Normalize(z2)).sum([1]).mul(-2).add(2).mean().item();
    expect(model.step(views()).loss.item()).toBeCloseTo(expected, 5);
  });
});

describe("MoCo's queue", () => {
  const slots = {
    objective: { name: 'infoNce', temperature: 0.5, queue: 20 },
    predictor: { name: 'identity' },
    target: { name: 'ema', momentum: 0.9, start: 'copy' },
    pairing: 'asymmetric',
  } as const;

  test('the loss compares with what the queue holds, and the keys of a step join it after the step', () => {
    const model = siamese(slots);
    const before = model.stateDict().get('objective.keys')!.clone();
    expect(before.shape).toEqual([20, 6]);
    expect(difference(before.norm(2, [1]), torch.ones([20]))).toBeLessThan(1e-5);
    const batch = views();
    const [query, key] = embeddings(siamese(slots), batch) as [torch.Tensor, torch.Tensor];
    const { loss } = model.step(batch);
    expect(loss.item()).toBeCloseTo(infoNce(query, key, { temperature: 0.5, negatives: before }).item(), 5);
    expect(difference(model.stateDict().get('objective.keys')!, before)).toBe(0);
    loss.backward();
    model.afterStep(0, 10);
    const state = model.stateDict();
    expect(difference(state.get('objective.keys')!.narrow(0, 0, 12), l2Normalize(key))).toBeLessThan(1e-5);
    expect(difference(state.get('objective.keys')!.narrow(0, 12, 8), before.narrow(0, 12, 8))).toBe(0);
    expect(state.get('objective.next')!.item()).toBe(12);
  });

  test('is a ring: the newest keys take the place of the oldest', () => {
    const model = siamese(slots);
    for (let step = 0; step < 2; step++) {
      model.step(views(step + 1));
      model.afterStep(step, 10);
    }
    const state = model.stateDict();
    expect(state.get('objective.next')!.item()).toBe(4);
    const [, key] = embeddings(siamese(slots), views(2)) as [torch.Tensor, torch.Tensor];
    const keys = state.get('objective.keys')!;
    expect(difference(torch.cat([keys.narrow(0, 12, 8), keys.narrow(0, 0, 4)], 0), l2Normalize(key))).toBeLessThan(
      1e-4,
    );
  });
});

describe('every preset', () => {
  test.each(presets.map(({ name }) => name))('%s takes a step: finite loss, gradient for every weight', (name) => {
    const preset = presetMethod(name);
    const classifier = preset.classifier && { classes: 4 };
    const small = { ...preset, classifier, projector: { ...preset.projector, hidden: [10], size: 6 } };
    const model = new Siamese(small, (g) => new ConvNet({ channels, generator: g }), generator()).train();
    const labels = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3, 0, 1, 2, 3], { dtype: 'int64' });
    // Attacks need pixels in [0, 1].
    const images = views(1, 12).map((view) => (preset.attack ? view.sigmoid() : view));
    const { loss } = model.step(images, { labels, generator: generator(3) });
    expect(Number.isFinite(loss.item())).toBe(true);
    loss.backward();
    model.afterStep(0, 10);
    // A classifier without a contrast compares no embeddings.
    const { objective } = preset;
    const contrasts = 'contrastive' in objective ? objective.contrastive > 0 : preset.classifier === null;
    const trained = (key: string): boolean =>
      !key.startsWith('target.') && (contrasts || !key.startsWith('projector.'));
    const missing = [...gradients(model)].filter(([key, gradient]) => trained(key) && gradient === null);
    expect(missing).toEqual([]);
  });
});
