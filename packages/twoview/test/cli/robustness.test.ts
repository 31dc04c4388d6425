// twoview robustness, from the outside: what it measures, what it writes, what it refuses, and how it is stopped.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { forClasses, parseAttack } from '../../src/cli/robustness/attacks.js';
import { parseRadii, radiusInWords } from '../../src/cli/robustness/settings.js';
import { embedded, json, patience, small, start, temporaryFolder, twoview } from './setup.js';

const home = temporaryFolder();
const [adv, ssl] = ['adv', 'ssl'].map((name) => path.join(home, name)) as [string, string];
const eps = 0.012;

beforeAll(async () => {
  const attacked = [
    'encoder={"name":"smallcnn","channels":[8,16],"strides":[2,2],"features":32,"grid":4}',
    ...['data.limit=240', 'data.testLimit=60', 'training.batchSize=24', 'training.epochs=6', 'training.threads=1'],
    `method.attack={"eps":${eps},"steps":1,"stepSize":${eps}}`,
    ...['evaluation.k=3', 'evaluation.robust={"steps":2,"finalSteps":2,"finalImages":30}'],
  ];
  const runs = await Promise.all([
    twoview('train', '--method', 'adv', ...attacked, '--out', adv),
    twoview('train', '--method', 'simclr', ...small, ...embedded, '--out', ssl),
  ]);
  for (const { code, stderr } of runs) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}, patience);

interface Latents {
  cosine: { intra: number; inter: number; relative: number };
}

interface Said {
  dir: string;
  checkpoint: string;
  step: number;
  probed: boolean;
  ball: { norm: string; eps: number };
  images: number;
  naturalAccuracy: number;
  latents: { benign: Latents; adversarial: Latents };
  attacks: {
    name: string;
    words: string;
    accuracy: number;
    robust: number[];
    stages?: { name: string; fell: number; robustAccuracy: number }[];
  }[];
  radii: { eps: number; accuracy: number; divergence: Latents; confusion: number[][] }[] | null;
  masking: { name: string; measured: string; holds: boolean | null; why: string }[] | null;
  page: string;
}

const share = (flags: readonly number[]) => flags.reduce((a, b) => a + b, 0) / flags.length;
const sum = (rows: readonly (readonly number[])[]) => rows.flat().reduce((a, b) => a + b, 0);

describe('twoview robustness', { timeout: patience }, () => {
  test('one JSON object: attacks, stages, radii, checks, and a page that shows them', async () => {
    const flags = ['--attack', 'pgd-20,fgsm,apgd', '--radii', '8,2', '--checks', '--transfer', ssl];
    const said = await json<Said>('robustness', adv, ...flags, '--images', '40', '--json');
    expect(said).toMatchObject({
      dir: adv,
      checkpoint: 'best',
      probed: false,
      images: 40,
      ball: { norm: 'linf', eps },
    });
    expect(said.naturalAccuracy).toBeGreaterThan(0.15);
    expect(said.attacks.map(({ name }) => name)).toEqual(['PGD-20', 'FGSM', 'apgd']);
    for (const { name, accuracy, robust } of said.attacks) {
      expect(robust, name).toHaveLength(40);
      expect(accuracy, name).toBeCloseTo(share(robust), 12);
      expect(accuracy, name).toBeLessThanOrEqual(said.naturalAccuracy);
    }
    const [pgd, fgsm, apgd] = said.attacks;
    expect(pgd!.words).toBe('step 0.012, random start, cross-entropy');
    expect(fgsm!.words).toBe('one step of the radius, from the image');
    expect(pgd).not.toHaveProperty('stages');
    expect(apgd!.stages!.map(({ name }) => name)).toEqual(['APGD-CE', 'APGD-T']);
    expect(apgd!.stages!.at(-1)!.robustAccuracy).toBeCloseTo(apgd!.accuracy, 12);
    const fell = apgd!.stages!.reduce((count, stage) => count + stage.fell, 0);
    expect(said.naturalAccuracy - fell / 40).toBeCloseTo(apgd!.accuracy, 12);
    expect(apgd!.accuracy).toBeLessThanOrEqual(pgd!.accuracy);

    expect(said.radii!.map((row) => row.eps)).toEqual([0, 2 / 255, 8 / 255]);
    expect(said.radii![0]!.accuracy).toBeCloseTo(said.naturalAccuracy, 12);
    expect(said.radii![0]!.divergence).toEqual(said.latents.benign);
    expect(said.radii![2]!.accuracy).toBeLessThan(said.naturalAccuracy);
    for (const { confusion } of said.radii!) expect(sum(confusion)).toBe(40);

    expect(said.masking).toHaveLength(6);
    for (const { holds } of said.masking!) expect(typeof holds).toBe('boolean');
    expect(said.masking!.map(({ name }) => name)).toContain("accuracy on another model's adversarial images");

    expect(said.page).toBe(path.join(adv, 'robustness.html'));
    const page = readFileSync(said.page, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    for (const shown of ['PGD-20', 'FGSM', 'APGD-T']) expect(page).toContain(shown);
    // What attacks leave together is not one of the single attacks.
    expect(page).toContain('under all attacks of the ensemble together');
    expect(page).toContain('<th scope="row">FGSM<');
    expect(page).not.toContain('<th scope="row">apgd<');
  });

  test('for people: a table, of a probe on an encoder without labels, at a radius of one’s own', async () => {
    const out = path.join(home, 'probe.html');
    const flags = ['--attack', 'margin-2', '--eps', '1/255', '--images', '20', '--out', out];
    const { code, stdout, stderr } = await twoview('robustness', ssl, ...flags);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^simclr with a linear probe on embedded: 20 test images, linf ball of 1\.00\/255\n/);
    expect(stdout).toMatch(/\ncheckpoint last, step \d+; on cpu\n/);
    expect(stdout).toMatch(/\nno attack +[\d.]+ %\n/);
    expect(stdout).toMatch(/\nmargin PGD-2 +[\d.]+ % +/);
    expect(stdout).toMatch(/\nlatents \(cosine\): D\+ [\d.]+, D- [\d.]+, relative [\d.]+ \(benign [\d.]+\)\n/);
    expect(stdout).toContain(`page: ${out}`);
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>/);
    expect(existsSync(path.join(ssl, 'robustness.html'))).toBe(false);
  });

  const refused: [flags: string[], sentence: RegExp][] = [
    [['--attack', 'cw'], /there is no attack 'cw'; there are standard /],
    [['--eps', 'eight'], /--eps must be a positive number in pixel units of \[0, 1\], such as 8\/255.*not 'eight'/],
    [['--norm', 'l2'], /--norm l2 needs --eps, such as 0\.5: the radius 0\.012 is one of the norm linf/],
    [['--radii', '0.5,1,2'], /--radii must be all in 1\/255, from 1, or all in pixel units, below 1, not '0\.5,1,2'/],
    [['--transfer', 'elsewhere'], /--transfer is one of the checks: add --checks/],
  ];

  test('wrong usage is one sentence and exit code 2', async () => {
    const out = path.join(home, 'refused.html');
    const outcomes = await Promise.all(refused.map(([flags]) => twoview('robustness', adv, ...flags, '--out', out)));
    outcomes.forEach(({ code, stdout, stderr }, i) => {
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(refused[i]![1]);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    });
    expect(existsSync(out)).toBe(false);
  });

  test('a run to transfer from that is not there is missed before the attacks', async () => {
    const { code, stdout, stderr } = await twoview('robustness', adv, '--checks', '--transfer', 'elsewhere');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/elsewhere/);
  });

  test('few classes: what is left of an ensemble, under a name that says so', () => {
    const choice = { ball: { norm: 'linf', eps }, stepSize: eps, restarts: 1 } as const;
    const standard = parseAttack('standard', choice);
    expect(forClasses(standard, 4)).toBe(standard);
    expect(forClasses(standard, 3)).toMatchObject({
      name: 'standard without APGD-T',
      words: 'APGD-CE, then FAB-T, then Square; 3 classes are too few for APGD-T',
      attacks: [{ name: 'APGD-CE' }, { name: 'FAB-T' }, { name: 'Square' }],
    });
    const pgd = parseAttack('pgd-20', choice);
    expect(forClasses(pgd, 2)).toBe(pgd);
  });

  test('a radius is in levels of grey for linf, in pixel units for l2', () => {
    expect(radiusInWords(8 / 255, 'linf', 1)).toBe('8.0/255');
    expect(radiusInWords(0.5, 'l2', 1)).toBe('0.5');
    expect(parseRadii('4,2', 'linf')).toEqual([2 / 255, 4 / 255]);
    expect(parseRadii('0.03,0.01,8/255', 'linf')).toEqual([0.01, 0.03, 8 / 255]);
    expect(parseRadii('0.5,2', 'l2')).toEqual([0.5, 2]);
  });

  test('its run of one view can be diagnosed as well', async () => {
    const out = path.join(home, 'diagnosis.html');
    const { code, stdout, stderr } = await twoview('diagnose', adv, '--fast', '--out', out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^z: too early\./);
    expect(stdout).toMatch(/\nview distance +0?\.\d+/);
    expect(stdout).toMatch(/\nnote: objective adversarial does not look at z/);
    expect(stdout).not.toMatch(/predictor|colorJitter|NaN/);
    expect(existsSync(out)).toBe(true);
  });

  test('SIGINT ends it with 130, and nothing is written', async () => {
    const out = path.join(home, 'interrupted.html');
    const { child, ended } = start(['robustness', adv, '--attack', 'pgd-999999', '--images', '60', '--out', out]);
    let seen = '';
    child.stdout!.on('data', (text: string) => {
      seen += text;
    });
    while (!seen.includes('checkpoint best') && child.exitCode === null) await setTimeout(20);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'twoview: interrupted; nothing was written\n' });
    expect(existsSync(out)).toBe(false);
  });
});
