// The published augmentation policies, by name: data only.
import { type AugmentPolicy, type AugmentPolicyInput, policySchema } from './policy.js';

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } satisfies AugmentPolicyInput['normalize'];
const CIFAR10 = {
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.2023, 0.1994, 0.201],
} satisfies AugmentPolicyInput['normalize'];

/** Colour jitter of strength `s` as SimCLR defines it, applied with probability 0.8. */
const simclrJitter = (s: number) => ({
  probability: 0.8,
  brightness: 0.8 * s,
  contrast: 0.8 * s,
  saturation: 0.8 * s,
  hue: 0.2 * s,
});

const BYOL = {
  crop: { kind: 'randomResized', scale: [0.08, 1] },
  horizontalFlip: { probability: 0.5 },
  colorJitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 },
  grayscale: { probability: 0.2 },
  normalize: IMAGENET,
} satisfies AugmentPolicyInput;

/** MoCo v2's recipe, which SimSiam and many small-image papers share. */
const MOCO_V2 = {
  crop: { kind: 'randomResized', scale: [0.2, 1] },
  horizontalFlip: { probability: 0.5 },
  colorJitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  grayscale: { probability: 0.2 },
  gaussianBlur: { probability: 0.5, sigma: [0.1, 2] },
  normalize: IMAGENET,
} satisfies AugmentPolicyInput;

const inputs = {
  /** Tian, Chen, Ganguli, ICML 2021 (DirectPred): STL-10 at 96 pixels; the blur is always on, no normalisation. */
  'directpred-stl10': {
    crop: { kind: 'randomResized', scale: [0.08, 1] },
    horizontalFlip: { probability: 0.5 },
    colorJitter: simclrJitter(1),
    grayscale: { probability: 0.2 },
    gaussianBlur: { probability: 1, sigma: [0.1, 2] },
  },
  /** The same paper's CIFAR-10 policy: half the jitter, no blur. */
  'directpred-cifar': {
    crop: { kind: 'randomResized', scale: [0.08, 1] },
    horizontalFlip: { probability: 0.5 },
    colorJitter: simclrJitter(0.5),
    grayscale: { probability: 0.2 },
    normalize: CIFAR10,
  },
  /** Chen et al., ICML 2020 (SimCLR), appendix B.9: CIFAR-10, jitter strength 0.5, no blur, pixels in [0, 1]. */
  'simclr-cifar': {
    crop: { kind: 'randomResized', scale: [0.08, 1] },
    horizontalFlip: { probability: 0.5 },
    colorJitter: simclrJitter(0.5),
    grayscale: { probability: 0.2 },
  },
  /** SimCLR, appendix A: ImageNet, jitter strength 1, blur with probability 0.5, pixels in [0, 1]. */
  'simclr-imagenet': {
    crop: { kind: 'randomResized', scale: [0.08, 1] },
    horizontalFlip: { probability: 0.5 },
    colorJitter: simclrJitter(1),
    grayscale: { probability: 0.2 },
    gaussianBlur: { probability: 0.5, sigma: [0.1, 2] },
  },
  /** Grill et al., NeurIPS 2020 (BYOL), appendix B, table 6: the first view is always blurred. */
  'byol-view1': { ...BYOL, gaussianBlur: { probability: 1, sigma: [0.1, 2] } },
  /** BYOL's second view: seldom blurred, solarised with probability 0.2. */
  'byol-view2': {
    ...BYOL,
    gaussianBlur: { probability: 0.1, sigma: [0.1, 2] },
    solarize: { probability: 0.2, threshold: 0.5 },
  },
  /** Chen and He, CVPR 2021 (SimSiam), the recipe of MoCo v2. */
  'simsiam-imagenet': MOCO_V2,
  /** SimSiam without blur, as used at 32 pixels by SimSiam itself and by Hua et al., ICCV 2021 (Shuffled-DBN). */
  'simsiam-cifar': { ...MOCO_V2, gaussianBlur: { probability: 0 } },
  /** Random resized crop and flip: training of linear classifiers. */
  'crop-flip': { crop: { kind: 'randomResized', scale: [0.08, 1] }, horizontalFlip: { probability: 0.5 } },
  /** Black border of 4 pixels, random crop of the old size and flip: supervised and adversarial training on CIFAR. */
  'pad-crop-flip': { crop: { kind: 'padded', padding: 4 }, horizontalFlip: { probability: 0.5 } },
  /** The largest centred square, resized: nothing is random. */
  none: { crop: { kind: 'center' } },
} satisfies Record<string, AugmentPolicyInput>;

/** Name of a published policy. */
export type PolicyName = keyof typeof inputs;

/** The names of all policies. */
export const policyNames = Object.keys(inputs) as [PolicyName, ...PolicyName[]];

/** The published policies by name, validated and complete. */
export const policies: Readonly<Record<PolicyName, AugmentPolicy>> = Object.fromEntries(
  Object.entries(inputs).map(([name, input]) => [name, policySchema.parse(input)]),
) as Record<PolicyName, AugmentPolicy>;
