// Feature extraction leaves the encoder as it was, and gives what the encoder gives in evaluation mode.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Module, ReLU, Sequential } from '@twoview/torch/nn';
import { extractFeatures, featureTensor, inEvalMode } from 'twoview/evaluation';
import { describe, expect, test } from 'vitest';

class Encoder extends Module {
  readonly layers = this.module(
    'layers',
    new Sequential(
      new Conv2d(3, 4, 3, { generator: new torch.Generator({ seed: 1 }) }),
      new BatchNorm2d(4),
      new ReLU(),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
    ),
  );
  forward(x: Tensor): Tensor {
    return this.layers.forward(x);
  }
}

const source = {
  images: Uint8Array.from({ length: 10 * 3 * 6 * 5 }, (_, i) => (i * 37 + (i >> 4)) % 256),
  length: 10,
  height: 6,
  width: 5,
};

/** An encoder whose running statistics are not the initial ones. */
function trainedEncoder(): Encoder {
  const encoder = new Encoder();
  torch.noGrad(() => encoder.forward(torch.rand([8, 3, 6, 5], { generator: new torch.Generator({ seed: 2 }) })));
  return encoder;
}

const snapshot = (encoder: Encoder) => new Map(Array.from(encoder.stateDict(), ([name, t]) => [name, t.tolist()]));

describe('the encoder is frozen', () => {
  test('parameters, BN buffers, gradients and each module’s own mode are untouched', async () => {
    const encoder = trainedEncoder();
    const batchNorm = [...encoder.modules()].find((module) => module instanceof BatchNorm2d)!;
    batchNorm.training = false;
    const modes = () => Array.from(encoder.modules(), (module) => module.training);
    const [state, before] = [snapshot(encoder), modes()];
    expect(before).toContain(true);
    expect(before).toContain(false);

    await extractFeatures(encoder, source, { batchSize: 4 });
    expect(snapshot(encoder)).toEqual(state);
    expect(modes()).toEqual(before);
    expect(encoder.parameters().every((p) => p.grad === null && p.requiresGrad)).toBe(true);
  });

  test('an encoder in training mode gives its evaluation features, whatever the batch size', async () => {
    const encoder = trainedEncoder();
    const images = torch
      .tensor(source.images, { shape: [10, 3, 6, 5] })
      .float()
      .div(255);
    const expected = torch.noGrad(() => encoder.eval().forward(images)).data() as Float32Array;
    encoder.train();
    for (const batchSize of [1, 3, 256]) {
      const { values, shape } = await extractFeatures(encoder, source, { batchSize });
      expect(shape).toEqual([10, 4]);
      values.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 5);
      });
    }
    const inTraining = torch.noGrad(() => encoder.forward(images)).data() as Float32Array;
    expect(Math.abs(inTraining[0]! - expected[0]!)).toBeGreaterThan(1e-3);
  });

  test('a function’s modules are frozen when they are named', async () => {
    const encoder = trainedEncoder();
    const state = snapshot(encoder);
    const encode = (x: Tensor) => encoder.forward(x);
    const byFunction = await extractFeatures(encode, source, { modules: [encoder] });
    expect(snapshot(encoder)).toEqual(state);
    expect(byFunction).toEqual(await extractFeatures(encoder, source));
    await extractFeatures(encode, source);
    expect(snapshot(encoder)).not.toEqual(state);
  });

  test('modes come back after an error, and between batches', async () => {
    const encoder = trainedEncoder();
    expect(() =>
      inEvalMode([encoder], () => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(encoder.training).toBe(true);
    const between: boolean[] = [];
    await extractFeatures(encoder, source, { batchSize: 4, onProgress: () => between.push(encoder.training) });
    expect(between).toEqual([true, true, true]);
  });
});

test('the transform sees uint8 images, and its output reaches the encoder', async () => {
  const seen: string[] = [];
  const { values } = await extractFeatures((x) => x.flatten(1).narrow(1, 0, 2), source, {
    batchSize: 8,
    transform: (x) => {
      seen.push(`${x.dtype} ${x.shape.join('x')}`);
      return x.float().mul(2);
    },
  });
  expect(seen).toEqual(['uint8 8x3x6x5', 'uint8 2x3x6x5']);
  expect(Array.from(values.subarray(2, 4))).toEqual([source.images[90]! * 2, source.images[91]! * 2]);
});

test('leaves no tensor behind, and reports each batch', async () => {
  const encoder = trainedEncoder();
  const before = torch.memory().handles;
  const seen: number[] = [];
  await extractFeatures(encoder, source, { batchSize: 4, onProgress: ({ done }) => seen.push(done) });
  expect(seen).toEqual([4, 8, 10]);
  expect(torch.memory().handles).toBe(before);
});

test('features become a tensor', () => {
  const features = { values: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] as const };
  expect(featureTensor(features).tolist()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

describe('refuses', () => {
  const flat = (x: Tensor) => x.flatten(1);
  test('pixels that do not fit the sizes, and no images', async () => {
    await expect(extractFeatures(flat, { ...source, length: 11 })).rejects.toThrow(/not 11 images of 3x6x5/);
    await expect(extractFeatures(flat, { ...source, images: new Uint8Array(0), length: 0 })).rejects.toThrow(
      RangeError,
    );
  });
  test('an encoder that gives maps in place of rows', async () => {
    await expect(extractFeatures((x) => x, source)).rejects.toThrow(/gave \[10, 3, 6, 5\] for 10 images/);
  });
});
