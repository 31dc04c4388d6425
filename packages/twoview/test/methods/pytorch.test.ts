// Whole training steps beside an independent PyTorch program: same initial weights, same views, same losses and weights.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Siamese } from 'twoview/methods';
import { ConvNet } from 'twoview/models';
import { configSchema, createOptimizer } from 'twoview/training';
import { afterAll, describe, expect, test } from 'vitest';
import { hasPeer, type PeerAnswer, type PeerSlots, type PeerTask, runPeer, stateDifference } from './peer.js';
import { channels, generator, method, projector, snapshot, views } from './setup.js';

interface Variant {
  slots: PeerSlots;
  predictorFactor?: number;
  predictorWeightDecay?: number;
  lr?: number;
}

const variants: Record<string, Variant> = {
  'DirectPred as published': {
    slots: { predictor: 'directPred', target: 'ema', rho: 0.3, epsilon: 0.1, gamma: 0.996 },
  },
  'DirectPred, every third step, plain mean of F': {
    slots: { predictor: 'directPred', target: 'ema', rho: null, epsilon: 0.01, every: 3, gamma: 0.9 },
    predictorFactor: 2,
  },
  'DirectPred without a moving average': {
    slots: { predictor: 'directPred', target: 'stopGradient', rho: 0.5, epsilon: 0.1 },
    lr: 0.2,
  },
  DirectCopy: { slots: { predictor: 'directCopy', target: 'ema', rho: 0.5, epsilon: 0.3, gamma: 0.99 } },
  'a symmetric linear predictor with its own rate and decay': {
    slots: { predictor: 'linear', target: 'ema', symmetric: true, gamma: 0.9 },
    predictorFactor: 3,
    predictorWeightDecay: 0.01,
  },
  'a two-layer predictor, cosine momentum': {
    slots: { predictor: 'mlp', hidden: 9, target: 'ema', gamma: 0.9, cosine: true },
  },
  'a tied two-layer predictor without a moving average': {
    slots: { predictor: 'mlp', hidden: 9, target: 'stopGradient', symmetric: true },
  },
};

const steps = 5;

function build({ slots, predictorFactor = 1, predictorWeightDecay }: Variant) {
  const { rho, epsilon, every, symmetric = false, hidden, gamma = 0, cosine = false } = slots;
  const direct = { rho, epsilon, every };
  const predictor = {
    directPred: { name: 'directPred' as const, ...direct },
    directCopy: { name: 'directCopy' as const, ...direct },
    linear: { name: 'linear' as const, symmetric },
    mlp: { name: 'mlp' as const, hidden, symmetric },
  }[slots.predictor];
  const target =
    slots.target === 'ema'
      ? { name: 'ema' as const, momentum: gamma, schedule: cosine ? ('cosine' as const) : ('constant' as const) }
      : { name: 'stopGradient' as const };
  const config = method({
    predictor,
    target,
    predictorTraining: { learningRateFactor: predictorFactor, weightDecay: predictorWeightDecay ?? null },
  });
  const model = new Siamese(config, (g) => new ConvNet({ channels, generator: g }), generator(3));
  return { config, model: model.train() };
}

describe.skipIf(!hasPeer)('PyTorch takes the same steps (skipped without it)', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-methods-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const runs = Object.values(variants).map((variant) => {
    const { config, model } = build(variant);
    const state = snapshot(model);
    const batches = Array.from({ length: steps }, (_, step) => views(50 + step));
    const optimizerConfig = configSchema.shape.optimizer.parse({ learningRate: variant.lr ?? 0.03 });
    const optimizer = createOptimizer(optimizerConfig, config.predictorTraining, model.parameterGroups());
    const losses = batches.map((batch, step) => {
      optimizer.zeroGrad();
      const { loss } = model.step(batch);
      loss.backward();
      optimizer.step();
      model.afterStep(step, steps);
      return loss.item();
    });
    const { learningRate: lr, momentum, weightDecay } = optimizerConfig;
    const task: PeerTask = {
      channels,
      projector: [channels[1]!, projector.hidden[0]!, projector.size],
      slots: variant.slots,
      steps,
      lr,
      momentum,
      weightDecay,
      predictorWeightDecay: variant.predictorWeightDecay ?? weightDecay,
      predictorFactor: variant.predictorFactor ?? 1,
      state,
      views: batches,
    };
    return { task, losses, model };
  });
  const answers: PeerAnswer[] = hasPeer
    ? runPeer(
        runs.map(({ task }) => task),
        folder,
      )
    : [];

  test.each(Object.keys(variants).map((name, i) => [name, i] as const))('%s', (_, i) => {
    const { losses, model, task } = runs[i]!;
    losses.forEach((loss, step) => {
      expect(loss, `step ${step}`).toBeCloseTo(answers[i]!.losses[step]!, 5);
    });
    const { difference, name } = stateDifference(model.stateDict(), answers[i]!.state);
    expect(difference, name).toBeLessThan(2e-5);
    // The steps must have gone somewhere, or agreement says nothing.
    const moved = model.stateDict().get('encoder.body.0.weight')!.sub(task.state.get('encoder.body.0.weight')!);
    expect(moved.abs().max().item()).toBeGreaterThan(1e-4);
  });
});
