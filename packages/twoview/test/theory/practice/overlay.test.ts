// The theory laid over a run: what is predicted from its rows, and when it says nothing.

import { overlaySentences } from 'twoview/report';
import { practice } from 'twoview/theory';
import { resolveConfig } from 'twoview/training';
import { describe, expect, test } from 'vitest';

const { agreement, overlayTheory, runRates } = practice;

const config = (...overrides: string[]) =>
  resolveConfig({ overrides: ['method=byol', 'method.predictor=linear', 'optimizer.momentum=0', ...overrides] });

/** Rows of two modes that obey eqs. 11 and 12 exactly, encoders at `kappa` times the linear rate; `drive` is their target. */
function rows({ kappa = 1, count = 24, lr = 0.01, off = 0 } = {}) {
  const { timePerRate, alphaP, etaP, etaS } = runRates(config())!;
  let [p, s] = [
    [0.2, 0.1],
    [1.5, 0.6],
  ];
  const made = [];
  const time = 5 * lr * timePerRate;
  for (let k = 0; k < count; k++) {
    // At rest p is drive / drag: 1 and 0.5.
    const drag = s.map((value) => 1.2 * value);
    const drive = s.map((value, j) => 1.2 * value * [1, 0.5][j]!);
    if (k > 0) {
      p = p.map((value, j) => {
        const rate = alphaP * drag[j]! + etaP;
        const rest = (alphaP * drive[j]!) / rate;
        return rest + (value - rest) * Math.exp(-rate * time) + off;
      });
    }
    const growth = p.map((value, j) => value * (drive[j]! - drag[j]! * value));
    made.push({
      step: 5 * k + 1,
      lr,
      'theory.s': s,
      'theory.p': p,
      'theory.total': drag,
      'theory.drive': drive,
      'theory.drag': drag,
      'theory.alignment': [1, 1],
    });
    s = s.map((value, j) => value * Math.exp(time * (2 * kappa * (growth[j]! / value) - 2 * etaS)));
  }
  return made;
}

const overlay = (made: ReturnType<typeof rows>, ...overrides: string[]): practice.TheoryOverlay => {
  const found = overlayTheory(config(...overrides), made);
  if ('reason' in found) throw new Error(found.reason);
  return found;
};

describe('the theory laid over a run', () => {
  test('predicts the predictor of rows that obey it, and none that do not', () => {
    const exact = overlay(rows()).p.course!;
    expect(exact.agreement.error).toBeLessThan(1e-9);
    expect(exact.agreement.skill).toBeGreaterThan(1 - 1e-9);
    expect(exact.agreement.within).toBe(1);
    const wrong = overlay(rows({ off: 0.15 })).p.course!;
    expect(wrong.agreement.error).toBeGreaterThan(0.1);
    expect(wrong.agreement.within).toBeLessThan(0.5);
  });

  test('counts time where a schedule moves the learning rate between logged steps', () => {
    const { timePerRate, alphaP, etaP } = runRates(config())!;
    const [drive, drag] = [0.8, 1.1];
    const rate = alphaP * drag + etaP;
    const rest = (alphaP * drive) / rate;
    let p = 0.1;
    const warmup = Array.from({ length: 121 }, (_, i) => {
      const lr = 0.0002 * (i + 1);
      if (i > 0) p = rest + (p - rest) * Math.exp(-rate * lr * timePerRate);
      const modes = { s: [1], p: [p], total: [drag], drive: [drive], drag: [drag], alignment: [1] };
      const measures = Object.entries(modes).map(([name, value]) => [`theory.${name}`, value]);
      return { step: i + 1, lr, ...Object.fromEntries(measures) };
    });
    const logged = warmup.filter((_, i) => i % 10 === 0);
    const found = overlayTheory(config(), logged) as practice.TheoryOverlay;
    expect(found.p.course!.agreement.error).toBeLessThan(1e-12);
  });

  test('finds how many times faster than a linear encoder the modes grow, and forecasts them with it', () => {
    for (const kappa of [1, 4]) {
      const { encoder, s } = overlay(rows({ kappa, lr: 0.0005, count: 60 }));
      expect(encoder!.kappa / kappa).toBeCloseTo(1, 1);
      expect(s.course!.agreement.error).toBeLessThan(0.01);
    }
  });

  test('lets a rate that would be negative be none', () => {
    const shrinking = rows().map((row, k) => ({ ...row, 'theory.s': row['theory.s'].map((s) => s * 0.97 ** k) }));
    expect(overlay(shrinking).encoder!.kappa).toBe(0);
  });

  test('sets a DirectPred predictor by its formula', () => {
    const { law, p } = overlay(rows(), 'method.predictor=directPred', 'method.predictor.epsilon=0.1');
    expect(law).toBe('set from the statistics');
    const total = rows()[3]!['theory.total'] as [number, number];
    expect(p.course!.predicted[3]![0]).toBeCloseTo(1.1, 12);
    expect(p.course!.predicted[3]![1]).toBeCloseTo(Math.sqrt(total[1] / total[0]) + 0.1, 12);
  });

  test.each([
    [['method.predictor.rho=null'], /set from all batches so far \(rho is null\)/],
    [['method.predictor.every=5'], /set every 5 steps and trained between them/],
  ])('remarks what a predictor is compared with that is set from more than the last rows: %s', (overrides, remark) => {
    expect(overlay(rows(), 'method.predictor=directPred').remarks).toEqual([]);
    expect(overlay(rows(), 'method.predictor=directPred', ...overrides).remarks).toEqual([
      expect.stringMatching(remark),
    ]);
  });

  test('has no rates under an optimiser that rescales gradients, and says so', () => {
    const found = overlay(rows(), 'optimizer.name=adam');
    expect([found.p.course, found.s.course]).toEqual([null, null]);
    expect(found.remarks).toEqual([
      'adam rescales gradients: its time is not that of gradient flow, so rates are not predicted',
    ]);
    expect(overlaySentences(found)).toEqual([
      'Predictor and F are aligned to 1 at the end.',
      'Adam rescales gradients: its time is not that of gradient flow, so rates are not predicted.',
    ]);
  });

  test.each([
    [['method.predictor=mlp'], 'the predictor is no matrix: the theory is of linear predictors'],
    [['method.predictor.bias=true'], /the predictor has a bias: the theory is of a matrix alone/],
    [['method.objective=infoNce'], /cosine and mse, not of infoNce/],
    [['method.projector.size=600'], 'embeddings have 600 dimensions, and modes are observed for up to 512'],
  ])('says nothing of %s', (overrides, reason) => {
    expect(overlayTheory(config(...overrides), rows())).toEqual({ reason: expect.stringMatching(reason) });
  });

  test('needs eight logged steps with modes', () => {
    expect(overlayTheory(config(), rows({ count: 7 }))).toEqual({
      reason: 'modes were logged at 7 steps; 8 are needed (training.logEvery)',
    });
    expect(overlayTheory(config(), [{ step: 1, loss: 2 }])).toEqual({
      reason: 'metrics.jsonl has no modes: they were not observed in this run',
    });
  });
});

describe('time and rates of a run', () => {
  test('momentum, gain of the loss and the predictor’s own learning rate enter as the theory says', () => {
    const run = config(
      'optimizer.momentum=0.9',
      'optimizer.weightDecay=0.001',
      'method.objective={"name":"cosine","scale":2}',
      'method.predictorTraining.learningRateFactor=5',
    );
    const rates = runRates(run)!;
    expect(rates.timePerRate).toBeCloseTo(40, 10);
    expect(rates).toMatchObject({ alphaP: 5, etaS: 0.001 / 4 });
    expect(rates.etaP).toBeCloseTo((5 * 0.001) / 4, 12);
  });
});

describe('agreement', () => {
  test('weighs modes, and knows a course in which nothing changes', () => {
    const measured = [
      [1, 1],
      [2, 1],
    ];
    const found = agreement({
      measured,
      predicted: [
        [1, 1],
        [2, 3],
      ],
      weights: [
        [1, 1],
        [3, 1],
      ],
    });
    expect(found.error).toBeCloseTo(2 / 7, 12);
    expect(found.skill).toBeCloseTo(1 - 4 / 9, 12);
    const still = [[1], [1]];
    expect(agreement({ measured: still, predicted: still, weights: still })).toMatchObject({
      error: 0,
      skill: null,
      within: 1,
    });
    const nothing = [[0], [0]];
    expect(agreement({ measured: nothing, predicted: nothing, weights: nothing }).error).toBe(0);
  });
});
