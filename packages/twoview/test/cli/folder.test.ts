// A folder of pictures from training to features, by the command alone.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { loadEncoder } from 'twoview/evaluation';
import { RunFolder } from 'twoview/runs';
import { beforeAll, describe, expect, test } from 'vitest';
import { embedded, json, type Outcome, patience, small, temporaryFolder, twoview, writeImages } from './setup.js';

const home = temporaryFolder();
const photos = path.join(home, 'photos');
const run = path.join(home, 'run');
let names: string[];
let trained: Outcome;

beforeAll(async () => {
  names = await writeImages(photos, 24, { broken: true });
  trained = await twoview('train', photos, ...small, 'data.size=16', 'data.testFraction=0.3', '--out', `${run}/`);
}, patience);

/** The rows of an NPY file of float32. */
function readRows(file: string): { shape: number[]; values: Float32Array } {
  const bytes = readFileSync(file);
  const length = 10 + bytes.readUInt16LE(8);
  const shape = /'shape': \(([^)]*)\)/
    .exec(bytes.toString('latin1', 10, length))![1]!
    .split(',')
    .filter((part) => part.trim())
    .map(Number);
  return { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(length)).buffer) };
}

describe('train FOLDER', { timeout: patience }, () => {
  test('trains, leaves out the picture that cannot be decoded, and says which', () => {
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    expect(trained.stdout).toMatch(/1 file was left out: broken\.jpg \(/);
    expect(trained.stdout).toMatch(/verdict: /);
    expect(readFileSync(path.join(run, 'log.txt'), 'utf8')).toMatch(/left out broken\.jpg: /);
    for (const file of [
      'config.yaml',
      'environment.json',
      'metrics.jsonl',
      'report.html',
      'results.json',
      'checkpoints/last/weights.safetensors',
    ]) {
      expect(existsSync(path.join(run, file)), file).toBe(true);
    }
    expect(RunFolder.open(run).status().state).toBe('done');
    expect(readFileSync(path.join(run, 'report.html'), 'utf8')).toContain('<title>directpred on folder');
  });

  test('the configuration names the folder so that the run resumes from anywhere', async () => {
    expect(RunFolder.open(run).config()).toMatchObject({ data: { name: 'folder', folder: photos, size: 16 } });
    expect(RunFolder.open(run).environment().threads as number).toBe(1);
  });

  test('a folder that holds a run is refused', async () => {
    const again = [photos, ...small, 'data.size=16', 'training.maxSteps=1', '--out', run];
    const refused = await twoview('train', ...again);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/already holds a run: resume it, choose another folder, or start over with force/);
  });
});

describe('embed', { timeout: patience }, () => {
  test('row i of the features belongs to line i of the names, and equals what the library gives', async () => {
    const out = path.join(home, 'features.npy');
    const said = await json<{
      features: string;
      names: string;
      images: number;
      dimension: number;
      leftOut: { file: string }[];
    }>('embed', run, photos, '--out', out, '--json');
    expect(said).toMatchObject({ features: out, names: path.join(home, 'features.txt'), images: 24, dimension: 8 });
    expect(said.leftOut.map(({ file }) => file)).toEqual(['broken.jpg']);
    const listed = readFileSync(said.names, 'utf8').trimEnd().split('\n');
    expect([...listed].sort()).toEqual(names);
    const { shape, values } = readRows(out);
    expect(shape).toEqual([24, 8]);
    const shuffled = [...listed.keys()].reverse();
    const encoder = loadEncoder(run);
    const byLibrary = await encoder.embed(shuffled.map((i) => path.join(photos, listed[i]!)));
    shuffled.forEach((i, row) => {
      for (let k = 0; k < 8; k++) expect(values[i * 8 + k]).toBeCloseTo(byLibrary.values[row * 8 + k]!, 5);
    });
    expect(new Set(Array.from(values, (value) => value.toFixed(6))).size).toBeGreaterThan(24);
  });

  test('a bad picture stops it if asked to, and a checkpoint can be chosen', async () => {
    const out = path.join(home, 'strict');
    const strict = await twoview('embed', run, photos, '--out', out, '--on-bad-image', 'error');
    expect(strict).toMatchObject({ code: 1, stdout: '' });
    expect(strict.stderr).toMatch(/broken\.jpg/);
    expect(existsSync(`${out}.npy`)).toBe(false);
    const plain = await twoview('embed', run, photos, '--out', out, '--checkpoint', 'last');
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(
      /24 images, 8 features each: .*strict\.npy, file names in .*strict\.txt; 1 file was left out/,
    );
    expect(plain.stderr).toMatch(/left out .*broken\.jpg: /);
  });
});

describe('evaluate', { timeout: patience }, () => {
  test('of images without labels measures spread and ranks', async () => {
    const { results, protocol, verdict } = await json<{
      results: object;
      protocol: object;
      verdict: { verdict: string };
    }>('evaluate', run, '--json');
    expect(Object.keys(results).sort()).toEqual([
      'h.effectiveRank',
      'h.participationRatio',
      'h.rankMe',
      'h.std',
      'z.effectiveRank',
      'z.participationRatio',
      'z.rankMe',
      'z.std',
    ]);
    expect(protocol).toMatchObject({ checkpoint: 'last', step: RunFolder.open(run).checkpoints.find('last')!.step });
    expect(verdict.verdict).toBe('too early');
  });

  test('of labelled images gives the numbers that training ended with, and those of another protocol if asked', async () => {
    const labelled = path.join(home, 'labelled');
    const summary = await json<{ results: Record<string, number>; dir: string }>(
      'train',
      ...embedded,
      ...small,
      '--out',
      labelled,
      '--json',
    );
    const { results, protocol } = await json<{ results: Record<string, number>; protocol: object }>(
      'evaluate',
      labelled,
      '--json',
    );
    expect(results).toEqual(summary.results);
    expect(protocol).toEqual({
      checkpoint: 'last',
      step: 3,
      train: 24,
      test: 20,
      k: 3,
      temperature: 0.1,
      probe: 'logistic',
    });
    const other = await twoview('evaluate', labelled, '--probe', 'none', '--k', '1');
    expect(other).toMatchObject({ code: 0, stderr: '' });
    expect(other.stdout).toMatch(/knn\s+\d+\.\d\d %/);
    expect(other.stdout).toMatch(/kNN with k = 1, temperature 0\.1; linear probe: none/);
  });
});

describe('--init', { timeout: patience }, () => {
  const first = (dir: string): torch.Tensor =>
    safetensors.load(path.join(dir, 'checkpoints/last/weights.safetensors')).tensors.get('encoder.body.0.weight')!;
  // One step so small that the weights stay where they began.
  const still = [...embedded, ...small, 'training.maxSteps=1', 'optimizer.learningRate=1e-12', 'training.seed=9'];

  test('starts from the weights of a run, or of a file of another program', async () => {
    const fromRun = path.join(home, 'from-run');
    expect(await twoview('train', ...still, '--init', run, '--out', fromRun)).toMatchObject({ code: 0 });
    expect(first(fromRun).sub(first(run)).abs().max().item()).toBeLessThan(1e-8);

    const { tensors } = safetensors.load(path.join(run, 'checkpoints/last/weights.safetensors'));
    const wrapped = new Map(
      [...tensors].flatMap(([name, tensor]) =>
        name.startsWith('encoder.') ? [[`module.backbone.${name.slice(8)}`, tensor.mul(2)]] : [],
      ) as [string, torch.Tensor][],
    );
    wrapped.set('module.backbone.fc.weight', torch.zeros([10, 8]));
    const file = path.join(home, 'weights.safetensors');
    safetensors.save(file, wrapped);
    const fromFile = path.join(home, 'from-file');
    expect(await twoview('train', ...still, '--init', file, '--out', fromFile)).toMatchObject({ code: 0 });
    expect(first(fromFile).sub(first(run).mul(2)).abs().max().item()).toBeLessThan(1e-8);

    // Dead before its first checkpoint, a run starts over from the same weights.
    const before = first(fromFile).data();
    rmSync(path.join(fromFile, 'checkpoints'), { recursive: true });
    expect(await twoview('resume', fromFile)).toMatchObject({ code: 0 });
    expect(first(fromFile).data()).toEqual(before);
  });

  test('weights of another network are refused in one sentence', async () => {
    const { code, stderr } = await twoview(
      'train',
      ...still,
      'encoder.channels=[4,8,8]',
      '--init',
      run,
      '--out',
      path.join(home, 'wrong'),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not hold this encoder: \d+ of \d+ tensors are missing/);
    expect(stderr.trim().split('\n').length).toBe(1);
  });
});

test('a run that diverges exits with 1, names the step, and keeps finite weights; --force starts it over', {
  timeout: patience,
}, async () => {
  const dir = path.join(home, 'diverged');
  const { code, stdout, stderr } = await twoview(
    'train',
    ...embedded,
    ...small,
    'optimizer.learningRate=1e30',
    'training.epochs=3',
    '--json',
    '--out',
    dir,
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^twoview: .*(at|after) step \d+; lower optimizer\.learningRate[^\n]*\n$/);
  const folder = RunFolder.open(dir);
  expect(folder.status()).toMatchObject({ state: 'failed' });
  const { tensors } = safetensors.load(path.join(folder.checkpoints.find('last')!.path, 'weights.safetensors'));
  for (const [name, tensor] of tensors) expect(tensor.float().isfinite().all().item(), name).toBeTruthy();
  expect(existsSync(path.join(dir, 'results.json'))).toBe(false);

  const over = await json<{ status: string; steps: number }>(
    'train',
    ...embedded,
    ...small,
    '--force',
    '--json',
    '--out',
    dir,
  );
  expect(over).toMatchObject({ status: 'done', steps: 3 });
  expect(RunFolder.open(dir).status().state).toBe('done');
  expect(RunFolder.open(dir).config()).toMatchObject({ optimizer: { learningRate: 0.03 } });
});
