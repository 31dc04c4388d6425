// The phases on the very same views in an independent NumPy program; skipped where NumPy is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as torch from '@twoview/torch';
import {
  BiasSchedule,
  DecouplingModel,
  decouplingSettings,
  lengths,
  SampleSource,
  stream,
  Views,
} from 'twoview/theory/decoupling';
import { describe, expect, test } from 'vitest';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import numpy'], { cwd: '/' }).status === 0,
);

interface Answer {
  weights: number[][];
  thresholds: number[];
  t1: number;
  t2: number;
  losses: number[];
}

describe.skipIf(!python)('NumPy comes out the same', () => {
  test.each(['complementary', 'none', 'independent'] as const)('%s', (kind) => {
    torch.setNumThreads(1);
    const [batch, dimension, steps] = [24, 20, 80];
    const settings = decouplingSettings({
      data: { atoms: 4, dimension, sparsity: 0.4, noise: 0.1 },
      network: { neurons: 6 },
      training: { batchSize: batch, learningRate: 0.6, weightDecay: 0.01, temperature: 1.5, precision: 'float64' },
      schedule: { rho: 0.005, growth: 1.5, thirdSteps: 10 },
      kind,
      seed: 4,
    });
    const model = new DecouplingModel(settings);
    const source = new SampleSource(settings.data, model.dictionary, batch, 'float64');
    const maker = new Views({ ...settings.views, kind }, [batch, dimension]);
    const [samples, masks] = [stream(4, 'samples'), stream(4, 'masks')];
    const views = Array.from({ length: steps }, () =>
      maker.make(source.draw(samples), masks).map((view) => view.tolist()),
    );
    const { learningRate: eta, weightDecay: lambda, temperature: tau } = settings.training;
    const input = { weights: model.weights.tolist(), views, eta, lambda, tau, rho: 0.005, growth: 1.5, atoms: 4 };
    const peer = fileURLToPath(new URL('numpy_peer.py', import.meta.url));
    const options = { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 1e8 } as const;
    const expected = JSON.parse(execFileSync(python!, [peer], options)) as Answer;

    const schedule = new BiasSchedule(settings.schedule, settings.network, 4, lengths(model.weights));
    const losses = Array.from({ length: steps }, (_, i) => {
      const loss = model.step(true)!;
      schedule.advance(i + 1, lengths(model.weights));
      model.setThresholds(schedule.thresholds);
      return loss;
    });
    expect(schedule).toMatchObject({ t1: expected.t1, t2: expected.t2, phase: 'III' });
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(expected.losses[i]!, 9);
    });
    const difference = model.weights.sub(torch.tensor(expected.weights, { dtype: 'float64' }));
    expect(difference.abs().max().item()).toBeLessThan(1e-9 * model.weights.abs().max().item());
    schedule.thresholds.forEach((b, i) => {
      expect(b).toBeCloseTo(expected.thresholds[i]!, 9);
    });
    model.dispose();
  });
});
