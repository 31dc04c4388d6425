// The agent: golden values, whole gradient steps beside an independent PyTorch program, who is changed by what, acting, files.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from '@twoview/torch';
import {
  type AgentConfigInput,
  actionGaussian,
  agentSchema,
  bilinearSimilarity,
  drawLatent,
  gaussianSimilarity,
  klFromPrior,
  loadAgent,
  productOfGaussians,
  type StepLosses,
  type StepNoise,
  Stream,
  saveAgent,
  subtractMaximaFromColumns,
  tanhGaussian,
  transitionContrast,
  windowContrast,
} from 'twoview/metarl/agent';
import { infoNceFromLogits } from 'twoview/objectives';
import { afterAll, describe, expect, test } from 'vitest';
import { gradientError } from '../objectives/gradients.js';
import { build, fill, type Small, sizes } from './setup.js';

const double = (values: torch.NestedNumbers) => torch.tensor(values, { dtype: 'float64' });
const numbers = (tensor: torch.Tensor) => Array.from(tensor.data() as Float64Array, Number);
const randn = (shape: number[], seed: number) =>
  torch.randn(shape, { dtype: 'float64', generator: new torch.Generator({ seed }) });
const largest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity);

/** A copy of all networks' numbers. */
function snapshot({ agent }: Small): Map<string, number[]> {
  return new Map(Array.from(agent.networks.stateDict(), ([name, tensor]) => [name, numbers(tensor)]));
}

describe('the posterior', () => {
  const means = double([
    [1, 2],
    [0, -1],
    [0.5, 0.5],
  ]);
  const variances = double([
    [1, 0.5],
    [2, 1],
    [0.25, 4],
  ]);
  const product = (m: torch.Tensor, v: torch.Tensor) => productOfGaussians(m.unsqueeze(0), v.unsqueeze(0));

  test('is the product of its factors', () => {
    const posterior = product(means, variances);
    expect(largest(numbers(posterior.mean), [0.545455, 0.961538])).toBeLessThan(1e-6);
    expect(largest(numbers(posterior.variance), [0.181818, 0.307692])).toBeLessThan(1e-6);
    expect(klFromPrior(posterior).item()).toBeCloseTo(1.297495, 5);
  });

  test('does not depend on the order of transitions, and n equal ones divide the variance by n', () => {
    const order = torch.tensor([2, 0, 1], { dtype: 'int64' });
    const [a, b] = [product(means, variances), product(means.indexSelect(0, order), variances.indexSelect(0, order))];
    expect(largest(numbers(a.mean), numbers(b.mean))).toBeLessThan(1e-14);
    expect(largest(numbers(a.variance), numbers(b.variance))).toBeLessThan(1e-14);
    const same = product(double([[1, 2]]).expand([7, 2]), double([[0.3, 5]]).expand([7, 2]));
    expect(largest(numbers(same.mean), [1, 2])).toBeLessThan(1e-14);
    expect(largest(numbers(same.variance), [0.3 / 7, 5 / 7])).toBeLessThan(1e-14);
    const { agent } = build();
    const context = Array.from({ length: 3 * 6 }, (_, i) => Math.sin(i));
    const reversed = [2, 1, 0].flatMap((row) => context.slice(row * 6, row * 6 + 6));
    expect(largest([...agent.posterior(context).mean], [...agent.posterior(reversed).mean])).toBeLessThan(1e-14);
  });

  test('without transitions is the prior, whose KL is zero', () => {
    const { agent } = build();
    const { mean, variance } = agent.posterior([]);
    expect([...mean, ...variance]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(klFromPrior({ mean: double([[0, 0]]), variance: double([[1, 1]]) }).item()).toBe(0);
    const stream = new Stream(3);
    const draws = Array.from({ length: 4000 }, () => drawLatent({ mean, variance }, stream)[0]!);
    const average = draws.reduce((a, b) => a + b, 0) / draws.length;
    expect(Math.abs(average)).toBeLessThan(0.06);
    expect(draws.reduce((a, b) => a + (b - average) ** 2, 0) / draws.length).toBeCloseTo(1, 1);
  });

  test('without the bottleneck is the mean of outputs', () => {
    const { agent } = build({ bottleneck: false });
    const { mean, variance } = agent.posterior(Array.from({ length: 12 }, (_, i) => Math.cos(i)));
    expect(mean).toHaveLength(3);
    expect([...variance]).toEqual([0, 0, 0]);
  });
});

test('an action is tanh of a Gaussian, with its density', () => {
  const xi = double([[1]]); // u = 0.3 + 0.5
  const outputs = double([[0.3, Math.log(0.5)]]);
  const { action, logDensity } = tanhGaussian(actionGaussian(outputs), xi);
  expect(action.item()).toBeCloseTo(0.664037, 6);
  expect(logDensity.item()).toBeCloseTo(-0.144286, 6);
  const clamped = actionGaussian(double([[0, 0, 7, -30]]));
  expect(numbers(clamped.logStd)).toEqual([2, -20]);
});

describe('the contrastive loss', () => {
  const q = double([
    [1, 0],
    [0, 1],
    [1, 1],
  ]);
  const k = double([
    [0.9, 0.1],
    [0.2, 1],
    [0.5, 1.2],
  ]);
  const identity = torch.eye(2, { dtype: 'float64' });
  const loss = (logits: torch.Tensor) => infoNceFromLogits(logits).item();

  test('has its golden values', () => {
    const skewed = double([
      [1, 0.5],
      [0, 2],
    ]);
    expect(loss(bilinearSimilarity(q, identity, k))).toBeCloseTo(0.827644, 6);
    expect(loss(bilinearSimilarity(q, skewed, k))).toBeCloseTo(0.830233, 6);
    expect(loss(gaussianSimilarity(q, k))).toBeCloseTo(0.614007, 6);
    expect(loss(subtractMaximaFromColumns(bilinearSimilarity(q, identity, k)))).toBeCloseTo(0.824576, 6);
    expect(loss(double([[2, 2, 2]]).expand([3, 3]))).toBeCloseTo(1.098612, 6);
  });

  test('is nearly zero for orthogonal pairs far from each other, and log n where all windows are equal', () => {
    const far = torch.eye(5, { dtype: 'float64' }).mul(20);
    expect(loss(gaussianSimilarity(far, far))).toBeLessThan(1e-6);
    expect(loss(bilinearSimilarity(far, torch.eye(5, { dtype: 'float64' }), far))).toBeLessThan(1e-6);
    const own = torch.arange(5, { dtype: 'int64' });
    const equal = double([1, 2, 0.3, -1]).expand([5, 6, 4]);
    for (const weight of [null, identity]) {
      const contrast = windowContrast(equal, equal, { bottleneck: true, weight, own });
      expect(contrast.loss.item()).toBeCloseTo(Math.log(5), 10);
    }
  });

  test('refuses queries without a key', () => {
    expect(() => infoNceFromLogits(torch.zeros([3, 2]))).toThrow('3 queries have 2 candidates');
  });

  test('has the gradient of its differences', () => {
    const own = torch.arange(4, { dtype: 'int64' });
    const queries = randn([4, 3, 4], 1);
    const keys = randn([4, 3, 4], 2);
    const weight = randn([2, 2], 3);
    const options = { bottleneck: true, own };
    const gaussian = (x: torch.Tensor, y: torch.Tensor) => windowContrast(x, y, { ...options, weight: null }).loss;
    const bilinear = (x: torch.Tensor, y: torch.Tensor, w: torch.Tensor) =>
      windowContrast(x, y, { ...options, weight: w }).loss;
    expect(gradientError(gaussian, [queries, keys])).toBeLessThan(1e-7);
    expect(gradientError(bilinear, [queries, keys, weight])).toBeLessThan(1e-7);
    const [rows, columns, wide] = [randn([5, 4], 4), randn([5, 4], 5), randn([4, 4], 6)];
    const targets = torch.tensor([0, 0, 1, 1, 1], { dtype: 'int64' });
    const reference = (x: torch.Tensor, y: torch.Tensor, w?: torch.Tensor) =>
      transitionContrast(x, y, w ?? null, targets).loss;
    expect(gradientError(reference, [rows, columns])).toBeLessThan(1e-7);
    expect(gradientError(reference, [rows, columns, wide])).toBeLessThan(1e-7);
  });
});

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { cwd: '/' }).status === 0,
);

const wide = { window: 3 } as const;
const cases: Record<string, AgentConfigInput> = {
  PEARL: {},
  'PEARL without a bottleneck': { bottleneck: false },
  'PEARL with one z for all tasks': { sharedLatent: true },
  'PEARL with learned temperatures': { variant: 'twinTarget' },
  'TCL, Gaussian, key head': { tcl: { ...wide, enabled: true } },
  'TCL, bilinear, key head': { tcl: { ...wide, enabled: true, similarity: 'bilinear', weight: 0.7 } },
  'TCL, Gaussian, key encoder': { tcl: { ...wide, enabled: true, key: 'encoder', momentum: 0.9 } },
  'TCL, bilinear, without a bottleneck': {
    bottleneck: false,
    tcl: { ...wide, enabled: true, similarity: 'bilinear' },
  },
  'TCL, learned temperatures': { variant: 'twinTarget', tcl: { ...wide, enabled: true, similarity: 'bilinear' } },
  'TCL, reference, Gaussian': { variant: 'twinTarget', tcl: { ...wide, enabled: true, reference: true } },
  'TCL, reference, bilinear': {
    variant: 'twinTarget',
    sharedLatent: true,
    tcl: { ...wide, enabled: true, reference: true, similarity: 'bilinear' },
  },
  'TCL, reference, key encoder': { tcl: { ...wide, enabled: true, reference: true, key: 'encoder' } },
};

interface Answer {
  losses: Record<string, number>[];
  gradients: Record<string, torch.NestedNumbers>;
  state: Record<string, torch.NestedNumbers>;
}

describe.skipIf(!python)('PyTorch takes the same steps in float64 (skipped without it)', () => {
  const noiseOf = ({ agent, batch }: Small, seed: number): StepNoise => {
    const { latent } = agent.config;
    const rows = batch.tasks * batch.rows;
    return {
      latent: randn([batch.tasks, latent], seed),
      action: randn([rows, sizes.action], seed + 1),
      nextAction: randn([rows, sizes.action], seed + 2),
      secondLatent: randn([batch.tasks, latent], seed + 3),
    };
  };
  const data = ({ batch }: Small, noise: StepNoise) => {
    const { tasks, contextRows, windows, windowLength } = batch;
    const [context, ofWindows] = [tasks * contextRows, windows * windowLength];
    const features = (from: number, groups: number, rows: number) =>
      groups === 0
        ? []
        : batch.features.tensor
            .narrow(0, from, groups * rows)
            .view([groups, rows, -1])
            .tolist();
    return {
      observations: batch.observations.tensor.tolist(),
      actions: batch.actions.tensor.tolist(),
      rewards: batch.rewards.tensor.tolist(),
      nextObservations: batch.nextObservations.tensor.tolist(),
      terminals: batch.terminals.tensor.tolist(),
      context: features(0, tasks, contextRows),
      queries: features(context, windows, windowLength),
      keys: features(context + ofWindows, windows, windowLength),
      taskNumbers: [...batch.taskNumbers],
      windowTasks: [...batch.windowTasks],
      noise: Object.fromEntries(Object.entries(noise).map(([name, xi]) => [name, (xi as torch.Tensor).tolist()])),
    };
  };
  const runs = Object.entries(cases).map(([name, config], which) => {
    const small = build(config, { seed: 10 + which });
    const { agent, batch } = small;
    const weights = Object.fromEntries(Array.from(agent.networks.stateDict(), ([key, t]) => [key, t.tolist()]));
    const before = snapshot(small);
    const gradients = new Map<string, number[]>();
    const losses: Record<string, number>[] = [];
    const steps = [0, 1, 2].map((step) => {
      fill(batch, 100 * which + step);
      const noise = noiseOf(small, 1000 * which + 10 * step);
      const input = data(small, noise);
      const result = agent.step(batch, noise) as unknown as Record<keyof StepLosses, torch.Tensor>;
      losses.push(Object.fromEntries(Object.entries(result).map(([key, loss]) => [key, loss.item()])));
      if (step === 0) for (const [key, p] of agent.networks.namedParameters()) gradients.set(key, numbers(p.grad!));
      return input;
    });
    return { name, small, before, gradients, losses, case: { config: agent.config, weights, steps } };
  });
  const peer = fileURLToPath(new URL('pearl_peer.py', import.meta.url));
  const input = JSON.stringify(Object.fromEntries(runs.map((run) => [run.name, run.case])));
  const answers = (
    python ? JSON.parse(execFileSync(python, [peer], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })) : {}
  ) as Record<string, Answer>;
  const flat = (value: unknown) => [value].flat(Infinity) as number[];

  test.each(runs.map((run) => [run.name, run] as const))('%s', (name, run) => {
    const answer = answers[name]!;
    run.losses.forEach((losses, step) => {
      expect(Object.keys(losses).sort()).toEqual(Object.keys(answer.losses[step]!).sort());
      for (const [key, loss] of Object.entries(losses)) {
        expect(
          Math.abs(loss - answer.losses[step]![key]!) / Math.max(1, Math.abs(loss)),
          `${key}, step ${step}`,
        ).toBeLessThan(1e-9);
      }
    });
    // Gradients: the encoder's are those of J_Q, KL and the contrast alone, or they would not agree.
    expect([...run.gradients.keys()].sort()).toEqual(Object.keys(answer.gradients).sort());
    for (const [key, gradient] of run.gradients) {
      expect(largest(gradient, flat(answer.gradients[key]!)), `gradient of ${key}`).toBeLessThan(1e-9);
      expect(Math.max(...gradient.map(Math.abs)), `gradient of ${key}`).toBeGreaterThan(0);
    }
    const after = snapshot(run.small);
    expect([...after.keys()].sort()).toEqual(Object.keys(answer.state).sort());
    for (const [key, value] of after) {
      expect(largest(value, flat(answer.state[key]!)), key).toBeLessThan(1e-9);
      expect(largest(value, run.before.get(key)!), `${key} moved`).toBeGreaterThan(1e-5);
    }
  });
});

describe('who is changed by what', () => {
  const tcl = { enabled: true, window: 3 } as const;

  test.each(['head', 'encoder'] as const)(
    'the key %s only follows: 0.995 of its own, 0.005 of the query network',
    (key) => {
      const small = build({ tcl: { ...tcl, key } });
      const keys = ({ agent }: Small) => [...agent.networks.encoder.key!.stateDict()];
      expect(keys(small).every(([, tensor]) => !tensor.requiresGrad)).toBe(true);
      for (const seed of [1, 2]) {
        const before = keys(small).map(([, tensor]) => numbers(tensor));
        small.agent.step(fill(small.batch, seed));
        const query = [...small.agent.networks.encoder.query.stateDict().values()].map(numbers);
        keys(small).forEach(([name, tensor], i) => {
          const expected = before[i]!.map((old, j) => 0.995 * old + 0.005 * query[i]![j]!);
          expect(largest(numbers(tensor), expected), name).toBeLessThan(1e-15);
        });
      }
    },
  );

  test('without J_Q, KL and the contrast the encoder has no gradient', () => {
    // Q of zero weights in z, no KL: what is left are J_V and J_pi.
    const { agent, batch } = build({ klLambda: 0 });
    const first = agent.networks.q.layers[0]!.weight.fixed;
    torch.noGrad(() => first.narrow(1, sizes.observation + sizes.action, agent.config.latent).zero_());
    agent.step(fill(batch, 5));
    for (const [name, parameter] of agent.networks.encoder.namedParameters()) {
      expect(parameter.grad!.abs().max().item(), name).toBe(0);
    }
    for (const part of ['v', 'policy', 'q'] as const) {
      for (const parameter of agent.networks[part]!.parameters()) {
        expect(parameter.grad!.abs().max().item(), part).toBeGreaterThan(0);
      }
    }
  });

  test('windows of all tasks that were seen often are told apart', () => {
    const { agent, batch } = build({
      learningRate: 3e-3,
      metaBatch: 4,
      tcl: { ...tcl, key: 'encoder', momentum: 0.95 },
    });
    const stream = new Stream(8);
    let accuracy = 0;
    const steps = 400;
    for (let step = 0; step < steps; step++) {
      fill(batch, step);
      const { array } = batch.features;
      const start = batch.tasks * batch.contextRows;
      // A window's reward tells its task.
      for (let side = 0; side < 2; side++) {
        for (let i = 0; i < batch.windows; i++) {
          for (let row = 0; row < batch.windowLength; row++) {
            const at = start + (side * batch.windows + i) * batch.windowLength + row;
            array[at * 6 + 5] = 2 * i - 3 + 0.3 * stream.normal();
          }
        }
      }
      if (step < steps - 50) torch.scope(() => agent.step(batch));
      else accuracy += torch.scope(() => agent.step(batch).tclAccuracy!.item()) / 50;
    }
    expect(accuracy).toBeGreaterThan(0.7);
  });
});

describe('starts', () => {
  const range = (values: number[]) => Math.max(...values.map(Math.abs));

  test("PEARL's: hidden weights within the root of their outputs, biases 0.1, small last layers", () => {
    const small = build({ hidden: [16, 25], encoderHidden: [36, 49], tcl: { enabled: true, key: 'encoder' } });
    const state = snapshot(small);
    for (const [name, width] of [
      ['q.0', 16],
      ['q.1', 25],
      ['v.1', 25],
      ['policy.0', 16],
      ['encoder.query.0', 36],
      ['encoder.query.1', 49],
    ] as const) {
      const bound = 1 / Math.sqrt(width);
      expect(range(state.get(`${name}.weight`)!), name).toBeLessThanOrEqual(bound);
      expect(range(state.get(`${name}.weight`)!), name).toBeGreaterThan(0.8 * bound);
      expect(new Set(state.get(`${name}.bias`)), name).toEqual(new Set([0.1]));
    }
    for (const [name, bound] of [
      ['q.2', 3e-3],
      ['v.2', 3e-3],
      ['encoder.query.2', 3e-3],
      ['policy.2', 1e-3],
    ] as const) {
      expect(range(state.get(`${name}.weight`)!), name).toBeLessThanOrEqual(bound);
      expect(range(state.get(`${name}.weight`)!), name).toBeGreaterThan(0.8 * bound);
      expect(range(state.get(`${name}.bias`)!), name).toBeLessThanOrEqual(bound);
    }
    expect(state.get('targetV.0.weight')).toEqual(state.get('v.0.weight'));
    expect(state.get('encoder.key.0.weight')).toEqual(state.get('encoder.query.0.weight'));
    const q = state.get('q.0.weight')!;
    expect(q.slice(0, q.length / 2)).not.toEqual(q.slice(q.length / 2));
  });

  test("a trunk with heads starts by Xavier's rule, so that its posterior hears of the context", () => {
    const hidden = { encoderHidden: [64, 64, 64] };
    const rows = (reward: number) => Float64Array.from({ length: 20 * 6 }, (_, i) => (i % 6 === 5 ? reward : 0.3));
    const moved = (config: AgentConfigInput) => {
      const { agent } = build({ ...hidden, ...config });
      const [low, high] = [agent.posterior(rows(-1)), agent.posterior(rows(1))];
      return Math.hypot(...low.mean.map((value, i) => high.mean[i]! - value));
    };
    const four = moved({});
    expect(four).toBeGreaterThan(1e-5);
    expect(moved({ tcl: { enabled: true } })).toBeGreaterThan(four);
    const state = snapshot(build({ ...hidden, tcl: { enabled: true } }));
    expect(range(state.get('encoder.trunk.0.bias')!)).toBe(0);
    expect(state.get('encoder.key.0.weight')).toEqual(state.get('encoder.query.0.weight'));
  });

  test("Xavier's with learned temperatures: no biases, alpha 1", () => {
    const small = build({ variant: 'twinTarget', hidden: [64, 64], tcl: { enabled: true, similarity: 'bilinear' } });
    const state = snapshot(small);
    expect(range([...state].filter(([name]) => name.endsWith('bias')).flatMap(([, values]) => values))).toBe(0);
    expect(state.get('logAlpha')).toEqual([0, 0, 0, 0]);
    expect(state.get('bilinear')).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const deviation = (values: number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    expect(deviation(state.get('q.1.weight')!)).toBeCloseTo(Math.sqrt(2 / 128), 2);
    expect(deviation(state.get('policy.1.weight')!)).toBeCloseTo(Math.sqrt(2 / 128), 2);
    expect(range(state.get('policy.1.weight')!)).toBeLessThanOrEqual(Math.sqrt(6 / 128));
    expect(state.get('targetQ.0.weight')).toEqual(state.get('q.0.weight'));
  });
});

describe('acting', () => {
  const observations = [0.1, -0.2, 0.3, 1, 2, 3];
  const z = [0.5, -1, 2];

  test('is deterministic or sampled, for one or several observations and one z or one each', () => {
    const { agent } = build();
    const both = agent.act(observations, z, { deterministic: true });
    expect(both).toHaveLength(4);
    const second = agent.act(observations.slice(3), z, { deterministic: true });
    expect(largest([...both.slice(2)], [...second])).toBeLessThan(1e-15);
    expect(agent.act(observations, [...z, ...z], { deterministic: true })).toEqual(both);
    const samples = [agent.act(observations, z), agent.act(observations, z)];
    expect(samples[0]).not.toEqual(samples[1]);
    for (const value of samples.flatMap((sample) => [...sample])) expect(Math.abs(value)).toBeLessThan(1);
    expect(() => agent.act([1, 2], z)).toThrow('observations must be rows of 3 numbers');
    expect(() => agent.act(observations, [...z, ...z, ...z])).toThrow('need one z or one each');
  });

  test('works as well from the exported weights', () => {
    const small = build();
    small.agent.step(fill(small.batch, 1));
    const { layers, actionSize, logStd } = small.agent.policyWeights();
    let h = [...observations.slice(0, 3), ...z];
    layers.forEach(({ weight, bias, inputs, outputs }, i) => {
      const y = Array.from({ length: outputs }, (_, row) =>
        h.reduce((sum, value, column) => sum + value * weight[row * inputs + column]!, bias[row]!),
      );
      h = i < layers.length - 1 ? y.map((value) => Math.max(0, value)) : y;
    });
    const expected = small.agent.act(observations.slice(0, 3), z, { deterministic: true });
    expect(largest(h.slice(0, actionSize).map(Math.tanh), [...expected])).toBeLessThan(1e-6);
    expect(logStd).toEqual({ min: -20, max: 2 });
  });
});

describe('files and settings', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-agent-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['value', 'twinTarget'] as const)('%s: a loaded agent goes on with the same bits', (variant) => {
    const config = { variant, tcl: { enabled: true, similarity: 'bilinear' as const } };
    const original = build(config, { seed: 3 });
    original.agent.step(fill(original.batch, 1));
    saveAgent(path.join(folder, variant), original.agent);
    const loaded = build(config, { seed: 4 });
    loadAgent(path.join(folder, variant), loaded.agent);
    for (const seed of [2, 3]) {
      const losses = [original, loaded].map(({ agent, batch }) => agent.step(fill(batch, seed)).q.item());
      expect(losses[0]).toBe(losses[1]);
    }
    expect(snapshot(loaded)).toEqual(snapshot(original));
    expect(loaded.agent.act([1, 2, 3], [0, 0, 0])).toEqual(original.agent.act([1, 2, 3], [0, 0, 0]));
    expect(() => loadAgent(path.join(folder, variant), build().agent)).toThrow('does not fit');
  });

  test('defaults are those of PEARL', () => {
    expect(agentSchema.parse({})).toMatchObject({
      variant: 'value',
      latent: 5,
      learningRate: 3e-4,
      rewardScale: 5,
      klLambda: 0.1,
      batch: 256,
      metaBatch: 16,
      tcl: { enabled: false, momentum: 0.995 },
    });
    expect(() => agentSchema.parse({ latnet: 3 })).toThrow('latnet');
    expect(() => build({ tcl: { enabled: true } }, { sizes: { ...sizes, tasks: 1 } })).toThrow('tasks 1, metaBatch 3');
  });

  test('says where the reference loss has too few columns for the numbers of tasks: at once, or where windows get short', () => {
    const reference = { enabled: true, reference: true };
    expect(() => build({ tcl: { ...reference, window: 1 } })).toThrow(/3 windows of 1 transitions have 3 for 4 tasks/);
    expect(() => build({ tcl: { ...reference, window: 1, similarity: 'bilinear' } })).not.toThrow();
    const { agent, batch } = build({ tcl: { ...reference, window: 2 } });
    fill(batch, 1).windowTasks[1] = 3;
    batch.windowLength = 1;
    expect(() => agent.step(batch)).toThrow('task 3 is the number of a column, and 3 windows of 1 transitions have 3');
  });

  test('networks keep their memory: gradients become zeros and stay, moving is refused', () => {
    const { agent, batch } = build();
    agent.step(fill(batch, 1));
    agent.networks.zeroGrad();
    expect(agent.networks.critics.gradients.abs().max().item()).toBe(0);
    agent.step(fill(batch, 2));
    expect(agent.networks.critics.gradients.abs().max().item()).toBeGreaterThan(0);
    expect(() => agent.networks.to()).toThrow('stay as they were made');
  });

  test('steps leave no tensors behind', () => {
    const { agent, batch } = build({ tcl: { enabled: true } });
    const step = () => torch.scope(() => void agent.step(fill(batch, 1)));
    step();
    const before = torch.memory().handles;
    for (let i = 0; i < 5; i++) step();
    expect(torch.memory().handles).toBe(before);
  });
});
