import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { augmentSchema, resolvePolicy } from '../../src/augment/config.js';
import { policies, policyNames } from '../../src/augment/policies.js';
import { blurKernelSize } from '../../src/augment/policy.js';

describe('a published policy', () => {
  test('directpred-stl10 has the numbers of the paper', () => {
    expect(policies['directpred-stl10']).toEqual({
      crop: { kind: 'randomResized', scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
      horizontalFlip: { probability: 0.5 },
      colorJitter: { probability: 0.8, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
      grayscale: { probability: 0.2 },
      gaussianBlur: { probability: 1, sigma: [0.1, 2], kernelSize: null },
      solarize: { probability: 0, threshold: 0.5 },
      normalize: { mean: [0, 0, 0], std: [1, 1, 1] },
    });
  });

  test('has a blur kernel of a tenth of the view, made odd', () => {
    const widths = [32, 64, 96, 224].map((size) => blurKernelSize(policies['directpred-stl10'], size));
    expect(widths).toEqual([3, 7, 9, 23]);
  });

  test.each(policyNames)('%s resolves by its name alone', (name) => {
    expect(resolvePolicy(name)).toEqual(policies[name]);
  });
});

describe('overrides', () => {
  test('replace single numbers and keep the rest', () => {
    const policy = resolvePolicy({ policy: 'simclr-cifar', colorJitter: { hue: 0 }, crop: { scale: [0.2, 1] } });
    expect(policy.colorJitter).toEqual({ ...policies['simclr-cifar'].colorJitter, hue: 0 });
    expect(policy.crop).toEqual({ kind: 'randomResized', scale: [0.2, 1], ratio: [3 / 4, 4 / 3] });
    expect(policy.horizontalFlip).toEqual({ probability: 0.5 });
  });

  test('of the kind of crop start from that kind', () => {
    expect(resolvePolicy({ policy: 'simclr-cifar', crop: { kind: 'padded' } }).crop).toEqual({
      kind: 'padded',
      padding: 4,
    });
  });

  test('out of range or unknown are refused in one sentence that names the field', () => {
    expect(() => resolvePolicy({ policy: 'none', colorJitter: { hue: 0.7 } })).toThrow(
      /^Augmentation.*colorJitter\.hue: /,
    );
    expect(() => resolvePolicy({ policy: 'none', gaussianBlur: { sigma: [2, 1] } })).toThrow(/gaussianBlur\.sigma/);
    expect(() => resolvePolicy({ policy: 'none', gaussianBlur: { kernelSize: 4 } })).toThrow(/odd/);
    expect(() => resolvePolicy({ policy: 'none', crop: { padding: 4 } })).toThrow(/crop.*padding/);
    expect(() => resolvePolicy({ policy: 'none', blur: {} } as object)).toThrow(/blur/);
  });

  test('have a JSON schema with a description for every number', () => {
    const schema = JSON.stringify(z.toJSONSchema(augmentSchema, { io: 'input' }));
    for (const text of [
      'Brightness factor',
      'Standard deviation in pixels',
      'Area of the crop',
      'Black pixels added',
    ]) {
      expect(schema).toContain(text);
    }
  });
});
