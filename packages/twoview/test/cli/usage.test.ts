// The command line: help, wrong usage, exit codes, and errors of one sentence.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { presetMethod, presets } from 'twoview/methods';
import { configJsonSchema, configSchema } from 'twoview/training';
import { describe, expect, test } from 'vitest';
import { json, patience, temporaryFolder, twoview } from './setup.js';

describe('help', { timeout: patience }, () => {
  test('the overview names every command, the version is the package’s', async () => {
    const { code, stdout, stderr } = await twoview('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['demo', 'doctor', 'methods', 'train', 'resume', 'evaluate', 'embed']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(await twoview('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  test('train --help explains every field of a configuration', async () => {
    const { code, stdout } = await twoview('train', '--help');
    expect(code).toBe(0);
    interface Schema {
      description?: string;
      properties?: Record<string, Schema>;
      oneOf?: Schema[];
      anyOf?: Schema[];
      prefixItems?: Schema[];
    }
    const fields: [string, string | undefined][] = [];
    const visit = (schema: Schema, where: string): void => {
      const variants = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter(
        (variant) => variant.properties,
      );
      for (const variant of variants) {
        for (const [key, field] of Object.entries(variant.properties!)) visit(field, where ? `${where}.${key}` : key);
      }
      if (schema.prefixItems) visit(schema.prefixItems[0]!, `${where}.0`);
      else if (variants.length === 0 && !where.endsWith('.name')) fields.push([where, schema.description]);
    };
    visit(configJsonSchema() as Schema, '');
    expect(fields.length).toBeGreaterThan(60);
    for (const [field, description] of fields) {
      expect(stdout).toContain(`  ${field}=`);
      if (description) expect(stdout).toContain(description);
    }
    // Choices by name are headings: each with what it means.
    for (const name of ['convnet', 'resnet18', 'directPred', 'stopGradient', 'cosine', 'ntXent', 'stl10'])
      expect(stdout).toContain(name);
    expect(stdout).not.toContain('undefined');
  });

  test('train --schema prints the JSON schema of a configuration file', async () => {
    const schema = await json<{ properties: object }>('train', '--schema');
    expect(Object.keys(schema.properties)).toEqual(Object.keys(configSchema.shape));
  });

  test('methods lists the presets, as JSON with all slots filled', async () => {
    const listed = await json<{ name: string; paper: string; summary: string; method: unknown }[]>('methods', '--json');
    expect(listed.map(({ name }) => name)).toEqual(presets.map(({ name }) => name));
    for (const { name, method, paper, summary } of listed) {
      expect(method).toEqual(presetMethod(name));
      expect(paper).toMatch(/arXiv \d{4}\.\d{5}/);
      expect(summary.length).toBeGreaterThan(20);
    }
    const { stdout } = await twoview('methods');
    for (const { name } of presets) expect(stdout).toContain(name);
  });
});

describe('wrong usage exits with 2 and says in one sentence what was wrong', { timeout: patience }, () => {
  const folder = temporaryFolder();
  const yaml = path.join(folder, 'bad.yaml');
  writeFileSync(yaml, 'training: [unclosed\n');
  const other = path.join(folder, 'other.yaml');
  writeFileSync(other, 'trainin: {}\n');
  const inFolder = (name: string): string => path.join(folder, name);

  test.concurrent.each([
    [['trian'], /unknown command 'trian'\n\(Did you mean train\?\)\n\(see twoview --help\)/],
    [['train', '--epochs', '3'], /unknown option '--epochs'\n\(see twoview train --help\)/],
    [['evaluate'], /missing required argument 'dir'/],
    [['embed', 'run', 'folder'], /required option '-o, --out <file>'/],
    [['train', 'training.epochs=0', '--out', inFolder('a')], /training\.epochs: .*>=1/],
    [['train', '--predictor', 'mpl'], /method\.predictor\.name: .*identity/],
    [['train', inFolder('nothing.yaml')], /there is no file or folder .*nothing\.yaml/],
    [['train', yaml], /bad\.yaml is not a YAML file that can be read: .* at line 2, column 1\n$/],
    [['train', yaml, other], /give one configuration file or folder, not 2/],
    [['train', '--init', inFolder('nothing')], /--init: there is no .*nothing/],
    [['evaluate', folder, '--probe', 'magic'], /--probe must be one of logistic, adam, ridge, none, not magic/],
    [
      ['embed', folder, folder, '--out', 'x', '--on-bad-image', 'maybe'],
      /--on-bad-image must be skip or error, not maybe/,
    ],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await twoview(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    // A hint where to read more may follow the sentence; a stack trace never does.
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('what cannot be done exits with 1 and one sentence', { timeout: patience }, () => {
  const empty = temporaryFolder();
  const occupied = temporaryFolder();
  writeFileSync(path.join(occupied, 'letter.txt'), 'mine');
  mkdirSync(path.join(empty, 'inner'));

  test.concurrent.each([
    [['resume', empty], /is not a run folder/],
    [['embed', empty, empty, '--out', 'x'], /is not a run folder/],
    [
      ['train', 'data.limit=8', 'data.testLimit=8', 'training.batchSize=16', '--out', path.join(empty, 'run')],
      /embedded has 8 images, fewer than one batch of 16/,
    ],
    [['train', 'data.limit=8', '--out', occupied], /is not empty and is not a run/],
    [['train', path.join(empty, 'inner'), '--out', path.join(empty, 'run2')], /inner/],
    [['train', '--dataset', 'cifar10', `data.folder=${empty}`, '--out', path.join(empty, 'run3')], /cifar/i],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await twoview(...args, ...(args[0] === 'train' ? ['--json'] : []));
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBe(1);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});
