// Auto-PGD: agreement with the published program, and what must hold on any network.
import { readFileSync } from 'node:fs';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import {
  type Classifier,
  convNet,
  images,
  labelsOf,
  linear,
  patterns,
  seeded,
  stateOf,
  trained,
  values,
} from './networks.js';

interface Case {
  norm: 'linf' | 'l2';
  eps: number;
  loss: attacks.ApgdLoss;
  steps: number;
  rho?: number;
  fooled: number[];
  best: number[];
  at: number[];
  losses: number[][];
}
interface Reference {
  sums: { images: number; weights: number };
  labels: number[];
  target: number[];
  cases: Record<string, Case>;
  targeted: { norm: 'linf'; eps: number; steps: number; targets: number; rank: number[] };
}

/** Keeps logits and images of every pass. */
class Recorder extends nn.Module<[torch.Tensor], torch.Tensor> {
  readonly logits: torch.Tensor[] = [];
  readonly seen: torch.Tensor[] = [];
  private readonly inner: Classifier;
  constructor(inner: Classifier) {
    super();
    this.inner = this.module('inner', inner);
  }
  forward(x: torch.Tensor): torch.Tensor {
    const logits = this.inner.forward(x);
    this.seen.push(torch.keep(x.detach().clone()));
    this.logits.push(torch.keep(logits.detach().clone()));
    return logits;
  }
}

const rises = (after: readonly number[], before: readonly number[]) =>
  after.every((value, i) => value >= before[i]! - 1e-12);

describe('the published program gives the same', () => {
  const path = new URL('apgd_reference.json', import.meta.url);
  const reference = JSON.parse(readFileSync(path, 'utf8')) as Reference;
  const model = convNet(14, 6).eval();
  torch.noGrad(() => model.parameters()[0]!.mul_(6));
  const x = images(3, [12, 3, 8, 8]);
  const y = labelsOf(reference.labels);
  const target = labelsOf(reference.target);

  test('the network and the images are those of the reference', () => {
    expect(x.sum().item()).toBeCloseTo(reference.sums.images, 8);
    expect(model.parameters()[0]!.sum().item()).toBeCloseTo(reference.sums.weights, 8);
  });

  test.each(Object.keys(reference.cases))('losses step by step: %s', (name) => {
    const { norm, eps, loss, steps, rho, fooled, best, at, losses } = reference.cases[name]!;
    const ball = { norm, eps };
    const recorder = new Recorder(model);
    const result = attacks.apgd(recorder, x, y, {
      ball,
      loss,
      steps,
      ...(rho ? { rho } : {}),
      ...(loss === 'targetedDlr' ? { target } : {}),
      start: attacks.boundaryStart(x, ball, seeded(5)),
      mode: 'eval',
    });
    expect(recorder.logits.length).toBe(steps + 1);
    const ours = recorder.logits.map((logits) =>
      values(
        loss === 'crossEntropy'
          ? attacks.crossEntropy(logits, y)
          : loss === 'dlr'
            ? attacks.dlr(logits, y)
            : attacks.targetedDlr(logits, y, target),
      ),
    );
    // Where the label is the third logit, dlr is 1 whatever the image: its gradient is rounding, and the path chance.
    const flat = (image: number, step: number) =>
      loss === 'dlr' && ours.slice(0, step).some((row) => Math.abs(row[image]! - 1) < 1e-6);
    let compared = 0;
    for (const [row, step] of at.entries()) {
      for (const [image, theirs] of losses[row]!.entries()) {
        if (flat(image, step)) continue;
        expect(Math.abs(ours[step]![image]! - theirs), `image ${image} after step ${step}`).toBeLessThan(1e-9);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0.6 * at.length * 12);
    expect(values(result.fooled).map(Number)).toEqual(fooled);
    for (const [image, value] of values(result.losses).entries()) {
      if (!fooled[image]) expect(value).toBeCloseTo(best[image]!, 10);
    }
  });

  test('the targeted attack: the rank of the class at which each image falls', () => {
    const { norm, eps, steps, targets, rank } = reference.targeted;
    const sequence = attacks.apgdTargetedSteps(model, x, y, {
      ball: { norm, eps },
      steps,
      targets,
      mode: 'eval',
      shrink: true,
      generator: seeded(7),
    });
    const active: number[] = [];
    let next = sequence.next();
    for (; !next.done; next = sequence.next()) active[next.value.restart] = next.value.active;
    // The last image is misclassified without an attack, which the program leaves out and we count as fallen.
    const fell = rank.map((value, i) => (i === 11 ? 0 : value));
    expect(values(next.value.fooled).map(Boolean)).toEqual(fell.map((value) => value >= 0));
    const left = [0, 1, 2, 3, 4].map((restart) => fell.filter((value) => value < 0 || value > restart).length);
    expect(active).toEqual(left);
  });
});

test('checkpoints are those of the paper, and lie within short runs too', () => {
  expect(attacks.checkpoints(100)).toEqual([22, 41, 57, 70, 80, 87, 93, 99]);
  expect(attacks.checkpoints(1000)).toEqual([220, 410, 570, 700, 800, 870, 930, 990]);
  expect(attacks.checkpoints(20)).toEqual([4, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  expect(attacks.checkpoints(2)).toEqual([1]);
  expect(attacks.checkpoints(1)).toEqual([]);
});

describe('losses of logit ratios', () => {
  const logits = torch
    .tensor([
      [4, 1, 3, 0, -1],
      [0, 7, 2, 3, 5],
    ])
    .double();
  const y = labelsOf([0, 3]);

  test('values by hand', () => {
    expect(values(attacks.dlr(logits, y))).toEqual(
      [-(4 - 3) / (4 - 1), -(3 - 7) / (7 - 3)].map((v) => expect.closeTo(v, 10)),
    );
    const targeted = values(attacks.targetedDlr(logits, y, labelsOf([1, 2])));
    expect(targeted).toEqual([-(4 - 1) / (4 - 0.5), -(3 - 2) / (7 - 2.5)].map((v) => expect.closeTo(v, 10)));
  });

  test('the same for scaled and shifted logits; the gradient agrees with differences', () => {
    const other = logits.mul(37).add(5);
    expect(values(attacks.dlr(other, y))).toEqual(values(attacks.dlr(logits, y)).map((v) => expect.closeTo(v, 10)));
    const t = labelsOf([1, 2]);
    for (const loss of [(o: torch.Tensor) => attacks.dlr(o, y), (o: torch.Tensor) => attacks.targetedDlr(o, y, t)]) {
      const input = logits.clone().requiresGrad_();
      const [gradient] = torch.grad(loss(input).sum(), [input]);
      const flat = values(logits);
      const numeric = flat.map((_, i) => {
        const moved = (h: number) =>
          torch
            .tensor(
              flat.map((v, j) => (i === j ? v + h : v)),
              { dtype: 'float64' },
            )
            .view([2, 5]);
        return (loss(moved(1e-5)).sum().item() - loss(moved(-1e-5)).sum().item()) / 2e-5;
      });
      expect(values(gradient!)).toEqual(numeric.map((v) => expect.closeTo(v, 7)));
    }
  });
});

const model = trained(1);
const { x, y } = patterns(2, 120);
const linf = { norm: 'linf', eps: 0.02 } as const;
const l2 = { norm: 'l2', eps: 0.2 } as const;
const base = { ball: linf, steps: 20, mode: 'eval' } as const;

describe.each([linf, l2])('on a trained network, $norm', (ball) => {
  test.each(['crossEntropy', 'dlr'] as const)('%s: inside the ball; what is returned is true of the images', (loss) => {
    const result = attacks.apgd(model, x, y, { ...base, ball, loss, generator: seeded(3) });
    attacks.checkInside('test', result.images, x, ball);
    const logits = model.forward(result.images);
    const losses = loss === 'dlr' ? attacks.dlr(logits, y) : attacks.crossEntropy(logits, y);
    expect(losses.sub(result.losses).abs().amax().item()).toBeLessThan(1e-4);
    expect(values(logits.argmax(1).ne(y))).toEqual(values(result.fooled));
  });

  test('it reaches no lower losses than PGD of as many steps for most images', () => {
    const ours = values(attacks.apgd(model, x, y, { ...base, ball, steps: 40, generator: seeded(3) }).losses);
    const settings = { ...base, ball, steps: 40, stepSize: ball.eps / 4, keep: 'best' } as const;
    const pgd = values(attacks.pgd(model, x, y, { ...settings, generator: seeded(3) }).losses);
    expect(ours.filter((loss, i) => loss >= pgd[i]! - 1e-4).length / ours.length).toBeGreaterThan(0.85);
  });

  test('starts lie on the surface, before pixels are cut', () => {
    const grey = torch.full([6, 3, 8, 8], 0.5, { dtype: 'float64' });
    const delta = attacks.boundaryStart(grey, ball, seeded(1)).sub(grey);
    const lengths = ball.norm === 'linf' ? delta.abs().amax([1, 2, 3]) : delta.linalgVectorNorm(2, [1, 2, 3]);
    expect(values(lengths)).toEqual(Array(6).fill(expect.closeTo(ball.eps, 12)));
  });
});

test('restarts, more targets and every iterate never make an image worse', () => {
  const runs = [1, 2, 4].map((restarts) =>
    attacks.apgd(model, x, y, { ...base, steps: 3, restarts, generator: seeded(5) }),
  );
  const aimed = [1, 2, 3].map((targets) =>
    attacks.apgdTargeted(model, x, y, { ...base, steps: 3, targets, generator: seeded(5) }),
  );
  for (const row of [runs, aimed]) {
    for (const [i, more] of row.slice(1).entries()) {
      const [a, b] = [values(row[i]!.fooled).map(Number), values(more.fooled).map(Number)];
      expect(rises(b, a)).toBe(true);
      const [p, q] = [values(row[i]!.losses), values(more.losses)];
      expect(q.every((loss, j) => a[j] !== b[j] || loss >= p[j]!)).toBe(true);
    }
    expect(values(row[2]!.losses)).not.toEqual(values(row[0]!.losses));
  }
});

/** Logits |mean(x) - 0.5| and 0: the loss of label 0 is highest in the middle of the way, and steps that are too long jump over it. */
class Valley extends nn.Module<[torch.Tensor], torch.Tensor> {
  forward(x: torch.Tensor): torch.Tensor {
    const height = x.mean([1, 2, 3]).sub(0.5).abs();
    return torch.stack([height, torch.zerosLike(height)], 1);
  }
}

test('steps get shorter until the highest point is met; where the loss is constant they stop at once', () => {
  const grey = torch.full([1, 3, 8, 8], 0.58, { dtype: 'float64' });
  const ball = { norm: 'linf', eps: 0.25 } as const;
  const run = (net: Classifier) => {
    const recorder = new Recorder(net);
    const start = grey.add(0.21);
    const { images: found } = attacks.apgd(recorder, grey, labelsOf([0]), { ball, start, mode: 'eval' });
    const moves = recorder.seen.slice(1).map((image, i) => image.sub(recorder.seen[i]!).abs().amax().item());
    return { moves, distance: Math.abs(found.mean().item() - 0.5) };
  };
  const { moves, distance } = run(new Valley());
  expect(distance).toBeLessThan(0.003);
  expect(Math.max(...moves.slice(0, 22))).toBeGreaterThan(0.2);
  // Seven checkpoints halve the step of 0.5; a move is at most the step and a third of the move before.
  expect(moves.at(-1)).toBeLessThan(0.02);
  const flat = linear(1, 192, 3).model;
  torch.noGrad(() => flat.parameters()[0]!.zero_());
  expect(Math.max(...run(flat).moves)).toBe(0);
});

test('oscillation, or standing still with a whole step, halves', () => {
  const ones = torch.tensor([2, 2, 2, 2]).double();
  const watch = attacks.newWatch(torch.tensor([1, 1, 2, 2]).double());
  const at = (rises: number[], justHalved: boolean[]) => ({
    ...watch,
    rises: torch.tensor(rises).double(),
    justHalved: torch.tensor(justHalved.map(Number)).to({ dtype: 'bool' }),
  });
  const halved = (state: attacks.Watch) => values(attacks.mustHalve(state, ones, 4, 0.75)).map(Number);
  expect(halved(at([3, 4, 4, 4], [true, true, true, false]))).toEqual([1, 0, 0, 1]);
  expect(halved(at([4, 3, 0, 4], [false, false, true, true]))).toEqual([0, 1, 1, 0]);
});

test('an image is attacked alike alone and in a batch', () => {
  const start = attacks.boundaryStart(x, l2, seeded(1));
  const whole = attacks.apgd(model, x, y, { ...base, ball: l2, start }).losses;
  const part = (t: torch.Tensor) => t.slice(0, 7, 12);
  const alone = attacks.apgd(model, part(x), part(y), { ...base, ball: l2, start: part(start) }).losses;
  expect(alone.sub(part(whole)).abs().amax().item()).toBeLessThan(1e-3);
});

test('shrinking changes no verdict, and images leave', () => {
  for (const run of [attacks.apgdSteps, attacks.apgdTargetedSteps]) {
    const options = { ...base, restarts: 2 };
    const ends = [false, true].map((shrink) => {
      const active: number[] = [];
      const steps = run(model, x, y, { ...options, shrink, generator: seeded(6) });
      let next = steps.next();
      for (; !next.done; next = steps.next()) active.push(next.value.active);
      return { active, fooled: values(next.value.fooled) };
    });
    expect(ends[1]!.fooled).toEqual(ends[0]!.fooled);
    const fallen = ends[0]!.fooled.filter(Boolean).length;
    expect(fallen).toBeGreaterThan(5);
    expect(fallen).toBeLessThan(115);
    expect(ends[0]!.active.every((count) => count === 120)).toBe(true);
    expect(ends[1]!.active.at(-1)).toBe(120 - fallen);
  }
});

test('one seed gives one result, bit for bit', () => {
  const run = (seed: number) => values(attacks.apgd(model, x, y, { ...base, generator: seeded(seed) }).images);
  expect(run(7)).toEqual(run(7));
  expect(run(7)).not.toEqual(run(8));
});

test('the model and the images stay as they are, and only the result is left in memory', () => {
  const net = trained(1).train();
  const [state, pixels] = [stateOf(net), values(x)];
  const options = { ...base, steps: 6, shrink: true };
  torch.noGrad(() => attacks.apgdTargeted(net, x, y, { ...options, generator: seeded(1) }));
  expect(stateOf(net)).toEqual(state);
  expect(values(x)).toEqual(pixels);
  expect(net.training).toBe(true);
  expect(net.parameters().every((p) => p.grad === null)).toBe(true);
  const before = torch.memory().handles;
  const result = attacks.apgdTargeted(net, x, y, { ...options, generator: seeded(1) });
  expect(torch.memory().handles - before).toBe(3);
  for (const tensor of [result.images, result.losses, result.fooled]) tensor.dispose();
  const steps = attacks.apgdTargetedSteps(net, x, y, { ...options, generator: seeded(1) });
  steps.next();
  steps.return(result);
  expect(torch.memory().handles).toBe(before);
});

describe('refusals', () => {
  const good = { ...base, generator: seeded(1) };
  const start = x.clone();
  test.each<[string, object, string]>([
    ['mode train', { mode: 'train' }, "apgd: mode must be 'eval', not train"],
    ['no steps', { steps: 0 }, 'apgd: steps must be a whole number'],
    ['half a restart', { restarts: 0.5 }, 'apgd: restarts must be a whole number'],
    ['an unknown loss', { loss: 'kl' }, 'loss must be one of crossEntropy, dlr, targetedDlr, not kl'],
    ['a share above 1', { rho: 1.5 }, 'rho must be a share from 0 to 1'],
    ['an unknown norm', { ball: { norm: 'l1', eps: 1 } }, "apgd: the norm of the ball must be 'linf' or 'l2'"],
    ['no source of starts', { generator: undefined }, 'a random start needs a generator'],
    ['restarts from one start', { start, restarts: 2 }, 'restarts from a given start are all the same'],
    ['a start of another shape', { start: x.slice(0, 0, 5) }, 'start must be float32 [120, 3, 8, 8]'],
    ['a start of another type', { start: x.double() }, 'not float64 [120, 3, 8, 8]'],
    ['a target without its loss', { target: y }, "a target needs loss 'targetedDlr', not crossEntropy"],
    ['no target', { loss: 'targetedDlr' }, "loss 'targetedDlr' needs a target"],
    ['the label as target', { loss: 'targetedDlr', target: y }, 'the target of an image is its own label'],
    ['a target above the classes', { loss: 'targetedDlr', target: y.add(4) }, 'target 7 is none of the 4 classes'],
    ['a target below 0', { loss: 'targetedDlr', target: y.sub(9) }, 'target -9 is no class'],
    ['targets short', { loss: 'targetedDlr', target: y.slice(0, 0, 3) }, 'target must be int64 [120]'],
  ])('%s', (_, change, message) => {
    const run = () => attacks.apgd(model, x, y, { ...good, ...change } as attacks.ApgdOptions);
    expect(run).toThrow(RangeError);
    expect(run).toThrow(message);
  });

  test('too few classes, no targets, and logits that are not finite', () => {
    const pixels = images(1, [2, 3, 8, 8]);
    const labels = labelsOf([0, 1]);
    const [two, three] = [linear(1, 192, 2).model, linear(1, 192, 3).model];
    expect(() => attacks.apgd(two, pixels, labels, { ...good, loss: 'dlr' })).toThrow('needs 3 classes, not 2');
    expect(() => attacks.apgdTargeted(three, pixels, labels, good)).toThrow('needs 4 classes, not 3');
    expect(() => attacks.apgdTargeted(model, x, y, { ...good, targets: 0 })).toThrow('apgdTargeted: targets must be');
    const broken = linear(1, 192, 4).model;
    torch.noGrad(() => broken.parameters()[0]!.fill_(Number.NaN));
    const run = () => attacks.apgd(broken, pixels, labels, { ...good, shrink: true });
    expect(run).toThrow('apgd: the loss of an image is not finite');
  });
});
