// The page of robustness and its room in a run's report: what is said, drawn, described, left out and refused.
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { type RobustnessReport, renderRobustnessReport, renderRunReport } from '../../src/report/index.js';
import { type Doc, label, read, text, texts } from './document.js';
import { fakeRun } from './fixture.js';
import { adversarialRows, fakeRobustness, moved } from './robustness-fixture.js';

vi.setConfig({ testTimeout: 30_000 }); // drawing takes a second or more on a busy machine
const rowsOf = (document: Doc, id: string) =>
  [...document.querySelectorAll(`#${id} tbody tr`)].map((row) => texts(row as unknown as Doc, 'th, td'));
const render = async (change: Partial<RobustnessReport>) =>
  read(await renderRobustnessReport({ dataset: 'CIFAR-10', method: 'ascl', ...change }));

describe('the page of robustness', () => {
  const page = renderRobustnessReport(fakeRobustness());
  const document = async () => read(await page);

  it('says first how many images stay classified correctly, within which ball, and how far that can be trusted', async () => {
    const doc = await document();
    expect(text(doc, 'h1')).toBe('ascl on CIFAR-10');
    expect(texts(doc, '.meta span')).toEqual([
      'ResNet-18',
      'step 46,800',
      '1 000 images',
      'L∞ ball of radius 8/255',
      'seed 3',
      '2026-01-31 12:34',
    ]);
    const [accuracies, masking] = texts(doc, '.lead');
    expect(accuracies).toBe(
      'Of 1 000 images, classified correctly: 82.8 % without attack; 52.9 % under PGD-200, which leaves least of the single attacks; 48.8 % under all attacks of the ensemble together. Attacks stay in the L∞ ball of radius 8/255. A robust accuracy is an upper bound: a stronger attack may leave less.',
    );
    expect(masking).toMatch(/^1 of 2 checks against gradient masking fails/);
    expect(texts(doc, '.card')).toEqual([
      'natural accuracy82.8 %without attack',
      'robust accuracy52.9 %under PGD-200',
      'under the ensemble48.8 %2 attacks',
      'relative divergence0.571benign 0.370',
      'radius8/255L∞ norm',
      'images1 000attacked',
    ]);
  });

  it('has a table of attacks, of the ensemble in its order, of divergences and of checks', async () => {
    const doc = await document();
    expect(rowsOf(doc, 'attacks')).toEqual([
      ['no attack', '–', '82.8 %', '–'],
      ['FGSM', 'one step', '58.0 %', '2 s'],
      ['PGD-200', 'step 0.007, 5 random starts, cross-entropy', '52.9 %', '21 min'],
    ]);
    expect(rowsOf(doc, 'ensemble')).toEqual([
      ['APGD-CE', '100 steps', '316', '51.2 %', '7 min'],
      ['Square', '–', '24', '48.8 %', '–'],
    ]);
    expect(rowsOf(doc, 'latents')).toEqual([
      ['adversarial, cosine distance', '0.400', '0.700', '0.571'],
      ['benign, cosine distance', '0.270', '0.730', '0.370'],
      ['adversarial, L2 distance', '2.400', '3.900', '0.615'],
      ['benign, L2 distance', '1.900', '4.000', '0.475'],
    ]);
    expect(texts(doc, '#masking .badge')).toEqual(['✓ holds', '✗ fails', '– not run']);
    expect(text(doc, '#masking tbody tr:last-child th')).toBe('noiseIt was not asked for.');
  });

  it('draws accuracy and divergences over the radius, with the benign level and the radius of the tables', async () => {
    const doc = await document();
    expect(texts(doc, '#radius .chart h3')).toEqual([
      'Accuracy by radius',
      'Accuracy by relative divergence',
      'Relative divergence, cosine distance',
      'Absolute divergences, cosine distance',
      'Relative divergence, L2 distance',
      'Absolute divergences, L2 distance',
    ]);
    expect(label(doc, '#radius svg', 0)).toMatch(
      /accuracy, % over L∞ radius, in 1\/255. under attack: from 58.5 at 2 to 6.5\d? at 16, .* without attack: from 82.8 at 2 .* Line at x = 8: radius of the tables/,
    );
    expect(label(doc, '#radius svg', 3)).toMatch(/D⁺, within classes: from 0.331 .* D⁻, benign: from 0.73 at 2/);
    expect(doc.querySelectorAll('#radius .chart:nth-child(4) [stroke-dasharray]').length).toBeGreaterThanOrEqual(3);
  });

  it('draws classes against classes, both pairs in one scale, confusions as shares of a class', async () => {
    const doc = await document();
    expect(texts(doc, '#latents .chart h3')).toEqual([
      'Distances of classes, adversarial',
      'Distances of classes, benign',
    ]);
    expect(texts(doc, '#latents .ramp')).toEqual(['mean cosine distance 0.2 0.76', 'mean cosine distance 0.2 0.76']);
    expect(label(doc, '#latents svg', 0)).toMatch(
      /by class of adversarial latents \(4 rows\) and class of benign latents .* Lowest 0.4 at row aeroplane, column aeroplane; highest 0.76 at row horse, column frog/,
    );
    expect(texts(doc, '#confusion svg .plot-number text').slice(0, 4)).toEqual(['52', '36', '6', '6']);
    expect(label(doc, '#confusion svg', 0)).toMatch(/true class \(4 rows\) and prediction .* highest 74.3 at row ship/);
  });

  it('shows images, magnified perturbations and adversarial images, marked by sign and in words', async () => {
    const doc = await document();
    const hint = text(doc, '#examples .hint');
    expect(hint).toContain('the perturbation, magnified 16 times, where grey is no change');
    expect(hint).toContain('2 of the 3 that are classified correctly are misclassified under attack');
    const alts = [...doc.querySelectorAll('#examples .views:nth-child(2) img')].map((img) =>
      img.getAttribute('alt')?.replace(/\s/g, ' '),
    );
    expect(alts).toEqual([
      'Image 2 of class ship: classified as ship 98.0 %, which is right',
      'Perturbation of image 2, magnified 16 times; grey is no change',
      'Adversarial version of image 2: classified as horse 61.0 %, which is wrong',
    ]);
    expect(texts(doc, '#examples .views:nth-child(2) .mark')).toEqual(['✓', '✗']);
    expect(texts(doc, '#examples .neighbours:first-child .tile figcaption')).toEqual([
      'aeroplane',
      '2/255→ aeroplane',
      '4/255→ aeroplane',
      '8/255→ ship',
      '16/255→ ship',
    ]);
    expect(doc.querySelectorAll('#examples .neighbours')).toHaveLength(2);
  });

  it('shows the course of training and how to measure again', async () => {
    const doc = await document();
    expect(texts(doc, '#training .chart h3')).toEqual([
      'Accuracy on validation images',
      'Accuracy on training batches',
      'Parts of the loss',
      'Pairs that are kept',
      'Relative divergence',
      'Absolute divergences',
    ]);
    expect(texts(doc, '#training .legend')[2]).toBe('contrastiveadversarial');
    expect(label(doc, '#training svg', 3)).toMatch(/positives: from 10.\d\s% .* to 42.9\s% at step 400/);
    expect(text(doc, '#commands pre')).toBe('twoview robustness runs/ascl-0 --radius 2,4,8,16');
    expect(text(doc, '#settings details')).toContain('steps: 200');
    expect(text(doc, '#environment table')).toContain('threads2');
    expect(doc.querySelector('#missing')).toBeNull();
  });

  it('gives every figure a title, a caption and a description, every picture an alternative, every table a name', async () => {
    const doc = await document();
    for (const chart of doc.querySelectorAll('.chart')) {
      expect(chart.querySelector('svg[role=img]')?.getAttribute('aria-label')?.length).toBeGreaterThan(20);
      expect(chart.querySelector('figcaption')?.textContent?.length).toBeGreaterThan(10);
    }
    for (const img of doc.querySelectorAll('img')) expect(img.getAttribute('alt')?.length).toBeGreaterThan(8);
    for (const table of doc.querySelectorAll('.scroll'))
      expect([table.getAttribute('role'), Boolean(table.getAttribute('aria-label'))]).toEqual(['region', true]);
    expect(await page).not.toMatch(/d="[^"]*NaN/);
  });
});

describe('what is missing', () => {
  it('is left out, or said where there is a reason', async () => {
    const doc = await render({
      naturalAccuracy: 0.9,
      reasons: { radius: 'No radii were given.', latents: 'No classes.' },
    });
    expect([...doc.querySelectorAll('main > section')].map(({ id }) => id)).toEqual(['attacks', 'missing']);
    expect(texts(doc, '.missing li')).toEqual(['As the ball grows: No radii were given.', 'Latents: No classes.']);
    expect(texts(doc, '.lead')).toEqual(['Classified correctly: 90.0 % without attack.']);
    expect(texts(doc, '#attacks thead th')).toEqual(['attack', 'settings', 'classified correctly']);
  });

  it('may be everything', async () => {
    const doc = await render({
      attacks: [],
      ensemble: [],
      masking: [],
      examples: [],
      rows: [],
      radius: { points: [] },
      latents: {},
    });
    expect(doc.querySelectorAll('main > section, .lead, .cards')).toHaveLength(0);
  });

  it('leaves the rest as it is: one distance, no accuracy, no ball, classes without images', async () => {
    const nothing = { intra: Number.NaN, inter: Number.NaN, relative: Number.NaN };
    const doc = await render({
      radius: { points: [0.1, 0.2].map((radius) => ({ radius, l2: { intra: 1, inter: 2 + radius, relative: 0.5 } })) },
      latents: {
        adversarial: { cosine: nothing },
        byClass: {
          distance: 'l2',
          adversarial: [
            [Number.NaN, 1],
            [2, Number.NaN],
          ],
        },
      },
      confusion: {
        adversarial: [
          [3, 1],
          [0, 0],
        ],
      },
    });
    expect(texts(doc, '#radius h3')).toEqual(['Relative divergence, L2 distance', 'Absolute divergences, L2 distance']);
    expect(rowsOf(doc, 'latents')).toEqual([['adversarial, cosine distance', '–', '–', '–']]);
    expect(text(doc, '#latents .ramp')).toContain('no value');
    expect(label(doc, '#confusion svg', 0)).toContain('2 without a value');
  });
});

it('an L2 ball is told in pixel units, and its radius is no number of grey levels', async () => {
  const doc = await render({
    ball: { norm: 'l2', eps: 0.5 },
    attacks: [{ name: 'PGD-20', accuracy: 0.6 }],
    radius: { points: [0.25, 0.5, 1].map((radius) => ({ radius, accuracy: 1 - radius })) },
  });
  expect(texts(doc, '.lead')[0]).toContain('60.0 % under PGD-20. Attacks stay in the L2 ball of radius 0.5.');
  expect(label(doc, '#radius svg', 0)).toMatch(/over L2 radius. under attack: from 75 at 0.25 to 0 at 1/);
});

describe('perturbations', () => {
  const pixels = async (change: Partial<NonNullable<RobustnessReport['examples']>[number]>, which: number) => {
    const example = { ...fakeRobustness().examples![0]!, ...change };
    const doc = await render({ examples: [{ ...example, radii: [] }] });
    const source = doc.querySelectorAll('#examples img')[which]!.getAttribute('src')!;
    const data = await sharp(Buffer.from(source.split(',')[1]!, 'base64'))
      .raw()
      .toBuffer();
    return { data, hint: text(doc, '#examples .hint') };
  };

  it('are the difference, magnified around grey', async () => {
    const { data } = await pixels({}, 1);
    // 16 times 8/255 is 128 levels: up is cut at white, down ends at black.
    const planar = (i: number) => data[3 * (i % 1024) + Math.floor(i / 1024)];
    expect([planar(0), planar(1), planar(2), planar(3), planar(1024)]).toEqual([0, 255, 255, 0, 255]);
    const calm = await pixels({ adversarial: moved(0, 0) }, 1);
    expect(new Set(calm.data)).toEqual(new Set([128]));
    expect(calm.hint).toContain('unmagnified');
  });

  it('of grey images are drawn as grey', async () => {
    const grey = (value: number) => ({ width: 2, height: 2, values: new Float32Array(4).fill(value) });
    const { data } = await pixels({ image: grey(0.2), adversarial: grey(0.3) }, 0);
    expect([...data]).toEqual(new Array(12).fill(51));
  });

  it('of images that do not fit their size or each other are refused in a sentence', async () => {
    const torn = { width: 32, height: 32, values: new Float32Array(2048) };
    await expect(pixels({ image: torn, adversarial: torn }, 0)).rejects.toThrow(
      'An image of 32×32 has 1024 or 3072 values, but this one has 2048',
    );
    const small = { width: 2, height: 2, values: new Float32Array(12) };
    await expect(pixels({ adversarial: small }, 0)).rejects.toThrow('adversarial version of 2×2');
  });
});

it('text is shown as text, whatever it contains', async () => {
  const evil = '"><script>alert(1)</script>&amp;';
  const full = fakeRobustness();
  const page = await renderRobustnessReport({
    ...full,
    dataset: evil,
    method: evil,
    encoder: evil,
    checkpoint: evil,
    classes: [evil, 'b', 'c', 'd'],
    attacks: [{ name: evil, settings: evil, accuracy: 0.5 }],
    ensemble: [{ name: evil, settings: evil, accuracy: 0.5, fell: 1 }],
    masking: [{ name: evil, measured: evil, expected: evil, holds: true, why: evil }],
    radius: { ...full.radius!, attack: evil },
    examples: full.examples!.map((example) => ({
      ...example,
      label: evil,
      before: { label: evil },
      after: { label: evil },
    })),
    rows: [1, 2].map((step) => ({ step, [`loss.${evil}`]: 1 })),
    command: evil,
    settings: { [evil]: evil },
    environment: { [evil]: evil },
    reasons: {},
  });
  expect(page).not.toContain('<script');
  expect(text(read(page), 'h1')).toBe(`${evil} on ${evil}`);
  expect(read(page).querySelector('#examples img')?.getAttribute('alt')).toContain(
    `class ${evil}: classified as ${evil}`,
  );
});

describe('the report of a run', () => {
  it('has a section on robustness: accuracies, divergences, curves, examples', async () => {
    const doc = read(await renderRunReport({ ...fakeRun(), rows: adversarialRows(), robustness: fakeRobustness() }));
    expect(rowsOf(doc, 'robustness').slice(0, 2)).toEqual([
      ['no attack', '–', '82.8 %', '–'],
      ['FGSM', 'one step', '58.0 %', '2 s'],
    ]);
    expect(texts(doc, '#robustness .chart h3')).toContain('Pairs that are kept');
    expect(doc.querySelectorAll('#robustness .views')).toHaveLength(4);
    expect(texts(doc, '.card').slice(0, 2)).toEqual([
      'natural accuracy80.0 %guessing 10.0 %',
      'robust accuracy50.0 %guessing 10.0 %',
    ]);
  });

  it('has it where rows alone speak of attacks, and not for the parts of any other loss', async () => {
    const doc = read(await renderRunReport({ ...fakeRun(), rows: adversarialRows() }));
    expect(doc.querySelector('#robustness table')).toBeNull();
    expect(doc.querySelectorAll('#robustness .chart')).toHaveLength(6);
    const rows = [1, 2].map((step) => ({ step, loss: 1, 'loss.invariance': 1 }));
    const other = read(await renderRunReport({ ...fakeRun(), rows }));
    expect(other.querySelector('#robustness')).toBeNull();
    expect(texts(other, '.missing li').join()).not.toContain('obustness');
  });
});
