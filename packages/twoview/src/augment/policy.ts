// What an augmentation policy is: plain data, validated by zod. The published policies are in policies.ts.
import { z } from 'zod';

const probability = z.number().min(0).max(1);

/** `[low, high]` with low <= high and both positive. */
function range(low: number, high: number) {
  return z
    .tuple([z.number().positive(), z.number().positive()])
    .refine(([from, to]) => from <= to, { message: 'the first number must not be larger than the second' })
    .default([low, high]);
}

export const randomResizedCropSchema = z.strictObject({
  kind: z.literal('randomResized'),
  scale: range(0.08, 1).describe('Area of the crop as a share of the image, uniform in [low, high]'),
  ratio: range(3 / 4, 4 / 3).describe('Width over height of the crop, log-uniform in [low, high]'),
});

export const paddedCropSchema = z.strictObject({
  kind: z.literal('padded'),
  padding: z
    .int()
    .min(0)
    .max(1024)
    .default(4)
    .describe('Black pixels added on every side before cropping the old size'),
});

export const centerCropSchema = z.strictObject({ kind: z.literal('center') });

export const colorJitterSchema = z.strictObject({
  probability: probability.default(0).describe('Probability of jittering the colours of a view'),
  brightness: z.number().min(0).default(0).describe('Brightness factor, uniform in [max(0, 1-x), 1+x]'),
  contrast: z.number().min(0).default(0).describe('Contrast factor, uniform in [max(0, 1-x), 1+x]'),
  saturation: z.number().min(0).default(0).describe('Saturation factor, uniform in [max(0, 1-x), 1+x]'),
  hue: z.number().min(0).max(0.5).default(0).describe('Turn of the hue, uniform in [-x, x] of a full circle'),
});

export const gaussianBlurSchema = z.strictObject({
  probability: probability.default(0).describe('Probability of blurring a view'),
  sigma: range(0.1, 2).describe('Standard deviation in pixels of the view, uniform in [low, high]'),
  kernelSize: z
    .int()
    .min(1)
    .refine((size) => size % 2 === 1, { message: 'the kernel size must be odd' })
    .nullable()
    .default(null)
    .describe('Width of the kernel in pixels, odd; null: a tenth of the view, made odd'),
});

export const solarizeSchema = z.strictObject({
  probability: probability.default(0).describe('Probability of inverting the bright values of a view'),
  threshold: z.number().min(0).max(1).default(0.5).describe('Values at or above it are inverted, in [0, 1]'),
});

const probabilityOnly = (text: string) => z.strictObject({ probability: probability.default(0).describe(text) });

const triple = (item: z.ZodNumber) => z.tuple([item, item, item]);

export const normalizeSchema = z.strictObject({
  mean: triple(z.number()).default([0, 0, 0]).describe('Subtracted from red, green and blue, which lie in [0, 1]'),
  std: triple(z.number().positive()).default([1, 1, 1]).describe('Red, green and blue are divided by it'),
});

/**
 * A whole policy. Operations are applied in this order: crop and resize, flip, colour jitter, grayscale, blur, solarise,
 * normalise.
 */
export const policySchema = z.strictObject({
  crop: z
    .discriminatedUnion('kind', [randomResizedCropSchema, paddedCropSchema, centerCropSchema])
    .default({ kind: 'center' })
    .describe('Which part of the image a view shows'),
  horizontalFlip: probabilityOnly('Probability of mirroring a view').prefault({}),
  colorJitter: colorJitterSchema.prefault({}).describe('Colour jitter, its four operations in random order'),
  grayscale: probabilityOnly('Probability of dropping the colour of a view').prefault({}),
  gaussianBlur: gaussianBlurSchema.prefault({}).describe('Gaussian blur with reflected borders'),
  solarize: solarizeSchema.prefault({}).describe('Solarisation'),
  normalize: normalizeSchema.prefault({}).describe('Normalisation of the finished view'),
});

/** A validated policy; see {@link policySchema}. */
export type AugmentPolicy = z.output<typeof policySchema>;

/** What {@link policySchema} accepts: everything may be left out. */
export type AugmentPolicyInput = z.input<typeof policySchema>;

/**
 * Width of the blur kernel for views of `size` pixels: the policy's own, or a tenth of the view made odd (9 at 96 pixels,
 * 23 at 224), never wider than reflected borders allow.
 */
export function blurKernelSize(policy: AugmentPolicy, size: number): number {
  if (policy.gaussianBlur.kernelSize !== null) return policy.gaussianBlur.kernelSize;
  const tenth = Math.floor(size / 10);
  return Math.min(tenth % 2 === 1 ? tenth : tenth + 1, 2 * size - 1);
}
