// DirectPred's claims: their arithmetic on made-up numbers, the golden values of closed forms, and what needs a GPU.

import { type Check, type Claim, judge, type RunContext } from 'twoview/reproduce';
import {
  type AlignmentResult,
  alignmentChecks,
  alignmentReference,
  directPred,
  type EscapeTable,
  escapeChecks,
  escapeReference,
  type ImageMeasures,
  imageChecks,
  imageConfig,
  imageVariantNames,
  publishedTables,
  type SgdResult,
  type SgdVariant,
  sgdChecks,
  type ToyRuns,
  toy,
  toyChecks,
  toyReference,
} from 'twoview/reproduce/directpred';
import { describe, expect, test } from 'vitest';

const status = (checks: readonly Check[]) => judge(checks).status;
const failed = (checks: readonly Check[]) => judge(checks).failed ?? [];

const context: RunContext = {
  scale: 'minutes',
  seeds: [0, 1],
  dataFolder: 'nowhere',
  device: 'cpu',
  result: () => Promise.reject(new Error('this claim needs no experiment')),
};
const claim = (id: string): Claim => directPred.claims.find((one) => one.id === id)!;

describe('the list of claims', () => {
  test('begins with E1 to E18, each with a source and what is expected', () => {
    expect(directPred.claims.slice(0, 18).map(({ id }) => id)).toEqual(
      Array.from({ length: 18 }, (_, i) => `E${i + 1}`),
    );
    for (const { statement, source, expected } of directPred.claims)
      for (const text of [statement, source, expected]) expect(text.length).toBeGreaterThan(20);
  });

  test('names its experiments before they run, each with its cost', () => {
    for (const one of directPred.claims)
      for (const { cost, name } of one.experiments(context)) {
        expect(cost).toBeGreaterThan(0);
        expect(name).not.toBe('');
      }
    const count = (id: string) => claim(id).experiments(context).length;
    expect(['E5', 'E11', 'E13', 'E17', 'E18'].map(count)).toEqual([1, 20, 12, 24, 0]);
  });

  test.each(['E1', 'E2', 'E3', 'E4', 'E6', 'E7', 'E8', 'E9', 'E10', 'E14', 'E15'])('%s comes out', async (id) => {
    const verdict = await claim(id).run(context);
    expect(verdict.reason).toBeUndefined();
    expect(verdict.status).toBe('pass');
  });
});

describe('E5', () => {
  /** In the middle of the reference's cells. */
  const reference: EscapeTable = escapeReference.map(({ eta, p0 }) => ({
    eta,
    p0: p0.map((value) => (value === null ? null : value - 0.0005)),
  }));
  const changed = (row: number, column: number, value: number | null): EscapeTable =>
    reference.map(({ eta, p0 }, i) => ({ eta, p0: p0.map((old, j) => (i === row && j === column ? value : old)) }));

  test('holds on the reference, and fails in another cell', () => {
    expect(status(escapeChecks(reference))).toBe('pass');
    expect(failed(escapeChecks(changed(0, 0, 0.0115)))).toContain('η = 0.01, τ = 1');
    expect(failed(escapeChecks(changed(3, 4, 1.2)))).toContain('η = 0.2, β = 0.04');
    expect(failed(escapeChecks(changed(2, 4, null)))).toContain('η = 0.1, β = 0.04');
  });

  test('counts neighbours that are out of order', () => {
    expect(failed(escapeChecks(changed(2, 2, 0.3)))).toContain('pairs out of order');
  });
});

describe('E11', () => {
  const surviving = [10, 8, 5, 0, 8, 7, 4, 0, 10, 6];
  const results: AlignmentResult[] = alignmentReference.map(({ peak, ...settings }, i) => ({
    ...settings,
    seed: 0,
    peaks: [peak, peak],
    surviving: [surviving[i]!, surviving[i]!],
    course: { time: [], commutator: [], alignment: [] },
  }));
  const change = (index: number, by: Partial<AlignmentResult>): AlignmentResult[] =>
    results.map((result, i) => (i === index ? { ...result, ...by } : result));

  test('holds on the reference', () => expect(status(alignmentChecks(results))).toBe('pass'));
  test('fails where a peak is more than a factor of 2 away', () => {
    expect(failed(alignmentChecks(change(0, { peaks: [300, 300] })))).toEqual(['peak at η = 0']);
  });
  test('fails where the order is another, a commutator grows that may not, or as many modes survive', () => {
    expect(failed(alignmentChecks(change(1, { peaks: [120, 120] })))).toEqual(['peak at η = 0 / at η = 0.01']);
    expect(failed(alignmentChecks(change(3, { peaks: [1, 1.1] })))).toEqual([
      'peak at η = 0.12, largest of all starts',
    ]);
    expect(failed(alignmentChecks(change(6, { surviving: [5, 5] })))).toEqual([
      'surviving modes at η = 0.04 - at η = 0.04, β = 0.4',
    ]);
  });
});

describe('E13', () => {
  const eight = (value: number) => Array.from({ length: 8 }, () => value);
  const expected: Record<SgdVariant, [s: number[], p: number[]]> = {
    'η = 0.04': [eight(0.76), eight(0.87)],
    'η = 0.04, EMA γ = 0.996': [eight(0.74), eight(0.86)],
    'no stop-gradient': [eight(1e-9), eight(1e-9)],
    'no predictor': [eight(1e-9), eight(1)],
    'η = 0.2': [
      [0.38, 0.375, 0.37, 0.365, 0, 0, 0, 0],
      [0.6, 0.6, 0.6, 0.6, 0, 0, 0, 0],
    ],
    'η = 0.24': [eight(0), eight(0)],
  };
  const runs = (changes: Partial<typeof expected> = {}): SgdResult[] =>
    Object.entries({ ...expected, ...changes }).map(([variant, [s, p]]) => ({
      variant: variant as SgdVariant,
      seed: 0,
      s,
      p,
      predictorNorm: Math.hypot(...p),
      course: { step: [], sgd: [], flow: [] },
    }));

  test('holds where eigenvalues are as the flow says', () => expect(status(sgdChecks(runs()))).toBe('pass'));
  test('fails where they are not', () => {
    expect(failed(sgdChecks(runs({ 'η = 0.04': [eight(0.78), eight(0.87)] })))).toHaveLength(2);
    expect(failed(sgdChecks(runs({ 'no stop-gradient': [eight(1e-9), eight(0.1)] })))).toHaveLength(1);
    expect(failed(sgdChecks(runs({ 'η = 0.2': [eight(0.375), eight(0.6)] })))).toHaveLength(2);
    expect(failed(sgdChecks(runs({ 'η = 0.24': [eight(0.1), eight(0.1)] })))).toHaveLength(1);
  });
});

describe('E17', () => {
  const row = (name: toy.VariantName, changes: Partial<toy.ToyMeasures> = {}): toy.ToyMeasures[] => {
    const { accuracy, std, effectiveRank, loss } = toyReference[name];
    return [0, 1, 2].map(() => ({
      accuracy: accuracy[1],
      std: std[0],
      effectiveRank: effectiveRank[0],
      loss: loss ?? Number.NaN,
      alignment: 0.995,
      asymmetry: 0,
      ...changes,
    }));
  };
  const runs = (changes: Partial<Record<toy.VariantName, Partial<toy.ToyMeasures>>> = {}): ToyRuns =>
    Object.fromEntries(toy.variantNames.map((name) => [name, row(name, changes[name])])) as unknown as ToyRuns;

  test('holds on the reference', () => expect(status(toyChecks(runs()))).toBe('pass'));
  test.each<[string, Parameters<typeof runs>[0]]>([
    ['an ablation that does not collapse', { 'no-predictor': { std: 0.2 } }],
    ['another row that collapses', { directcopy: { std: 0.01, effectiveRank: 1, loss: -4 } }],
    ['a low rank', { directpred: { effectiveRank: 6 } }],
    ['a trained predictor that is as accurate', { 'sgd-linear': { accuracy: 0.99 } }],
    ['a predictor that is not aligned', { 'sgd-symmetric': { alignment: 0.97 } }],
    ['a run that diverged', { directpred: { std: Number.NaN } }],
  ])('fails with %s', (_, changes) => expect(failed(toyChecks(runs(changes)))).toHaveLength(1));
});

describe('E18', () => {
  const runs = (direct: number, linear: number): ImageMeasures[] =>
    imageVariantNames.map((variant) => ({
      variant,
      best: variant === 'DirectPred' ? direct : linear,
      last: 0.8,
    }));

  test('compares means in percent', () => {
    expect(status(imageChecks(runs(0.852, 0.845)))).toBe('pass');
    expect(failed(imageChecks(runs(0.846, 0.847)))).toEqual(['DirectPred - SGD linear predictor', 'DirectPred']);
    expect(status(imageChecks(runs(Number.NaN, 0.845)))).toBe('fail');
  });

  test('is not run without a GPU and the images, and says what is missing', async () => {
    const verdict = await claim('E18').run({ ...context, scale: 'paper' });
    expect(verdict.status).toBe('notRun');
    expect(verdict.reason).toContain('CUDA');
    expect(verdict.reason).toContain('cifar-10-batches-bin in nowhere');
  });

  test('trains three predictors by the published recipe', () => {
    const configs = imageVariantNames.map((name) => imageConfig(name, 4, { dataFolder: 'data', device: 'cuda' }));
    expect(configs.map(({ method }) => method.predictor.name)).toEqual(['directPred', 'linear', 'mlp']);
    for (const { method, optimizer, training, encoder } of configs) {
      expect(method.target).toMatchObject({ name: 'ema', momentum: 0.996, start: 'random', schedule: 'constant' });
      expect(optimizer).toMatchObject({ name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 4e-4 });
      expect(training).toMatchObject({ epochs: 100, batchSize: 128, seed: 4 });
      expect(encoder).toMatchObject({ name: 'resnet18', stem: 'cifar' });
    }
  });
});

describe('the report', () => {
  const outcomes = directPred.claims.map(({ id }) => ({
    paper: 'directpred',
    claim: id,
    status: 'notRun' as const,
    measured: {},
    threshold: {},
    seconds: 0,
    seeds: [],
  }));
  const input = { context, outcomes, command: 'twoview', environment: {} };

  test('of nothing measured has the phase portraits and the published tables', () => {
    const { page, tables } = directPred.report({ ...input, known: () => undefined });
    expect(page).toContain('One mode at a fixed target');
    expect(page).toContain('77.86 ± 0.16');
    expect(tables).toEqual(publishedTables.map(({ table }) => table));
  });

  test('puts what was measured beside what it is compared with', () => {
    const { result } = { result: escapeReference };
    const { tables, page } = directPred.report({
      ...input,
      known: <R>({ name }: { name: string }) => (name.startsWith('escape') ? (result as R) : undefined),
    });
    expect(tables[0]?.rows[1]?.cells).toEqual(['0.011', '0.011', '0.011', '0.012', '0.013']);
    expect(page).toContain('Escape thresholds');
  });
});
