// A run's encoder in use: the weights of its checkpoint, and features that equal those computed by hand.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import sharp from 'sharp';
import { generateEmbedded, imageBytes } from 'twoview/data';
import { loadEncoder, loadModel, runTransform, trainedSize } from 'twoview/evaluation';
import { resolveConfig } from 'twoview/training';
import { describe, expect, test } from 'vitest';
import { runConfig, temporaryFolder, trainedRun } from './runs.js';

const trained = trainedRun();

/** Features by hand: transform, network in evaluation mode, no gradient. */
async function byHand(images: torch.Tensor): Promise<Float32Array> {
  const { model, config } = await trained;
  const transform = runTransform(config, 32);
  model.eval();
  return torch.noGrad(() => model.encoder.forward(transform(images)).data() as Float32Array);
}

function expectClose(a: Float32Array, b: Float32Array, tolerance = 1e-5): void {
  expect(a.length).toBe(b.length);
  const worst = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  expect(worst).toBeLessThan(tolerance);
}

describe('loadModel', () => {
  test('gives the weights and buffers of the last step, in evaluation mode', async () => {
    const { dir, model } = await trained;
    const loaded = loadModel(dir);
    expect(loaded.step).toBe(8);
    for (const [name, tensor] of model.stateDict())
      expect(loaded.model.stateDict().get(name)!.data(), name).toEqual(tensor.data());
    for (const module of loaded.model.modules()) expect(module.training).toBe(false);
  });

  test('gives the checkpoint that is asked for', async () => {
    const { dir } = await trained;
    const [first, last] = ['step-4', 'last'].map((checkpoint) => loadModel(dir, { checkpoint }));
    expect([first!.step, last!.step]).toEqual([4, 8]);
    const weights = (loaded: typeof first) => loaded!.model.stateDict().get('encoder.body.0.weight')!.data();
    expect(weights(first)).not.toEqual(weights(last));
  });

  test('names the checkpoints there are when asked for another, and says what is no run', async () => {
    const { dir } = await trained;
    expect(() => loadModel(dir, { checkpoint: 'step-3' })).toThrow(/has no checkpoint step-3; it has .*step-4.*last/);
    expect(() => loadModel(temporaryFolder())).toThrow(/is not a run folder/);
  });

  test('says which field of a damaged configuration is wrong, in one line', async () => {
    const { dir } = await trainedRun(runConfig('training.maxSteps=1'));
    writeFileSync(path.join(dir, 'config.yaml'), 'training: { epochs: many }\n');
    expect(() => loadModel(dir)).toThrow(/config\.yaml is no configuration of a run: [^\n]*training\.epochs: [^\n]*$/);
    rmSync(path.join(dir, 'config.yaml'));
    expect(() => loadModel(dir)).toThrow(/config\.yaml cannot be read/);
  });
});

describe('loadEncoder', () => {
  test('embeds a data set, a tensor and files to the same features as by hand', async () => {
    const { dir } = await trained;
    const encoder = loadEncoder(dir);
    expect(encoder).toMatchObject({ featureSize: 8, imageSize: 32 });
    const images = await generateEmbedded({ split: 'test', limit: 5 });
    const tensor = torch.tensor(images.images, { shape: [5, 3, 32, 32] });
    const expected = await byHand(tensor);

    const ofDataset = await encoder.embed(images);
    expect(ofDataset.shape).toEqual([5, 8]);
    expectClose(ofDataset.values, expected);
    expectClose((await encoder.embed(images, { batchSize: 2 })).values, expected);
    expectClose((await encoder.embed(tensor)).values, expected);

    const folder = temporaryFolder();
    const bytes = imageBytes(images);
    const files = await Promise.all(
      [3, 0, 4].map(async (index) => {
        const planes = images.images.subarray(index * bytes, (index + 1) * bytes);
        const pixels = Uint8Array.from({ length: bytes }, (_, i) => planes[(i % 3) * 1024 + Math.floor(i / 3)]!);
        const file = path.join(folder, `${index}.png`);
        await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
          .png()
          .toFile(file);
        return file;
      }),
    );
    const ofFiles = (await encoder.embed(files)).values;
    [3, 0, 4].forEach((index, row) => {
      expectClose(ofFiles.slice(row * 8, row * 8 + 8), expected.slice(index * 8, index * 8 + 8));
    });
  });

  test('scales images of another size to the one it was trained at', async () => {
    const { dir } = await trained;
    const encoder = loadEncoder(dir);
    const large = torch.randint(0, 256, [2, 3, 64, 48], {
      dtype: 'uint8',
      generator: new torch.Generator({ seed: 1 }),
    });
    const { values, shape } = await encoder.embed(large);
    expect(shape).toEqual([2, 8]);
    expectClose(values, await byHand(large));
  });

  test('refuses tensors that are no images, and files that cannot be decoded, by name', async () => {
    const { dir } = await trained;
    const encoder = loadEncoder(dir);
    await expect(encoder.embed(torch.zeros([2, 3, 8, 8]))).rejects.toThrow(
      /uint8 \[N, 3, H, W\], not float32 \[2, 3, 8, 8\]/,
    );
    const broken = path.join(temporaryFolder(), 'broken.jpg');
    writeFileSync(broken, 'no image');
    await expect(encoder.embed([broken])).rejects.toThrow(/broken\.jpg/);
  });
});

test('the size of the views: set, or the data set’s', () => {
  const size = (...overrides: string[]) => trainedSize(resolveConfig({ overrides }));
  expect(size()).toBe(32);
  expect(size('data=stl10')).toBe(96);
  expect(size('data={"name":"folder","folder":"x","size":48}')).toBe(48);
  expect(size('augment.size=40')).toBe(40);
});
