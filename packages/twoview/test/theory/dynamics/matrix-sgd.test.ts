// Minibatch SGD of the linear model: its batches, its steps, and where it ends.
import * as torch from '@twoview/torch';
import { matrix } from 'twoview/theory/dynamics';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const generator = (seed: number) => new torch.Generator({ seed });
const [inputs, outputs] = [5, 3];
const g = generator(0);
const start = { w: matrix.normalMatrix(outputs, inputs, 0.4, g), wp: matrix.normalMatrix(outputs, outputs, 0.4, g) };
const tensor = ({ rows, columns, values }: matrix.Matrix) => torch.tensor(values, { shape: [rows, columns] });

describe('a batch', () => {
  test('has the moments of the data on average, symmetric ones', () => {
    const { x, views } = matrix.batchMoments(50_000, 4, Math.sqrt(0.5), generator(1));
    expect(matrix.largestEntry(matrix.subtract(x, matrix.scaledIdentity(4)))).toBeLessThan(0.03);
    expect(matrix.largestEntry(matrix.subtract(views, matrix.scaledIdentity(4, 1.5)))).toBeLessThan(0.03);
    for (const moment of [x, views]) expect(matrix.norm(matrix.subtract(moment, matrix.transpose(moment)))).toBe(0);
  });

  test('of images without noise has one moment', () => {
    const { x, views } = matrix.batchMoments(10, 4, 0, generator(1));
    expect(matrix.largestEntry(matrix.subtract(x, views))).toBeLessThan(1e-14);
  });
});

describe('a step', () => {
  const options = { learningRate: 0.1, steps: 1, batchSize: 7 };

  /** The two views of the first batch of a seed: images and noise are drawn together, [B, 3, n]. */
  function views(seed: number): [torch.Tensor, torch.Tensor] {
    const draw = torch.randn([7, 3, inputs], { generator: generator(seed), dtype: 'float64' });
    const part = (i: number) => draw.narrow(1, i, 1).reshape([7, inputs]);
    const noise = Math.sqrt(0.3);
    return [part(0).add(part(1).mul(noise)), part(0).add(part(2).mul(noise))];
  }

  test.each([{ name: 'stopGradient' } as const, { name: 'online' } as const, { name: 'ema', beta: 0.5 } as const])(
    'is one of autograd on the symmetrised loss of the batch: $name',
    async (target) => {
      const given = { inputs, outputs, xPrime: 0.3, alphaP: 2, etaP: 0.2, etaS: 0.1, target };
      const wa = matrix.normalMatrix(outputs, inputs, 0.4, generator(9));
      const from = target.name === 'ema' ? { ...start, wa } : start;
      const end = await matrix.matrixSgd(given, from, { ...options, generator: generator(2) });
      torch.scope(() => {
        const [w, wp] = [tensor(start.w), tensor(start.wp)];
        w.requiresGrad = true;
        wp.requiresGrad = true;
        const [v1, v2] = views(2);
        const [z1, z2] = [v1.matmul(w.t()), v2.matmul(w.t())];
        const targetOf = (v: torch.Tensor, z: torch.Tensor) =>
          target.name === 'online' ? z : target.name === 'ema' ? v.matmul(tensor(wa).t()) : z.detach();
        const distance = (z: torch.Tensor, t: torch.Tensor) => z.matmul(wp.t()).sub(t).square().sum([1]).mean();
        const loss = distance(z1, targetOf(v2, z2))
          .add(distance(z2, targetOf(v1, z1)))
          .mul(0.25);
        const [gw, gp] = torch.grad([loss], [w, wp]) as [torch.Tensor, torch.Tensor];
        const expectedW = w
          .detach()
          .mul(1 - 0.1 * 0.1)
          .sub(gw.mul(0.1));
        const expectedP = wp
          .detach()
          .mul(1 - 0.1 * 0.2)
          .sub(gp.mul(0.1 * 2));
        expect(tensor(end.w).sub(expectedW).abs().max().item()).toBeLessThan(1e-14);
        expect(tensor(end.wp).sub(expectedP).abs().max().item()).toBeLessThan(1e-14);
        if (target.name !== 'ema') return;
        // The average takes the encoder as it was before the step.
        const expectedA = tensor(wa).mul(0.95).add(tensor(start.w).mul(0.05));
        expect(tensor(end.wa).sub(expectedA).abs().max().item()).toBeLessThan(1e-14);
      });
    },
  );
});

describe('a run', () => {
  const given = { inputs, outputs, xPrime: 0.1, eta: 0.04 };
  const options = { learningRate: 0.05, steps: 60, batchSize: 64 };

  test('is the same twice, and another with another seed', async () => {
    const run = async (seed: number) =>
      (await matrix.matrixSgd(given, start, { ...options, generator: generator(seed) })).w;
    expect((await run(1)).values).toEqual((await run(1)).values);
    expect((await run(1)).values).not.toEqual((await run(2)).values);
  });

  test('stays near the flow with large batches', async () => {
    const end = await matrix.matrixSgd(given, start, { ...options, batchSize: 4000, generator: generator(1) });
    const [flow] = matrix.matrixTrajectory(given, start, [3], { name: 'euler', step: 0.05 });
    expect(matrix.norm(matrix.subtract(end.w, flow!.w))).toBeLessThan(0.02);
    expect(matrix.norm(matrix.subtract(end.wp, flow!.wp))).toBeLessThan(0.02);
  });

  test('shows every step, and ends when told to', async () => {
    const seen: number[] = [];
    await matrix.matrixSgd(given, start, {
      ...options,
      generator: generator(1),
      observe: (step) => {
        seen.push(step);
        return step === 3;
      },
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  test('refuses what it cannot do, and says so when it diverges', async () => {
    const run = (changes: object, parameters: object = {}) =>
      matrix.matrixSgd({ ...given, ...parameters }, start, { ...options, generator: generator(1), ...changes });
    await expect(run({ learningRate: 0 })).rejects.toThrow('learningRate');
    await expect(run({ steps: 0 })).rejects.toThrow('steps');
    await expect(run({ batchSize: 1.5 })).rejects.toThrow('batchSize');
    await expect(run({}, { x: matrix.scaledIdentity(inputs) })).rejects.toThrow('sigma^2');
    await expect(run({ learningRate: 1e6 })).rejects.toThrow('smaller learning rate');
  });
});
