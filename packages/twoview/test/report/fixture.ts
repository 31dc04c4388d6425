/** A made-up but plausible run: curves that rise, or collapse, and pictures of coloured stripes. */
import type { AugmentedSample, Neighbours, Picture, RunReport } from '../../src/report/index.js';

/** A small generator, so that every test sees the same run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A picture whose stripes tell its class. */
export function stripes(kind: number, size = 32, seed = 1): Picture {
  const random = generator(seed);
  const pixels = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i += 1) {
    const wave = Math.sin(((i % size) * (kind + 1) + Math.floor(i / size) * (3 - kind)) / 4);
    for (let c = 0; c < 3; c += 1) pixels[3 * i + c] = 128 + 80 * wave * (c === kind % 3 ? 1 : 0.4) + 30 * random();
  }
  return { width: size, height: size, pixels, layout: 'hwc' };
}

const classes = ['aeroplane', 'ship', 'horse', 'frog'];

function neighbours(share: number): Neighbours {
  const random = generator(7);
  return {
    space: 'encoder output h, by cosine similarity',
    queries: classes.map((label, kind) => ({
      picture: stripes(kind, 32, kind + 1),
      label,
      neighbours: Array.from({ length: 8 }, (_, i) => {
        const other = random() < share ? kind : (kind + 1 + i) % classes.length;
        return { picture: stripes(other, 32, 10 * kind + i), label: classes[other]!, similarity: 0.98 - 0.02 * i };
      }),
    })),
  };
}

/** A run of `steps` steps that stays healthy or collapses. */
export function fakeRun(collapses = false, steps = 2000): RunReport {
  const random = generator(3);
  const rows: RunReport['rows'][number][] = [];
  for (let step = 1; step <= steps; step += 1) {
    const t = step / steps;
    const learned = 1 - Math.exp(-4 * t);
    const fall = collapses ? Math.exp(-25 * t) : 1;
    rows.push({
      step,
      epoch: t * 10,
      time: step * 0.1,
      loss: collapses
        ? -1 + 0.8 * Math.exp(-30 * t) + 0.01 * random()
        : -0.1 - 0.75 * learned + 0.12 * (random() - 0.5),
      lr: 0.03 * Math.min(1, t / 0.05) * 0.5 * (1 + Math.cos(Math.PI * t)),
      viewsPerSecond: 610 + 20 * random(),
      ...(step === 1 || step % (steps / 20) === 0
        ? {
            knn: collapses ? 0.29 - 0.11 * (1 - fall) + 0.01 * random() : 0.3 + 0.32 * learned + 0.01 * random(),
            linear: collapses ? 0.38 - 0.12 * (1 - fall) + 0.01 * random() : 0.38 + 0.33 * learned + 0.01 * random(),
            'h.effectiveRank': collapses ? 1 + 40 * fall : 40 + 70 * learned,
            'z.effectiveRank': collapses ? 1 + 20 * fall : 20 + 30 * learned,
            'h.std': collapses ? 0.6 * fall : 0.6 + 0.2 * learned,
            'z.std': collapses ? 0.01 + 0.8 * fall : 0.8 + 0.15 * learned,
            'predictor.alignment': 0.3 + 0.68 * learned,
            'predictor.asymmetry': 0.9 - 0.8 * learned,
            'z.spectrum': Array.from({ length: 128 }, (_, i) =>
              collapses ? (i === 0 ? 1 : fall * Math.exp(-i / 12) + 1e-7) : Math.exp(-i / (12 + 26 * learned)) + 1e-4,
            ),
          }
        : {}),
    });
  }
  return {
    name: collapses ? 'no stop-gradient' : 'DirectPred',
    method: collapses ? 'siamese' : 'directpred',
    dataset: 'CIFAR-10',
    encoder: 'ResNet-18, CIFAR stem',
    created: '2026-01-31T12:34:56Z',
    chance: 0.1,
    dimensions: { h: 512, z: 128 },
    verdict: collapses
      ? {
          state: 'collapsed',
          label: 'collapsed',
          sentence: 'Every image is mapped to almost the same point: the encoder tells nothing apart.',
          evidence: ['spread of z is 0.01 (healthy: near 1)', 'effective rank of z is 1.0 of 128'],
        }
      : {
          state: 'healthy',
          label: 'healthy',
          sentence: 'The embeddings stay spread out and use many directions; nothing points to a collapse.',
          evidence: ['spread of z is 0.95 (healthy: near 1)', 'effective rank of z is 49 of 128'],
        },
    rows,
    results: { durationSeconds: 754 },
    untrained: { knn: 0.292, linear: 0.381, 'h.effectiveRank': 9.3, 'z.effectiveRank': 14.6, 'z.std': 0.82 },
    neighbours: neighbours(collapses ? 0.2 : 0.85),
    views: Array.from(
      { length: 3 },
      (_, i): AugmentedSample => ({
        original: stripes(i, 96),
        views: [stripes(i, 96, 5), stripes(i, 96, 6)],
      }),
    ),
    map: {
      method: 'PCA',
      points: Array.from({ length: 600 }, (_, i) => ({
        x: 3 * Math.cos(i % 4) + 2 * (random() + random() - 1),
        y: 3 * Math.sin(2 * (i % 4)) + 2 * (random() + random() - 1),
        label: classes[i % 4]!,
      })),
    },
    config: {
      method: { preset: 'directpred', predictor: { kind: 'directPred', rho: 0.3, epsilon: 0.1 } },
      training: { epochs: 10 },
    },
    commands: { rerun: 'twoview train runs/a/config.yaml --out runs/b', resume: 'twoview resume runs/a' },
    environment: {
      node: '20.20.0',
      libtorch: '1.13.1',
      threads: 2,
      blas: { name: 'OpenBLAS', core: 'SKYLAKEX' },
      argv: ['twoview', 'train'],
    },
  };
}

/** An encoder that was never trained, as an arm of a comparison. */
export function untrainedArm(): RunReport {
  return {
    name: 'untrained',
    method: 'none',
    dataset: 'CIFAR-10',
    rows: [],
    results: { knn: 0.292, linear: 0.381, 'h.effectiveRank': 9.3, 'z.effectiveRank': 14.6, 'z.std': 0.82 },
    neighbours: neighbours(0.4),
    verdict: {
      state: 'unknown',
      label: 'not trained',
      sentence: 'Random weights: the floor that training has to beat.',
    },
  };
}
