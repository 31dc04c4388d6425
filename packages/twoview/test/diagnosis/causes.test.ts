// Causes: the rule that each flawed configuration calls for, and changes that are valid configurations.
import { type Cause, type CauseInput, estimateWeightDecay, probableCauses } from 'twoview/diagnosis';
import { presets } from 'twoview/methods';
import { type Config, resolveConfig } from 'twoview/training';
import { describe, expect, test } from 'vitest';

const configOf = (method: string, ...overrides: string[]): Config => resolveConfig({ method, overrides });

/** Applies a cause's change to its configuration, as the command would; throws where it is none. */
function applied(config: Config, { change }: Cause): Config {
  return resolveConfig({ file: config, overrides: change.split(' ') });
}

const pairs = { images: 100, views: 2, alignment: 0.5, viewDistance: 0.5, augmentationVariance: 1, lidar: null };
const [complete, dimensional] = [{ z: 'complete collapse' }, { z: 'dimensional collapse' }] as const;

const cases: [name: string, slot: Cause['slot'], input: CauseInput, why: RegExp][] = [
  [
    'no predictor behind a stop-gradient',
    'predictor',
    { config: configOf('simsiam', 'method.predictor=identity', 'method.projector.lastNorm=none'), verdict: complete },
    /stop-gradient alone/,
  ],
  [
    'no predictor before a moving average',
    'predictor',
    { config: configOf('byol', 'method.predictor=identity'), verdict: complete },
    /moving average alone/,
  ],
  [
    'a gradient through the target',
    'target',
    { config: configOf('directpred', 'method.target=online'), verdict: complete },
    /through the target/,
  ],
  ['a plain siamese network', 'target', { config: configOf('siamese'), verdict: complete }, /Hua et al\. 2021/],
  [
    'BatchNorm alone',
    'normalizer',
    { config: configOf('siamese-bn'), verdict: dimensional, measures: { offDiagonalCorrelation: 0.99 } },
    /0\.99/,
  ],
  [
    'BatchNorm at the end of the projector alone',
    'normalizer',
    { config: configOf('siamese', 'method.projector.lastNorm=plain'), verdict: dimensional },
    /variance of each axis/,
  ],
  [
    'fixed groups',
    'normalizer',
    {
      config: configOf('dbn', 'method.normalizer.groups=16'),
      verdict: { z: 'healthy' },
      measures: { participationRatio: 8.1 },
    },
    /16 fixed groups of 8 axes.*8\.1/,
  ],
  [
    'a large whitening epsilon',
    'normalizer',
    { config: configOf('dbn', 'method.normalizer.epsilon=0.01'), verdict: complete },
    /epsilon 0\.01/,
  ],
  [
    'a group wider than the batch allows',
    'normalizer',
    {
      config: configOf('shuffled-dbn', 'method.normalizer.groups=1', 'training.batchSize=128'),
      verdict: { z: 'diverged' },
    },
    /128 axes .* 128 samples/,
  ],
  [
    'a slice smaller than its axes allow',
    'normalizer',
    { config: configOf('w-mse', 'training.batchSize=64'), verdict: { z: 'diverged' } },
    /64 axes .* 64 samples/,
  ],
  [
    'a linear predictor',
    'predictor',
    {
      config: configOf('byol', 'method.predictor=linear'),
      verdict: dimensional,
      measures: { participationRatio: 1.6 },
    },
    /two or three \(1\.6 here\)/,
  ],
  [
    'a symmetric predictor without an average',
    'predictor',
    {
      config: configOf(
        'simsiam',
        'method.predictor={"name":"linear","symmetric":true}',
        'method.projector.lastNorm=none',
      ),
      verdict: complete,
    },
    /symmetric/,
  ],
  [
    'DirectPred without epsilon',
    'predictor',
    { config: configOf('directpred', 'method.predictor.epsilon=0'), verdict: dimensional },
    /epsilon 0/,
  ],
  [
    'weight decay above the critical one',
    'weightDecay',
    { config: configOf('directpred', 'optimizer.weightDecay=0.1'), verdict: complete, measures: { norm: 6 }, pairs },
    /eta 0\.9 .*eta_crit .* is 0\.125/,
  ],
  [
    'a moving average slower than the run',
    'ema',
    { config: configOf('byol', 'method.target.momentum=0.9999'), verdict: dimensional, totalSteps: 1000 },
    /10000 steps and the run has 1000/,
  ],
  [
    'views that are nearly equal',
    'augmentation',
    { config: configOf('byol'), verdict: dimensional, untrainedPairs: { ...pairs, viewDistance: 0.01 } },
    /0\.01 of the distance/,
  ],
  [
    'views with nothing in common',
    'augmentation',
    { config: configOf('byol'), verdict: dimensional, pairs: { ...pairs, viewDistance: 0.97 } },
    /little in common/,
  ],
  [
    'a narrow projector',
    'projector',
    { config: configOf('byol', 'method.projector.size=4'), verdict: dimensional },
    /4 dimensions, fewer than 8/,
  ],
  [
    'fewer dimensions than classes',
    'projector',
    { config: configOf('byol', 'method.projector.size=64'), verdict: dimensional, classes: 100 },
    /the 100 classes/,
  ],
  [
    'a learning rate that diverges',
    'learningRate',
    { config: configOf('byol', 'optimizer.learningRate=3'), verdict: { z: 'diverged' } },
    /learning rate 3/,
  ],
  [
    'VICReg without variance',
    'objective',
    { config: configOf('vicreg', 'method.objective.variance=0'), verdict: complete },
    /variance is 0/,
  ],
  [
    'Barlow Twins without lambda',
    'objective',
    { config: configOf('barlow', 'method.objective.lambda=0'), verdict: dimensional },
    /copying/,
  ],
];

describe('each flaw is the first cause named, and its change is a valid configuration without it', () => {
  test.each(cases)('%s', (_, slot, input, why) => {
    const causes = probableCauses(input);
    expect(causes[0]).toMatchObject({ slot });
    expect(causes[0]!.why).toMatch(why);
    for (const cause of causes) {
      expect(cause.confidence).toBeGreaterThan(0);
      expect(cause.confidence).toBeLessThanOrEqual(1);
      const config = applied(input.config, cause);
      if (/BatchNorm|predictor|target|groups|epsilon|lambda|variance|decay/.test(cause.change) && cause === causes[0]) {
        const next = probableCauses({ ...input, config });
        expect(next.map(({ why: reason }) => reason)).not.toContain(cause.why);
      }
    }
  });
});

test('published methods have no flaw while they are healthy, but the baselines that are meant to collapse', () => {
  const flawed = presets
    .map(({ name }) => name)
    .filter(
      (name) =>
        probableCauses({ config: configOf(name, 'training.batchSize=256'), verdict: { z: 'healthy', h: 'healthy' } })
          .length > 0,
    );
  expect(flawed.sort()).toEqual(['siamese', 'siamese-bn']);
});

test('before anything shows, a flaw is named with little confidence', () => {
  const config = configOf('byol', 'method.predictor=identity');
  const [early] = probableCauses({ config, verdict: { z: 'too early' } });
  const [late] = probableCauses({ config, verdict: complete });
  expect(early!.confidence).toBeLessThan(0.35);
  expect(late!.confidence).toBeGreaterThan(0.9);
});

test('contrastive methods are not told that they need a predictor', () => {
  expect(probableCauses({ config: configOf('simclr'), verdict: complete })).toEqual([]);
});

describe('the weight-decay estimate', () => {
  test('in the units of the theory for the squared distance', () => {
    const config = configOf(
      'siamese',
      'optimizer.weightDecay=0.2',
      'method.objective.scale=0.5',
      'method.pairing=asymmetric',
    );
    // scale 1/2 of a squared distance in one direction is J itself.
    expect(estimateWeightDecay(config, 0.1, 7)).toEqual({
      augmentationVariance: 0.1,
      critical: expect.closeTo(1 / 4.4, 12),
      eta: expect.closeTo(0.2, 12),
      criticalConfigured: expect.closeTo(1 / 4.4, 12),
    });
  });

  test('a cosine of two directions, each counted twice, at length 2', () => {
    const found = estimateWeightDecay(configOf('directpred', 'optimizer.weightDecay=0.01'), 1, 2)!;
    expect(found.eta).toBeCloseTo(0.01, 12); // 0.01 * 2^2 / (2 * 2)
    expect(found.critical).toBeCloseTo(0.125, 12);
  });

  test('says nothing of another optimiser, a standardised z or a contrastive objective', () => {
    expect(estimateWeightDecay(configOf('directpred', 'optimizer=adamw'), 1, 2)).toBeNull();
    expect(estimateWeightDecay(configOf('simsiam'), 1, 2)).toBeNull();
    expect(estimateWeightDecay(configOf('simclr'), 1, 2)).toBeNull();
  });
});
