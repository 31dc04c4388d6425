// A trained (or untrained) model measured as the metrics file names things: features h of the encoder, embeddings z.
import * as torch from '@twoview/torch';
import { type ImageDataset, isLabeled } from '../data/index.js';
import type { Siamese } from '../methods/index.js';
import { normalizedStd, spectrum } from '../metrics/index.js';
import { evaluateEmbeddings, type ProbeChoice } from './evaluate.js';
import { extractFeatures, type FeatureOptions, type Features, featureTensor, inEvalMode } from './features.js';
import type { OnProgress } from './progress.js';

/** h and z of every image of a data set. */
export interface ModelFeatures {
  h: Features;
  z: Features;
}

/** One pass of the images through encoder, projector and normalizer, in evaluation mode and without gradient. */
export async function extractModelFeatures(
  model: Siamese,
  dataset: ImageDataset,
  options: FeatureOptions,
): Promise<ModelFeatures> {
  const h = await extractFeatures(model.encoder, dataset, options);
  const values = torch.noGrad(() =>
    inEvalMode([model.online], () =>
      torch.scope(() => {
        const z = model.embed(featureTensor(h, options.device));
        return { values: z.float().data() as Float32Array, shape: [h.shape[0], z.size(1)] as const };
      }),
    ),
  );
  return { h, z: values };
}

/** Spread and ranks of embeddings, under names that start with `prefix`. */
export function embeddingMeasures(features: Features, prefix: 'h' | 'z'): Record<string, number> {
  return torch.scope(() => {
    const tensor = featureTensor(features);
    const { effectiveRank, rankMe, participationRatio } = spectrum(tensor);
    return {
      [`${prefix}.std`]: normalizedStd(tensor),
      [`${prefix}.effectiveRank`]: effectiveRank,
      [`${prefix}.rankMe`]: rankMe,
      [`${prefix}.participationRatio`]: participationRatio,
    };
  });
}

export interface MeasureOptions {
  k: number;
  temperature: number;
  probe: ProbeChoice;
  seed: number;
  onProgress?: OnProgress;
}

/**
 * kNN and linear accuracy of h where both sets are labelled, and spread and ranks of h and z, all on the test set.
 * @returns numbers by the names of `metrics.jsonl`: `knn`, `linear`, `h.effectiveRank`, ...
 */
export async function measureModel(
  train: { features: ModelFeatures; dataset: ImageDataset },
  test: { features: ModelFeatures; dataset: ImageDataset },
  options: MeasureOptions,
): Promise<Record<string, number>> {
  const labels =
    isLabeled(train.dataset) && isLabeled(test.dataset)
      ? { trainLabels: train.dataset.labels, testLabels: test.dataset.labels }
      : {};
  const report = await evaluateEmbeddings({ train: train.features.h, test: test.features.h, ...labels, ...options });
  const measures = { ...embeddingMeasures(test.features.h, 'h'), ...embeddingMeasures(test.features.z, 'z') };
  if (report.knn) measures.knn = report.knn.accuracy;
  if (report.linear) measures.linear = report.linear.accuracy;
  if (report.linear?.best) measures.linearBest = report.linear.best.accuracy;
  return measures;
}
