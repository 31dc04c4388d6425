// What was trained, in use: the encoder of a finished run, from images to features.
import path from 'node:path';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import {
  type AugmentConfig,
  createEvaluationTransform,
  type EvaluationTransform,
  resolvePolicy,
} from '../augment/index.js';
import { createDataset, type ImageDataset, readImages } from '../data/index.js';
import type { Siamese } from '../methods/index.js';
import { RunFolder } from '../runs/index.js';
import { type Config, createModel, parseConfig } from '../training/index.js';
import { extractFeatures, type Features } from './features.js';
import type { OnProgress } from './progress.js';

/** Which weights of a run to use: the last step's, the best by kNN, or `step-N`. */
export interface LoadOptions {
  checkpoint?: string;
  /** Where to compute: `cpu` if left out. */
  device?: string;
}

/** A run's model with the weights of one of its checkpoints. @throws Error if the run has no such checkpoint */
export function loadModel(run: string, options: LoadOptions = {}): { model: Siamese; config: Config; step: number } {
  const folder = RunFolder.open(run);
  const config = parseConfig(folder.config(), path.join(run, 'config.yaml'));
  const name = options.checkpoint ?? 'last';
  const checkpoint = folder.checkpoints.find(name);
  if (!checkpoint) {
    const names = folder.checkpoints.list().map((c) => c.name);
    throw new Error(
      `the run ${run} has no checkpoint ${name}${names.length > 0 ? `; it has ${names.join(', ')}` : ': it has not saved one yet'}`,
    );
  }
  const model = createModel(config);
  const { tensors } = safetensors.load(path.join(checkpoint.path, 'weights.safetensors'));
  model.loadStateDict(tensors);
  for (const tensor of tensors.values()) tensor.dispose();
  model.to({ device: options.device ?? 'cpu' });
  if (config.training.channelsLast) model.toMemoryFormat('channels_last');
  model.eval();
  return { model, config, step: checkpoint.step };
}

/** The evaluation transform of a run: resize, centre crop, and the normalisation of its first view. */
export function runTransform(config: Config, size: number): EvaluationTransform {
  return createEvaluationTransform({
    size,
    normalize: resolvePolicy(config.augment.views[0] as AugmentConfig).normalize,
    channelsLast: config.training.channelsLast,
  });
}

/** An encoder that only embeds. */
export interface FrozenEncoder {
  /** Length of a feature vector. */
  readonly featureSize: number;
  /** Side of the square that images are scaled to, in pixels. */
  readonly imageSize: number;
  readonly config: Config;
  /**
   * The features of images, in order, as float32 `[N, featureSize]`.
   * @param images files, or a uint8 data set `[N, 3, H, W]` of any size
   * @throws Error naming the first file that cannot be decoded
   */
  embed(
    images: readonly string[] | ImageDataset | torch.Tensor,
    options?: { batchSize?: number; onProgress?: OnProgress },
  ): Promise<Features>;
}

const smallSizes: Record<string, number> = { embedded: 32, cifar10: 32, cifar100: 32, stl10: 96 };

/** Side of the views that a run was trained on. */
export function trainedSize(config: Config): number {
  return (
    config.augment.size ?? (config.data.name === 'folder' ? config.data.size : (smallSizes[config.data.name] as number))
  );
}

/**
 * The encoder of a run.
 *
 *     const encoder = loadEncoder('runs/directpred-embedded-1');
 *     const { values, shape } = await encoder.embed(['cat.jpg', 'dog.jpg']);
 */
export function loadEncoder(run: string, options: LoadOptions = {}): FrozenEncoder {
  const { model, config } = loadModel(run, options);
  const imageSize = trainedSize(config);
  const transform = runTransform(config, imageSize);
  return {
    featureSize: model.encoder.featureSize,
    imageSize,
    config,
    async embed(images, { batchSize, onProgress } = {}) {
      const source = await toSource(images, imageSize);
      return extractFeatures(model.encoder, source, {
        transform,
        device: options.device ?? 'cpu',
        ...(batchSize ? { batchSize } : {}),
        ...(onProgress ? { onProgress } : {}),
      });
    },
  };
}

async function toSource(images: readonly string[] | ImageDataset | torch.Tensor, size: number): Promise<ImageDataset> {
  if (torch.Tensor.isTensor(images)) {
    const [, channels, height, width] = images.shape;
    if (images.dtype !== 'uint8' || images.ndim !== 4 || channels !== 3) {
      throw new TypeError(`images to embed are uint8 [N, 3, H, W], not ${images.dtype} [${images.shape.join(', ')}]`);
    }
    return createDataset({
      name: 'tensor',
      images: images.data() as Uint8Array,
      height: height as number,
      width: width as number,
    });
  }
  return Array.isArray(images) ? readImages(images as string[], { size }) : (images as ImageDataset);
}
