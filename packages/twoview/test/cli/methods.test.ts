// twoview methods: the list, and one method explained.
import { presetMethod, presets } from 'twoview/methods';
import { describe, expect, test } from 'vitest';
import { json, patience, twoview } from './setup.js';

interface Shown {
  name: string;
  method: unknown;
  equations: string;
  recipes: Record<
    string,
    { source: string; published: string | null; differences: string[]; config: { optimizer: { learningRate: number } } }
  >;
  details: string[];
  metrics: Record<string, string>;
}

describe('twoview methods', { timeout: patience }, () => {
  test('lists the slots of every preset, the normalizer among them', async () => {
    const { stdout } = await twoview('methods');
    expect(stdout).toMatch(/^method +objective +normalizer +predictor +target +pairing$/m);
    expect(stdout).toMatch(/^simclr +ntXent +none +identity +online +allAnchors$/m);
    expect(stdout).toMatch(/^shuffled-dbn +mse +shuffledDbn +identity +online +symmetric$/m);
    expect(await json<unknown[]>('methods', '--json')).toHaveLength(presets.length);
  });

  test('show prints slots with their defaults, recipes beside each other, details and what measures mean', async () => {
    const { code, stdout, stderr } = await twoview('methods', 'show', 'barlow');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}objective +barlowTwins lambda=0\.005 scale=0\.024$/m);
    expect(stdout).toMatch(/^ {2}pairing +symmetric$/m);
    expect(stdout).toMatch(/^setting +no recipe +cifar +stl10 +imagenet$/m);
    expect(stdout).toMatch(/^optimizer\.learningRate +0\.03 +0\.005 +0\.005 +1\.6$/m);
    expect(stdout).toMatch(/^training\.epochs +20 +200 +200 +1000$/m);
    expect(stdout).toMatch(/^imagenet: .*facebookresearch\/barlowtwins/m);
    expect(stdout).toMatch(/^ {4}published: 89\.02 \(linear, CIFAR-10, 200 epochs/m);
    expect(stdout).toMatch(/^ {2}loss\.offDiagonal +sum of C_ij\^2/m);
    expect(stdout).toMatch(/^ {2}z\.effectiveRank +exp of the entropy/m);
    expect(stdout).not.toMatch(/undefined|\[object/);
    const byol = await twoview('methods', 'show', 'byol');
    expect(byol.stdout).toMatch(/^ {4}differs: .*have no bias; here they have one/m);
    // Only what differs is in the table.
    expect(stdout).not.toMatch(/^encoder\.channels/m);
    expect(stdout).not.toMatch(/^optimizer\.momentum/m);
  });

  test('show --json gives the same as data, with recipes as whole configurations', async () => {
    const shown = await json<Shown>('methods', 'show', 'directpred', '--json');
    expect(shown).toMatchObject({ name: 'directpred', method: presetMethod('directpred') });
    expect(Object.keys(shown.recipes)).toEqual(['cifar', 'stl10', 'imagenet']);
    expect(shown.recipes.stl10).toMatchObject({ config: { optimizer: { learningRate: 0.03 } } });
    expect(shown.recipes.stl10!.published).toMatch(/^77\.86/);
    expect(shown.metrics['predictor.alignment']).toMatch(/eigenvectors/);
    expect(shown.details.length).toBeGreaterThan(3);
  });

  test.concurrent.each([
    [['methods', 'show', 'simlcr'], /there is no method 'simlcr'; there are simclr, mocov2, .*ascl-trades$/],
    [['train', '-m', 'vicreg', '--recipe', 'stl10'], /method vicreg has no recipe 'stl10'; it has cifar, imagenet$/],
    [
      ['train', '-m', 'simclr', '--recipe', 'imagenet'],
      /recipe imagenet has no data set of its own: give a folder of images, as in twoview train FOLDER --recipe imagenet$/,
    ],
    [['train', '--normalizer', 'zca'], /method\.normalizer\.name: .*shuffledDbn/],
    [['train', '-m', 'mocov2', '--target', 'online'], /method\.objective\.queue holds keys .* it needs ema or/],
  ])('%j exits with 2 and one sentence', async (args, message) => {
    const { code, stdout, stderr } = await twoview(...args);
    expect(stderr.trim().split('\n')[0]).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
