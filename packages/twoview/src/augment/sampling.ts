// Random parameters of a batch of views, as a pure function of a policy and a key: nothing to save, and a resumed run
// draws what an uninterrupted one would have drawn.
import { JITTER_ORDERS, PARAM, PARAM_COUNT } from './params.js';
import { philox4x32 } from './philox.js';
import type { AugmentPolicy } from './policy.js';

/** What a batch's randomness depends on. */
export interface SampleKey {
  /** The run's seed, a non-negative safe integer. */
  readonly seed: number;
  /** Index of the training step, a non-negative safe integer. */
  readonly step: number;
  /** Which view of the step, 0..2047. */
  readonly view: number;
  /** Position of the first sample in the global batch (default 0): ranks pass their own, and draw what one process would. */
  readonly offset?: number;
}

const MAX_VIEW = 2048;

/** Every decision has its own block of four numbers, so that changing one probability leaves all other draws as they were. */
const BLOCK = { switches: 0, jitter: 1, blur: 2, firstCropTry: 3 } as const;
const CROP_TRIES = 10;

/**
 * Draws the parameters of a batch of views.
 *
 * @param height,width sides of the images in pixels, before any padding of a `padded` crop.
 * @returns `batchSize` rows of {@link PARAM_COUNT} numbers laid out as in {@link PARAM}.
 * @throws RangeError if a size or a part of the key is not a whole number in its range.
 */
export function sampleParameters(
  policy: AugmentPolicy,
  batchSize: number,
  height: number,
  width: number,
  key: SampleKey,
): Float32Array {
  checkWhole('batch size', batchSize, 0);
  checkWhole('image height', height, 1);
  checkWhole('image width', width, 1);
  checkWhole('seed', key.seed, 0);
  checkWhole('step', key.step, 0);
  checkWhole('view', key.view, 0, MAX_VIEW - 1);
  checkWhole('offset', key.offset ?? 0, 0, 2 ** 32 - 1 - batchSize);

  const out = new Float32Array(batchSize * PARAM_COUNT);
  const draws = new SampleDraws(key);
  for (let i = 0; i < batchSize; i++) {
    draws.sample = (key.offset ?? 0) + i;
    sampleOne(out.subarray(i * PARAM_COUNT, (i + 1) * PARAM_COUNT), policy, height, width, draws);
  }
  return out;
}

/** The uniform numbers of one sample, four at a time. */
class SampleDraws {
  sample = 0;
  readonly #bits = new Uint32Array(4);
  readonly #key: readonly [number, number];
  readonly #stepLow: number;
  readonly #stepHighAndView: number;

  constructor(key: SampleKey) {
    this.#key = [key.seed | 0, Math.floor(key.seed / 2 ** 32)];
    this.#stepLow = key.step | 0;
    this.#stepHighAndView = Math.floor(key.step / 2 ** 32) | (key.view << 21) | 0;
  }

  /** Makes `block` the block that {@link uniform} reads. */
  select(block: number): void {
    const [k0, k1] = this.#key;
    philox4x32(this.#bits, block, this.sample, this.#stepLow, this.#stepHighAndView, k0, k1);
  }

  /** Number `index` (0..3) of the selected block, uniform in [low, high). */
  uniform(index: number, low = 0, high = 1): number {
    return low + (high - low) * (this.#bits[index]! * 2 ** -32);
  }
}

function sampleOne(row: Float32Array, policy: AugmentPolicy, height: number, width: number, draws: SampleDraws): void {
  sampleCrop(row, policy, height, width, draws);

  draws.select(BLOCK.switches);
  const jittered = draws.uniform(1) < policy.colorJitter.probability;
  row[PARAM.flip] = draws.uniform(0) < policy.horizontalFlip.probability ? 1 : 0;
  row[PARAM.grayscale] = draws.uniform(2) < policy.grayscale.probability ? 1 : 0;
  row[PARAM.solarize] = draws.uniform(3) < policy.solarize.probability ? 1 : 0;

  draws.select(BLOCK.blur);
  const blurred = draws.uniform(0) < policy.gaussianBlur.probability;
  row[PARAM.sigma] = blurred ? draws.uniform(1, ...policy.gaussianBlur.sigma) : 0;
  row[PARAM.order] = jittered ? Math.floor(draws.uniform(2) * JITTER_ORDERS.length) : -1;

  if (jittered) {
    const { brightness, contrast, saturation, hue } = policy.colorJitter;
    draws.select(BLOCK.jitter);
    row[PARAM.brightness] = draws.uniform(0, Math.max(0, 1 - brightness), 1 + brightness);
    row[PARAM.contrast] = draws.uniform(1, Math.max(0, 1 - contrast), 1 + contrast);
    row[PARAM.saturation] = draws.uniform(2, Math.max(0, 1 - saturation), 1 + saturation);
    row[PARAM.hue] = draws.uniform(3, -hue, hue);
  } else {
    row.fill(1, PARAM.brightness, PARAM.saturation + 1);
  }
}

function sampleCrop(row: Float32Array, policy: AugmentPolicy, height: number, width: number, draws: SampleDraws): void {
  const { crop } = policy;
  if (crop.kind === 'randomResized') {
    sampleResizedCrop(row, crop.scale, crop.ratio, height, width, draws);
  } else if (crop.kind === 'padded') {
    draws.select(BLOCK.firstCropTry);
    const top = Math.floor(draws.uniform(2) * (2 * crop.padding + 1));
    const left = Math.floor(draws.uniform(3) * (2 * crop.padding + 1));
    setBox(row, top, left, height, width);
  } else {
    const side = Math.min(height, width);
    setBox(row, (height - side) >> 1, (width - side) >> 1, side, side);
  }
}

/** torchvision's RandomResizedCrop: ten tries at an area and a log-uniform ratio, then the largest centred box. */
function sampleResizedCrop(
  row: Float32Array,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  height: number,
  width: number,
  draws: SampleDraws,
): void {
  for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
    draws.select(BLOCK.firstCropTry + attempt);
    const area = height * width * draws.uniform(0, ...scale);
    const aspect = Math.exp(draws.uniform(1, Math.log(ratio[0]), Math.log(ratio[1])));
    const w = roundHalfToEven(Math.sqrt(area * aspect));
    const h = roundHalfToEven(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = Math.floor(draws.uniform(2) * (height - h + 1));
      const left = Math.floor(draws.uniform(3) * (width - w + 1));
      setBox(row, top, left, h, w);
      return;
    }
  }
  const aspect = width / height;
  let w = width;
  let h = height;
  if (aspect < ratio[0]) h = Math.min(height, Math.max(1, roundHalfToEven(width / ratio[0])));
  else if (aspect > ratio[1]) w = Math.min(width, Math.max(1, roundHalfToEven(height * ratio[1])));
  setBox(row, (height - h) >> 1, (width - w) >> 1, h, w);
}

function setBox(row: Float32Array, top: number, left: number, height: number, width: number): void {
  row[PARAM.top] = top;
  row[PARAM.left] = left;
  row[PARAM.height] = height;
  row[PARAM.width] = width;
}

/** Python's `round`, which torchvision uses. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

function checkWhole(name: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < low || value > high) {
    throw new RangeError(`Augmentation ${name} must be a whole number in [${low}, ${high}], not ${value}`);
  }
}
