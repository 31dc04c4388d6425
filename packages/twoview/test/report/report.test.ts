import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { type RunReport, renderComparisonReport, renderRunReport, writeReport } from '../../src/report/index.js';
import { fakeRun, stripes, untrainedArm } from './fixture.js';

vi.setConfig({ testTimeout: 30_000 }); // drawing takes a second or more on a busy machine
const read = (page: string) => parseHTML(page).document;
type Doc = ReturnType<typeof read>;
const text = (document: Doc, selector: string) =>
  document.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim();
const texts = (document: Doc, selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent?.replace(/\s+/g, ' ').trim() ?? '');

describe('the report of a run', () => {
  it('says what was trained, how it came out, and how it compares with the untrained encoder', async () => {
    const document = read(await renderRunReport(fakeRun()));
    expect(text(document, 'h1')).toBe('directpred on CIFAR-10');
    expect(text(document, 'header .badge')).toBe('✓ healthy');
    expect(text(document, '.verdict p')).toContain('nothing points to a collapse');
    const cards = texts(document, '.card');
    expect(cards.map((card) => card.replace(/[\d.<].*/, ''))).toEqual([
      'kNN accuracy',
      'linear accuracy',
      'effective rank of h',
      'effective rank of z',
      'spread of z',
      'views per second',
      'duration',
    ]);
    expect(cards[0]).toMatch(/^kNN accuracy6\d\.\d\s%untrained 29\.2\s% \+3\d(\.\d)? points$/);
    expect(cards.at(-1)).toBe('duration13 min');
  });

  it('draws every figure with a title, a caption and a description of what it shows', async () => {
    const document = read(await renderRunReport(fakeRun()));
    expect(texts(document, '.chart h3')).toEqual([
      'Loss',
      'Accuracy on labelled images',
      'Effective rank',
      'Spread of the embeddings',
      'Predictor and embeddings',
      'Spectrum of the projection z',
      'Learning rate',
      'Speed',
      'PCA map',
    ]);
    for (const chart of document.querySelectorAll('.chart')) {
      expect(chart.querySelector('svg[role=img]')?.getAttribute('aria-label')?.length).toBeGreaterThan(20);
      expect(chart.querySelector('figcaption')?.textContent?.length).toBeGreaterThan(10);
    }
    const accuracy = document.querySelectorAll('.chart')[1]!.querySelector('svg')!.getAttribute('aria-label');
    expect(accuracy).toMatch(
      /kNN: from 30\.\d\s% at step 1 to 6\d\.\d\s% at step 2\s000\..*kNN, untrained: 29\.2\s%.*guessing: 10\.0\s%/,
    );
  });

  it('marks neighbours right or wrong by sign, colour and words', async () => {
    const document = read(await renderRunReport(fakeRun()));
    expect(document.querySelectorAll('.neighbours')).toHaveLength(4);
    const right = document.querySelectorAll('.tile.right').length;
    const wrong = document.querySelectorAll('.tile.wrong').length;
    expect(right + wrong).toBe(32);
    expect(text(document, '#neighbours .hint')).toContain(`${right} of 32 are of the right class`);
    expect(document.querySelector('.tile.wrong .mark')?.textContent).toBe('✗');
    expect(document.querySelector('.tile.right img')?.getAttribute('alt')).toMatch(
      /^Neighbour \d, aeroplane, similarity 0\.\d\d, right class$/,
    );
  });

  it('tells how to do it again, with the configuration and the environment', async () => {
    const document = read(await renderRunReport(fakeRun()));
    expect(texts(document, 'pre.command')).toEqual([
      'twoview train runs/a/config.yaml --out runs/b',
      'twoview resume runs/a',
    ]);
    expect(document.querySelector('#configuration pre')?.textContent).toContain('predictor:\n    kind: directPred');
    expect(text(document, '#environment table')).toContain('blas.core SKYLAKEX'.replace(' ', ''));
    expect(document.querySelector('#missing')).toBeNull();
  });

  it('leaves out what it was not given, and says why', async () => {
    const document = read(
      await renderRunReport({
        name: 'a',
        method: 'simclr',
        dataset: 'photos',
        rows: [],
        reasons: { map: 'fewer than ten images were evaluated' },
      }),
    );
    expect(texts(document, 'main > section').map((s) => s.slice(0, 9))).toEqual(['Not shown']);
    expect(texts(document, '.missing li')).toEqual([
      'Training: not recorded in this run',
      'Spectrum: not recorded in this run',
      'Nearest neighbours: not recorded in this run',
      'Map of the embeddings: fewer than ten images were evaluated',
      'What training sees: not recorded in this run',
      'Do it again: not recorded in this run',
      'Configuration: not recorded in this run',
      'Environment: not recorded in this run',
    ]);
    expect(text(document, '.badge')).toBe('– not judged');
  });

  it('lays the theory over the run where it says something, and says why where it does not', async () => {
    const steps = [1, 20, 40, 60];
    const modes = steps.map((step) => [2 - 1 / step, 1 - 1 / (2 * step)]);
    const agreement = { error: 0.02, skill: 0.99, within: 1 };
    const course = { measured: modes, predicted: modes, agreement };
    const theory: NonNullable<RunReport['theory']> = {
      law: 'gradient flow',
      steps,
      p: { measured: modes, course },
      s: { measured: modes, from: 2, course: { measured: modes.slice(2), predicted: modes.slice(2), agreement } },
      alignment: [0.2, 0.9, 0.95, 0.99],
      rates: { timePerRate: 40, alphaP: 1, etaP: 1e-4, etaS: 1e-4 },
      encoder: { kappa: 3, eta: 1e-4 },
      remarks: [],
    };
    const document = read(await renderRunReport({ ...fakeRun(), theory }));
    expect(texts(document, '#theory .chart h3')).toEqual([
      'Eigenvalues p of the predictor',
      'Eigenvalues s of F',
      'Alignment',
    ]);
    expect(texts(document, '#theory li')[0]).toMatch(/off by 2 % on average, within 10 % at 100 % .* explains 99 %/);
    expect(document.querySelectorAll('#theory [stroke-dasharray]').length).toBeGreaterThan(2);
    const reasons = { theory: 'the predictor is no matrix' };
    const other = read(await renderRunReport({ ...fakeRun(), reasons }));
    expect(texts(other, '.missing li')).toEqual(['Theory and practice: the predictor is no matrix']);
  });

  it('draws the covariance operator layer by layer where it was tracked', async () => {
    const rows = [0, 10, 20].map((step) => ({
      step,
      'covariance.encoder.body.0.norm': 1 + step,
      'covariance.encoder.body.0.ratio': 0.1 + step / 50,
      'covariance.encoder.body.0.effectiveRank': 3,
      'covariance.projector.3.norm': 2 + step,
    }));
    const document = read(await renderRunReport({ ...fakeRun(), rows }));
    expect(texts(document, '#covariance .chart h3')).toEqual([
      'Signal that augmentation keeps',
      'Norm of the covariance operator',
      'Directions that weights are pushed in',
    ]);
    expect(texts(document, '#covariance .legend')[1]).toBe('encoder.body.0projector.3');
    expect(read(await renderRunReport(fakeRun())).querySelector('#covariance')).toBeNull();
  });

  it('draws a loss that stops being a number, and short and constant curves', async () => {
    const rows = [Number.NaN, 1, 1, Number.POSITIVE_INFINITY].map((loss, i) => ({
      step: i + 1,
      loss,
      'z.spectrum': [0, 0],
    }));
    const page = await renderRunReport({ name: 'a', method: 'm', dataset: 'd', rows });
    expect(texts(read(page), '.chart h3')).toEqual(['Loss', 'Spectrum of the projection z']);
    expect(page.slice(page.indexOf('<svg'))).not.toMatch(/d="[^"]*NaN/);
  });

  it('shows text as text, whatever it contains', async () => {
    const evil = '"><script>alert(1)</script>&amp;';
    const run = fakeRun();
    const page = await renderRunReport({
      ...run,
      name: evil,
      method: evil,
      dataset: evil,
      verdict: { state: 'warning', label: evil, sentence: evil },
      neighbours: {
        space: evil,
        queries: [{ picture: stripes(0), label: evil, neighbours: [{ picture: stripes(1), label: evil }] }],
      },
      map: {
        method: evil,
        points: [
          { x: 0, y: 0, label: evil },
          { x: 1, y: 1, label: 'b' },
        ],
      },
      config: { [evil]: evil },
      environment: { [evil]: evil },
      commands: { rerun: evil },
    });
    expect(page).not.toContain('<script');
    expect(text(read(page), 'h1')).toBe(`${evil} on ${evil}`);
  });
});

describe('pictures', () => {
  it('keep small pixels exactly, in either layout, and shrink photographs', async () => {
    const small = stripes(1, 32);
    const planar = new Uint8Array(small.pixels.length);
    for (let i = 0; i < 32 * 32; i += 1) for (let c = 0; c < 3; c += 1) planar[c * 1024 + i] = small.pixels[3 * i + c]!;
    const page = await renderRunReport({
      name: 'a',
      method: 'm',
      dataset: 'd',
      rows: [],
      views: [{ original: small, views: [{ ...small, pixels: planar, layout: 'chw' }, stripes(2, 300)] }],
    });
    const images = [...read(page).querySelectorAll('img')];
    const decoded = await Promise.all(
      images.map((img) =>
        sharp(Buffer.from(img.getAttribute('src')!.split(',')[1]!, 'base64'))
          .raw()
          .toBuffer({ resolveWithObject: true }),
      ),
    );
    expect(Buffer.compare(decoded[0]!.data, Buffer.from(small.pixels))).toBe(0);
    expect(Buffer.compare(decoded[1]!.data, decoded[0]!.data)).toBe(0);
    expect(images.map((img) => img.classList.contains('pixels'))).toEqual([true, true, false]);
    expect(decoded[2]!.info.width).toBe(192);
  });

  it('whose bytes do not fit their size are refused', async () => {
    const torn = { ...stripes(0), width: 33 };
    const run = { name: 'a', method: 'm', dataset: 'd', rows: [], views: [{ original: torn, views: [] }] };
    await expect(renderRunReport(run)).rejects.toThrow('A picture of 33×32 needs 3168 bytes of RGB, but has 3072.');
  });
});

describe('a comparison', () => {
  const options = {
    title: 'Why siamese networks do not collapse',
    lead: ['Three encoders saw the same images.', 'Only one learned.'],
    claims: [
      { claim: 'it collapses', expected: 'spread below 0.05', measured: '0.01', status: 'pass' as const },
      { claim: 'it learns', expected: '60 %', measured: 'too short', status: 'notRun' as const },
    ],
    command: 'twoview demo',
  };

  it('puts the arms side by side: verdicts, numbers, curves, neighbours of the same images', async () => {
    const document = read(await renderComparisonReport([untrainedArm(), fakeRun(), fakeRun(true)], options));
    expect(text(document, 'h1')).toBe(options.title);
    expect(texts(document, '.arm .badge')).toEqual(['– not trained', '✓ healthy', '✗ collapsed']);
    expect(texts(document, '#claims tbody .badge')).toEqual(['✓ holds', '– not run']);
    const rows = [...document.querySelectorAll('#results tbody tr')].map((row) =>
      texts(row as unknown as Doc, 'th, td'),
    );
    expect(rows.find(([name]) => name === 'effective rank of z')).toEqual([
      'effective rank of z',
      '14.6',
      '49.5',
      '1.00',
    ]);
    expect(rows.find(([name]) => name === 'loss')?.[1]).toBe('–');
    expect(texts(document, '.chart h3')).toEqual([
      'Loss',
      'kNN accuracy',
      'Linear accuracy',
      'Effective rank of z',
      'Spread of z',
      'Spectrum of z',
    ]);
    expect(document.querySelectorAll('.arm-group')).toHaveLength(4);
    expect(texts(document, '.arm-group:first-child .arm-name')).toEqual([
      'untrained',
      'DirectPred',
      'no stop-gradient',
    ]);
  });

  it('shows an untrained arm as a dashed line, in grey', async () => {
    const document = read(await renderComparisonReport([untrainedArm(), fakeRun()], options));
    const legend = [...document.querySelectorAll('.chart')][1]!.querySelectorAll('.legend .swatch');
    expect([...legend].map((swatch) => swatch.className)).toEqual(['swatch line', 'swatch dashed']);
    expect(legend[1]!.getAttribute('style')).toBe('color:var(--muted)');
  });

  it('of nothing is refused', async () => {
    await expect(renderComparisonReport([], options)).rejects.toThrow('needs at least one run');
  });
});

it('a report is written as report.html, in place of an older one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'twoview-report-'));
  try {
    writeReport(join(dir, 'new'), 'old');
    expect(writeReport(join(dir, 'new'), 'new')).toBe(join(dir, 'new', 'report.html'));
    expect(readdirSync(join(dir, 'new'))).toEqual(['report.html']);
    expect(readFileSync(join(dir, 'new', 'report.html'), 'utf8')).toBe('new');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
