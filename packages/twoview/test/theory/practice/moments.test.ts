// The moments that the theory reads off a batch, against the gradient of the loss itself.
import * as torch from '@twoview/torch';
import { type MethodConfig, methodSchema, Siamese } from 'twoview/methods';
import { Encoder } from 'twoview/models';
import { practice } from 'twoview/theory';
import { describe, expect, test } from 'vitest';

const { lossWeights, modesOf, RunningMoments, theoryLoss } = practice;

class Vectors extends Encoder {
  readonly featureSize = 7;
  override forward(x: torch.Tensor): torch.Tensor {
    return x;
  }
}

const generator = (seed = 1): torch.Generator => new torch.Generator({ seed });
const normal = (shape: number[], seed: number): torch.Tensor =>
  torch.randn(shape, { generator: generator(seed), dtype: 'float64' });

function method(changes: object): MethodConfig {
  return methodSchema.parse({
    name: 'test',
    objective: { name: 'cosine' },
    projector: { hidden: [], size: 5 },
    predictor: { name: 'linear' },
    target: { name: 'ema', start: 'random' },
    ...changes,
  });
}

const objectives = [
  { name: 'cosine', scale: 2 },
  { name: 'mse', normalize: false, scale: 0.5 },
  { name: 'mse', normalize: true, scale: 1.5 },
];

describe('the pull of a loss on its prediction', () => {
  test.each(objectives)('is g (w t - v p): $name, normalize $normalize', (objective) => {
    const loss = theoryLoss(method({ objective, pairing: 'asymmetric' }))!;
    const p = normal([6, 5], 2).requiresGrad_(true);
    const t = normal([6, 5], 3).requiresGrad_(true);
    const cos = p
      .mul(t)
      .sum([1])
      .div(p.norm(2, [1]).mul(t.norm(2, [1])));
    const each =
      objective.name === 'cosine' ? cos.neg() : objective.normalize ? cos.mul(-2).add(2) : p.sub(t).square().sum([1]);
    each.sum().mul(objective.scale).backward();
    const { attraction, prediction, target } = lossWeights(loss, p.detach(), t.detach());
    const rows = (weight: torch.Tensor, x: torch.Tensor): torch.Tensor => x.detach().mul(weight.unsqueeze(1));
    const pull = rows(attraction, t).sub(rows(prediction, p)).mul(loss.gain);
    const pullOnTarget = rows(attraction, p).sub(rows(target, t)).mul(loss.gain);
    expect(pull.add(p.grad!).abs().max().item()).toBeLessThan(1e-12);
    expect(pullOnTarget.add(t.grad!).abs().max().item()).toBeLessThan(1e-12);
  });
});

describe('moments of a step', () => {
  test.each(['symmetric', 'asymmetric'])('give the gradient of the predictor: %s pairing', (pairing) => {
    for (const objective of objectives) {
      const config = method({ objective, pairing });
      const model = new Siamese(config, () => new Vectors(), generator(4));
      // A multiple of the identity commutes with everything, so that symmetric parts can be compared.
      torch.noGrad(() => model.predictor.matrix!.copy_(torch.eye(5).mul(0.7)));
      const result = model.step([normal([64, 7], 5).float(), normal([64, 7], 6).float()]);
      result.loss.backward();
      const gradient = model.predictor.matrix!.grad!.double();
      const loss = theoryLoss(config)!;
      const moments = new RunningMoments(loss, 5, 'cpu');
      moments.add(result.views);
      const { drive, drag } = moments.take()!;
      const expected = drive.sub(drag, { alpha: 0.7 }).mul(-loss.gain);
      const symmetric = gradient.add(gradient.transpose(0, 1)).div(2);
      expect(symmetric.sub(expected).abs().max().item()).toBeLessThan(1e-6 * symmetric.abs().max().item());
    }
  });

  test('hold what pulls on the target where gradient flows into it, and only there', () => {
    const config = method({ objective: objectives[0], target: { name: 'online' } });
    const model = new Siamese(config, () => new Vectors(), generator(4));
    torch.noGrad(() => model.predictor.matrix!.copy_(torch.eye(5).mul(0.7)));
    const result = model.step([normal([64, 7], 5).float(), normal([64, 7], 6).float()]);
    const moments = new RunningMoments(theoryLoss(config)!, 5, 'cpu');
    moments.add(result.views);
    const { pull, drive } = moments.take()!;
    // A cosine does not see how long a target is: (w p - v' t) . t adds up to nothing.
    const along = 0.7 * drive.trace().item();
    expect(Math.abs(pull!.trace().item() - along)).toBeLessThan(1e-6);
    const stopped = new RunningMoments(theoryLoss(method({}))!, 5, 'cpu');
    stopped.add(result.views);
    expect(stopped.take()).not.toHaveProperty('pull');
  });

  test('are means over batches, and start anew when they are taken', () => {
    const loss = theoryLoss(method({}))!;
    const view = (seed: number) => {
      const x = normal([8, 5], seed);
      return { embedding: x, prediction: x, target: x };
    };
    const one = new RunningMoments(loss, 5, 'cpu');
    const other = new RunningMoments(loss, 5, 'cpu');
    const both = new RunningMoments(loss, 5, 'cpu');
    one.add([view(1), view(2)]);
    other.add([view(3), view(4)]);
    both.add([view(1), view(2)]);
    both.add([view(3), view(4)]);
    const [a, b, mean] = [one, other, both].map((moments) => moments.take()!.cross);
    expect(mean!.sub(a!.add(b!).div(2)).abs().max().item()).toBeLessThan(1e-6);
    expect(both.take()).toBeNull();
  });
});

describe('modes', () => {
  test('are eigenvalues of F with the predictor and the moments in its eigenbasis, largest first', () => {
    const u = torch.linalgQr(normal([5, 5], 8))[0];
    const matrix = (values: number[]): torch.Tensor =>
      u.mul(torch.tensor(values, { dtype: 'float64' })).matmul(u.transpose(0, 1));
    const s = [0.1, 3, 2, 0.5, 1];
    const cross = matrix(s);
    const drive = matrix([1, 2, 3, 4, 5]);
    const modes = modesOf({ cross, total: cross.mul(1.2), drive, drag: cross }, matrix([9, 8, 7, 6, 5]), 3);
    const close = (measured: number[], expected: number[]): void =>
      expected.forEach((value, j) => {
        expect(measured[j]).toBeCloseTo(value, 10);
      });
    close(modes.s, [3, 2, 1]);
    close(modes.p, [8, 7, 5]);
    close(modes.total, [3.6, 2.4, 1.2]);
    close(modes.drive, [2, 3, 5]);
    close(modes.alignment, [1, 1, 1]);
    close(modesOf({ cross, total: cross, drive, drag: cross }, null, 2).p, [1, 1]);
  });

  test('tell a predictor that does not share the eigenvectors of F', () => {
    const cross = torch.diag(torch.tensor([3, 2], { dtype: 'float64' }));
    const rotated = torch.tensor(
      [
        [1, 1],
        [-1, 1],
      ],
      { dtype: 'float64' },
    );
    const moments = { cross, total: cross, drive: cross, drag: cross };
    for (const value of modesOf(moments, rotated, 2).alignment) expect(value).toBeCloseTo(Math.SQRT1_2, 10);
  });
});
