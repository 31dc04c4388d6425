// What each slot does to a step: which gradient flows where, what follows what, and in which order.
import * as torch from '@twoview/torch';
import { checkMethod, emaMomentum, Siamese } from 'twoview/methods';
import { ConvNet } from 'twoview/models';
import { cosine, mse, ntXent } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { channels, difference, generator, gradients, method, siamese, snapshot, views } from './setup.js';

/** Gradients of the online network's parameters after one step's backward. */
function stepGradients(model: Siamese, batch = views()): Map<string, torch.Tensor | null> {
  model.zeroGrad();
  model.step(batch).loss.backward();
  return gradients(model);
}

/** The same by hand: `loss` builds the graph from both views' embeddings and both predictions. */
function graphGradients(
  model: Siamese,
  loss: (z: [torch.Tensor, torch.Tensor], p: [torch.Tensor, torch.Tensor]) => torch.Tensor,
  batch = views(),
): Map<string, torch.Tensor | null> {
  model.zeroGrad();
  const z = batch.map((view) => model.online.projector.forward(model.online.encoder.forward(view)));
  const p = z.map((embedding) => model.predictor.forward(embedding));
  loss(z as [torch.Tensor, torch.Tensor], p as [torch.Tensor, torch.Tensor]).backward();
  return gradients(model);
}

function expectSameGradients(a: Map<string, torch.Tensor | null>, b: Map<string, torch.Tensor | null>): void {
  expect([...a.keys()]).toEqual([...b.keys()]);
  for (const [name, gradient] of a) {
    const other = b.get(name)!;
    if (gradient === null || other === null) expect(gradient, name).toBe(other);
    else expect(difference(gradient, other), name).toBeLessThan(1e-6);
  }
}

const linear = { name: 'linear' } as const;

describe('the target', () => {
  test('stopGradient: the gradient flows through the prediction alone', () => {
    const slots = { predictor: linear, target: { name: 'stopGradient' } } as const;
    const byHand = graphGradients(siamese(slots), ([z1, z2], [p1, p2]) =>
      cosine(p1, z2.detach()).add(cosine(p2, z1.detach())).mul(2),
    );
    expectSameGradients(stepGradients(siamese(slots)), byHand);
  });

  test('online: the gradient flows through both', () => {
    const slots = { predictor: linear, target: { name: 'online' } } as const;
    const both = graphGradients(siamese(slots), ([z1, z2], [p1, p2]) => cosine(p1, z2).add(cosine(p2, z1)).mul(2));
    const ours = stepGradients(siamese(slots));
    expectSameGradients(ours, both);
    const stopped = stepGradients(siamese({ predictor: linear, target: { name: 'stopGradient' } }));
    const name = 'encoder.body.0.weight';
    expect(difference(ours.get(name)!, stopped.get(name)!)).toBeGreaterThan(1e-5);
  });

  test('ema: a network of its own, without gradient, its BatchNorm on the statistics of its own batch', () => {
    const model = siamese({ predictor: linear });
    const before = snapshot(model);
    const batch = views();
    const result = model.step(batch);
    result.loss.backward();
    const target = new Map([...model.stateDict()].filter(([name]) => name.startsWith('target.')));
    for (const [name, tensor] of target) {
      expect(tensor.requiresGrad, name).toBe(false);
      expect(tensor.grad, name).toBeNull();
    }
    const counter = 'target.encoder.body.1.num_batches_tracked';
    expect(target.get(counter)!.item()).toBe(2);
    const mean = 'target.encoder.body.1.running_mean';
    expect(difference(target.get(mean)!, before.get(mean)!)).toBeGreaterThan(1e-4);
    expect(difference(target.get(mean)!, model.stateDict().get(mean.slice(7))!)).toBeGreaterThan(1e-4);

    // The loss is that of a twin network with the target's weights, in training mode.
    const twin = siamese({ predictor: linear });
    const own = new Map(
      [...before].flatMap(([name, t]) => (name.startsWith('target.') ? [[name.slice(7), t]] : [])) as [
        string,
        torch.Tensor,
      ][],
    );
    twin.online.loadStateDict(own);
    const t = batch.map((view) => twin.online.forward(view).detach());
    const p = batch.map((view) => model.predictor.forward(model.online.forward(view)));
    const expected = cosine(p[0]!, t[1]!).add(cosine(p[1]!, t[0]!)).mul(2).item();
    expect(result.loss.item()).toBeCloseTo(expected, 5);
  });

  test('ema: parameters move by 1 - momentum of the way after the step, buffers are left to the target', () => {
    const model = siamese({ predictor: linear, target: { name: 'ema', momentum: 0.9 } });
    model.step(views());
    torch.noGrad(() => {
      for (const parameter of model.online.parameters()) parameter.add_(0.5);
    });
    const before = snapshot(model);
    model.afterStep(0, 10);
    const after = model.stateDict();
    const parameters = new Set([...model.namedParameters()].map(([name]) => name));
    for (const [name, tensor] of after) {
      const old = before.get(name)!;
      if (!name.startsWith('target.')) expect(difference(tensor, old), name).toBe(0);
      else if (!parameters.has(name)) expect(difference(tensor, old), name).toBe(0);
      else {
        const expected = old.mul(0.9).add(before.get(name.slice(7))!.mul(0.1));
        expect(difference(tensor, expected), name).toBeLessThan(1e-6);
      }
    }
  });

  test('ema: starts at random or as a copy', () => {
    const weights = (start: 'random' | 'copy') => {
      const state = siamese({ target: { name: 'ema', start } }).stateDict();
      return [state.get('target.encoder.body.0.weight')!, state.get('encoder.body.0.weight')!] as const;
    };
    expect(difference(...weights('copy'))).toBe(0);
    expect(difference(...weights('random'))).toBeGreaterThan(0.01);
  });

  test('ema: a copy is made again after other weights were loaded, a random start stays', () => {
    for (const start of ['copy', 'random'] as const) {
      const model = siamese({ target: { name: 'ema', start } });
      torch.noGrad(() => {
        for (const parameter of model.encoder.parameters()) parameter.add_(1);
      });
      const before = snapshot(model);
      model.restartTarget();
      const [name, state] = ['target.encoder.body.0.weight', model.stateDict()];
      if (start === 'copy') expect(difference(state.get(name)!, state.get(name.slice(7))!)).toBe(0);
      else expect(difference(state.get(name)!, before.get(name)!)).toBe(0);
    }
  });

  test('ema of the head alone: the encoder is shared and runs once, the projector has an average', () => {
    const model = siamese({ predictor: linear, target: { name: 'ema', scope: 'head', momentum: 0.5 } });
    const names = [...model.stateDict().keys()];
    expect(names.filter((name) => name.startsWith('target.encoder'))).toEqual([]);
    expect(names.filter((name) => name.startsWith('target.projector')).length).toBeGreaterThan(0);
    const before = snapshot(model);
    const batch = views();
    const loss = model.step(batch).loss.item();
    expect(model.stateDict().get('encoder.body.1.num_batches_tracked')!.item()).toBe(2);

    const twin = siamese({ predictor: linear }, 1);
    const head = new Map(
      [...before].flatMap(([name, t]) => (name.startsWith('target.projector.') ? [[name.slice(17), t]] : [])) as [
        string,
        torch.Tensor,
      ][],
    );
    const h = batch.map((view) => model.encoder.forward(view));
    const p = h.map((features) => model.predictor.forward(model.online.projector.forward(features)));
    twin.online.projector.loadStateDict(head);
    const t = h.map((features) => twin.online.projector.forward(features).detach());
    expect(loss).toBeCloseTo(cosine(p[0]!, t[1]!).add(cosine(p[1]!, t[0]!)).mul(2).item(), 5);

    const name = 'target.projector.0.weight';
    const moved = snapshot(model);
    model.afterStep(0, 10);
    const expected = moved
      .get(name)!
      .add(moved.get(name.slice(7))!)
      .mul(0.5);
    expect(difference(model.stateDict().get(name)!, expected)).toBeLessThan(1e-6);
  });

  test("BYOL's schedule raises the momentum to 1", () => {
    const config = { momentum: 0.9, schedule: 'cosine' } as const;
    expect(emaMomentum(config, 0, 100)).toBeCloseTo(0.9, 12);
    expect(emaMomentum(config, 50, 100)).toBeCloseTo(0.95, 12);
    expect(emaMomentum(config, 100, 100)).toBe(1);
    expect(emaMomentum({ momentum: 0.9, schedule: 'constant' }, 77, 100)).toBe(0.9);
  });
});

describe('the pairing', () => {
  const slots = { predictor: linear, target: { name: 'stopGradient' } } as const;
  const loss = (more: Parameters<typeof siamese>[0]): number =>
    siamese({ ...slots, ...more })
      .step(views())
      .loss.item();

  test('asymmetric: the first view predicts the second; symmetric adds the other direction', () => {
    const model = siamese(slots);
    const z = views().map((view) => model.online.forward(view).detach());
    const p = z.map((embedding) => model.predictor.forward(embedding));
    const forth = cosine(p[0]!, z[1]!).mul(2).item();
    const back = cosine(p[1]!, z[0]!).mul(2).item();
    expect(loss({ pairing: 'asymmetric' })).toBeCloseTo(forth, 5);
    expect(loss({ pairing: 'symmetric' })).toBeCloseTo(forth + back, 5);
    expect(Math.abs(forth - back)).toBeGreaterThan(1e-3);
  });

  test('each objective is the one of its name, times its scale', () => {
    const model = siamese(slots);
    const [z1, z2] = views().map((view) => model.online.forward(view).detach()) as [torch.Tensor, torch.Tensor];
    const [p1, p2] = [model.predictor.forward(z1), model.predictor.forward(z2)];
    const cosines = cosine(p1, z2).add(cosine(p2, z1)).item();
    expect(loss({ objective: { name: 'cosine', scale: 0.5 } })).toBeCloseTo(cosines / 2, 5);
    const squares = mse(p1, z2, { features: 'sum' })
      .add(mse(p2, z1, { features: 'sum' }))
      .item();
    expect(loss({ objective: { name: 'mse' } })).toBeCloseTo(squares, 5);
  });

  test('allAnchors: NT-Xent over all views; with a predictor or a separate target, both directions count', () => {
    const contrastive = { objective: { name: 'ntXent', temperature: 0.2 }, pairing: 'allAnchors' } as const;
    const plain = siamese({ ...contrastive, predictor: { name: 'identity' }, target: { name: 'online' } });
    const [z1, z2] = views().map((view) => plain.online.forward(view).detach()) as [torch.Tensor, torch.Tensor];
    expect(plain.step(views()).loss.item()).toBeCloseTo(ntXent(z1, z2, { temperature: 0.2 }).item(), 5);
    const predicted = siamese({ ...contrastive, ...slots });
    const [p1, p2] = [predicted.predictor.forward(z1), predicted.predictor.forward(z2)];
    const expected = (ntXent(p1, z2, { temperature: 0.2 }).item() + ntXent(p2, z1, { temperature: 0.2 }).item()) / 2;
    expect(predicted.step(views()).loss.item()).toBeCloseTo(expected, 5);
  });

  test('slots that do not go together are refused with the remedy', () => {
    const wrong = method({ objective: { name: 'ntXent' }, pairing: 'asymmetric' });
    expect(() => checkMethod(wrong)).toThrow(/pairing is asymmetric.*ntXent is one loss over all views/);
    expect(
      () => new Siamese(method({ pairing: 'allAnchors' }), (g) => new ConvNet({ channels, generator: g }), generator()),
    ).toThrow(/cosine compares a prediction with a target: it needs symmetric or asymmetric/);
    const queue = method({ objective: { name: 'infoNce', queue: 8 }, target: { name: 'online' } });
    expect(() => checkMethod(queue)).toThrow(/queue.*target is online: it needs ema or stopGradient/);
  });
});

test('views that pass one by one and views in one batch differ by their BatchNorm statistics', () => {
  const slots = { predictor: linear, target: { name: 'stopGradient' } } as const;
  const batch = views();
  batch[1] = batch[1].mul(3).add(1);
  const [perView, concatenated] = (['perView', 'concatenated'] as const).map((forward) => {
    const model = siamese({ ...slots, forward });
    return {
      loss: model.step(batch).loss.item(),
      counter: model.stateDict().get('encoder.body.1.num_batches_tracked')!.item(),
    };
  });
  expect(perView!.counter).toBe(2);
  expect(concatenated!.counter).toBe(1);
  expect(Math.abs(perView!.loss - concatenated!.loss)).toBeGreaterThan(1e-3);

  const model = siamese(slots);
  const z = model.online.forward(torch.cat(batch, 0)).detach();
  const [z1, z2] = z.chunk(2, 0) as [torch.Tensor, torch.Tensor];
  const [p1, p2] = [model.predictor.forward(z1), model.predictor.forward(z2)];
  expect(concatenated!.loss).toBeCloseTo(cosine(p1, z2).add(cosine(p2, z1)).mul(2).item(), 5);
});

describe('the predictor', () => {
  test('linear and symmetric: W becomes its symmetric part after every step', () => {
    const model = siamese({ predictor: { name: 'linear', symmetric: true } });
    const weight = model.predictor.matrix!;
    const before = weight.detach().clone();
    model.afterStep(0, 10);
    expect(difference(weight, before.add(before.transpose(0, 1)).mul(0.5))).toBeLessThan(1e-7);
    const plain = siamese({ predictor: linear });
    const unchanged = plain.predictor.matrix!.detach().clone();
    plain.afterStep(0, 10);
    expect(difference(plain.predictor.matrix!, unchanged)).toBe(0);
  });

  test('two layers and symmetric: the second is tied to the transpose of the first', () => {
    const model = siamese({ predictor: { name: 'mlp', hidden: 5, symmetric: true } });
    const [first, second] = ['predictor.0.weight', 'predictor.3.weight'].map((name) => model.stateDict().get(name)!);
    const mean = first!.detach().add(second!.detach().transpose(0, 1)).mul(0.5);
    model.afterStep(0, 10);
    expect(difference(first!, mean)).toBeLessThan(1e-7);
    expect(difference(second!, mean.transpose(0, 1))).toBeLessThan(1e-7);
  });

  test('shapes: none, d x d without bias, d x d with bias, d x hidden x d', () => {
    const shapes = (predictor: Parameters<typeof method>[0] extends infer _ ? object : never) =>
      Array.from(siamese({ predictor: predictor as never }).namedParameters()).flatMap(([name, tensor]) =>
        name.startsWith('predictor.') ? [[name.slice(10), [...tensor.shape]]] : [],
      );
    expect(shapes({ name: 'identity' })).toEqual([]);
    expect(shapes({ name: 'linear' })).toEqual([['weight', [6, 6]]]);
    expect(shapes({ name: 'directPred' })).toEqual([['weight', [6, 6]]]);
    expect(shapes({ name: 'linear', bias: true })).toEqual([
      ['weight', [6, 6]],
      ['bias', [6]],
    ]);
    expect(shapes({ name: 'mlp', hidden: 5 })).toEqual([
      ['0.weight', [5, 6]],
      ['0.bias', [5]],
      ['3.weight', [6, 5]],
      ['3.bias', [6]],
    ]);
  });

  test('DirectPred: F is the mean over both views of the un-normalised embeddings, before the optimiser moves', () => {
    const model = siamese({ predictor: { name: 'directPred', rho: 0.3 } });
    const batch = views();
    const z = torch.cat(
      batch.map((view) => model.online.forward(view).detach()),
      0,
    );
    const start = model.predictor.matrix!.detach().clone();
    const p = z.chunk(2, 0).map((embedding) => torch.linear(embedding, start));
    const twin = siamese({ predictor: { name: 'directPred', rho: 0.3 } });
    const { loss } = twin.step(batch);
    const f = twin.stateDict().get('predictor.correlation')!;
    expect(difference(f, z.transpose(0, 1).matmul(z).div(24))).toBeLessThan(1e-5);
    expect(twin.stateDict().get('predictor.batches')!.item()).toBe(1);
    // The loss of step 0 is that of the random start; the matrix changes only after the step.
    expect(difference(twin.predictor.matrix!, start)).toBe(0);
    expect(p[0]!.shape).toEqual([12, 6]);
    loss.backward();
    twin.afterStep(0, 10);
    expect(difference(twin.predictor.matrix!, start)).toBeGreaterThan(1e-2);
    expect(difference(twin.predictor.matrix!, twin.predictor.matrix!.transpose(0, 1))).toBeLessThan(1e-6);
  });
});

test('embeddings and features for observers carry no gradient and are those of the first view', () => {
  const model = siamese();
  const twin = siamese();
  const { features, embeddings } = model.step(views());
  expect(features.requiresGrad || embeddings.requiresGrad).toBe(false);
  expect(difference(features, twin.encoder.forward(views()[0]))).toBeLessThan(1e-6);
  expect(embeddings.shape).toEqual([12, 6]);
});
