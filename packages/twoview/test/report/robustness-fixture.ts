/** A made-up but plausible measurement of robustness: numbers that fall with the radius, and pictures of stripes. */
import type { AdversarialExample, Pixels, RobustnessReport } from '../../src/report/index.js';
import { stripes } from './fixture.js';

export const classes = ['aeroplane', 'ship', 'horse', 'frog'];

/** Stripes in [0, 1], every value moved up or down by `eps`. */
export function moved(kind: number, eps: number): Pixels {
  const { width, height, pixels } = stripes(kind);
  const values = Float32Array.from(
    pixels,
    (_, i) => 0.1 + (0.8 * pixels[3 * (i % 1024) + Math.floor(i / 1024)]!) / 255 + (i % 3 === 0 ? -eps : eps),
  );
  return { width, height, values };
}

const radii = [2, 4, 8, 16].map((levels) => levels / 255);

function example(kind: number): AdversarialExample {
  const [label, other] = [classes[kind]!, classes[(kind + 1) % 4]!];
  return {
    image: moved(kind, 0),
    adversarial: moved(kind, 8 / 255),
    label,
    before: { label: kind === 3 ? other : label, confidence: 0.98 },
    after: { label: kind === 0 ? label : other, confidence: 0.61 },
    ...(kind < 2 && {
      radii: radii.map((radius) => ({
        radius,
        adversarial: moved(kind, radius),
        prediction: { label: radius > 5 / 255 ? other : label },
      })),
    }),
  };
}

/** Rows of a training run in which robust accuracy rises and falls again. */
export function adversarialRows(steps = 400): NonNullable<RobustnessReport['rows']> {
  return Array.from({ length: steps }, (_, i) => {
    const t = (i + 1) / steps;
    return {
      step: i + 1,
      loss: 5 - t,
      'loss.contrastive': 4 - t,
      'loss.adversarial': 2.2 - t,
      'natural.batch': 0.2 + 0.6 * t,
      'adversarial.batch': 0.2 + 0.4 * t,
      'kept.positives': 0.1 + 0.33 * t,
      'kept.negatives': 0.3 - 0.24 * t,
      ...((i + 1) % 20 === 0 && {
        'natural.validation': 0.3 + 0.5 * t,
        'robust.validation': 0.2 + 0.4 * t - 0.1 * t * t,
        'divergence.intra': 0.5 - 0.1 * t,
        'divergence.inter': 0.7,
        'divergence.relative': (0.5 - 0.1 * t) / 0.7,
      }),
    };
  });
}

const square = (of: (a: number, b: number) => number) => classes.map((_, a) => classes.map((__, b) => of(a, b)));
const values = (intra: number, inter: number) => ({ intra, inter, relative: intra / inter });

/** Everything that the page can say. */
export function fakeRobustness(): RobustnessReport {
  return {
    dataset: 'CIFAR-10',
    method: 'ascl',
    encoder: 'ResNet-18',
    checkpoint: 'step 46,800',
    created: '2026-01-31T12:34:56Z',
    seed: 3,
    classes,
    ball: { norm: 'linf', eps: 8 / 255 },
    images: 1000,
    naturalAccuracy: 0.828,
    attacks: [
      { name: 'FGSM', settings: 'one step', accuracy: 0.58, seconds: 2 },
      { name: 'PGD-200', settings: 'step 0.007, 5 random starts, cross-entropy', accuracy: 0.529, seconds: 1240 },
    ],
    ensemble: [
      { name: 'APGD-CE', settings: '100 steps', accuracy: 0.512, fell: 316, seconds: 400 },
      { name: 'Square', accuracy: 0.488, fell: 24 },
    ],
    radius: {
      attack: 'PGD-50',
      points: radii.map((radius) => ({
        radius,
        accuracy: 0.8 * Math.exp(-40 * radius),
        cosine: values(0.3 + 4 * radius, 0.7),
        l2: values(2 + 10 * radius, 4),
      })),
    },
    latents: {
      benign: { cosine: values(0.27, 0.73), l2: values(1.9, 4) },
      adversarial: { cosine: values(0.4, 0.7), l2: values(2.4, 3.9) },
      byClass: {
        distance: 'cosine',
        adversarial: square((a, b) => (a === b ? 0.4 : 0.6 + 0.02 * (a + 2 * b))),
        benign: square((a, b) => (a === b ? 0.2 : 0.7)),
      },
    },
    confusion: {
      adversarial: square((a, b) => (a === b ? 130 : a === 0 && b === 1 ? 90 : 15)),
      benign: square((a, b) => (a === b ? 220 : 10)),
    },
    masking: [
      { name: 'more steps', measured: '52.9 %', expected: 'at most 2 points less', holds: true, why: 'PGD converged.' },
      { name: 'black box', measured: '51 %', expected: 'above 52.9 %', holds: false, why: 'Transfer is weaker.' },
      { name: 'noise', measured: '–', expected: 'below 1 point', holds: null, why: 'It was not asked for.' },
    ],
    examples: [0, 1, 2, 3].map(example),
    rows: adversarialRows(),
    command: 'twoview robustness runs/ascl-0 --radius 2,4,8,16',
    settings: { attack: { steps: 200 } },
    environment: { node: '20.20.0', threads: 2 },
  };
}
