// All that frozen embeddings tell at once: kNN, a linear probe, and their spectrum. What `twoview evaluate` prints.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { countClasses, knnClassify, normalizedStd, spectrum, uniformity } from '../metrics/index.js';
import { type Features, featureTensor } from './features.js';
import { type LinearProbeOptions, linearProbe } from './linear-probe.js';
import { type LogisticProbeOptions, logisticProbe } from './logistic-probe.js';
import { checkProbeData } from './probe.js';
import { breathe, type OnProgress } from './progress.js';
import { type RidgeProbeOptions, ridgeProbe } from './ridge-probe.js';

/** The linear probe: at its optimum, by the published protocol, in closed form, or none. */
export type ProbeChoice =
  | ({ kind: 'logistic' } & Pick<LogisticProbeOptions, 'l2' | 'maxIterations' | 'standardize'>)
  | ({ kind: 'adam' } & Pick<LinearProbeOptions, 'epochs' | 'batchSize' | 'lr' | 'weightDecay' | 'standardize'>)
  | ({ kind: 'ridge' } & Pick<RidgeProbeOptions, 'alpha' | 'standardize'>)
  | { kind: 'none' };

export interface EvaluateOptions {
  /** [N, D] embeddings that classifiers learn from. */
  train: Features | Tensor;
  /** N class indices from 0; without labels of both sets only the spectrum is measured. */
  trainLabels?: ArrayLike<number>;
  /** [M, D] embeddings that are classified and whose spectrum is measured. */
  test: Features | Tensor;
  /** M class indices from 0. */
  testLabels?: ArrayLike<number>;
  /** kNN's, see `knnClassify`. */
  k?: number;
  temperature?: number;
  /** `{ kind: 'logistic' }` if left out. */
  probe?: ProbeChoice;
  /** Seeds the `adam` probe; the others have no randomness. */
  seed: number;
  /** Where to compute: `cpu` if left out. */
  device?: string;
  onProgress?: OnProgress;
}

/** Plain data, fit for JSON. Accuracies are shares in [0, 1]. */
export interface EmbeddingReport {
  train: number;
  test: number;
  dimension: number;
  /** Null without labels. */
  classes: number | null;
  knn: { accuracy: number; k: number; temperature: number } | null;
  linear: {
    probe: Exclude<ProbeChoice['kind'], 'none'>;
    /** Of the optimum, or of the last epoch. */
    accuracy: number;
    trainAccuracy: number;
    /** Only of the `adam` probe: the best epoch's, chosen on the test set. */
    best?: { accuracy: number; epoch: number };
    /** Only of the `logistic` probe. */
    converged?: boolean;
  } | null;
  /** Of the test embeddings. */
  spectrum: {
    effectiveRank: number;
    rankMe: number;
    participationRatio: number;
    topShare: number;
    /** Descending, D of them. */
    eigenvalues: number[];
  };
  /** `normalizedStd` of the test embeddings. */
  std: number;
  /** `uniformity` of (at most the first 5,000) test embeddings; null for a single one. */
  uniformity: number | null;
}

/** Uniformity compares all pairs; so many embeddings settle it. */
const UNIFORMITY_ROWS = 5000;

/**
 * Measures embeddings of a labelled (or not) training and test set.
 *
 * @throws RangeError when shapes, labels or options do not fit, or an embedding is not finite
 */
export async function evaluateEmbeddings(options: EvaluateOptions): Promise<EmbeddingReport> {
  const { trainLabels, testLabels, device = 'cpu', onProgress } = options;
  const train = featureTensor(options.train, device);
  const test = featureTensor(options.test, device);
  const made = [train, test].filter((tensor) => tensor !== options.train && tensor !== options.test);
  try {
    const data = trainLabels && testLabels ? { train, trainLabels, test, testLabels } : undefined;
    const classes = data ? Math.max(countClasses(data.trainLabels), countClasses(data.testLabels)) : null;
    if (data) checkProbeData('evaluateEmbeddings', data);

    onProgress?.({ stage: 'spectrum', done: 0, total: 1 });
    const { eigenvalues, ...ranks } = spectrum(test);
    const std = normalizedStd(test);
    const rows = Math.min(test.shape[0]!, UNIFORMITY_ROWS);
    const even = rows < 2 ? null : torch.scope(() => uniformity(test.narrow(0, 0, rows)));
    onProgress?.({ stage: 'spectrum', done: 1, total: 1 });
    await breathe();

    let knn: EmbeddingReport['knn'] = null;
    if (data) {
      const { accuracy, k, temperature } = knnClassify({
        ...data,
        classes: classes!,
        k: options.k,
        temperature: options.temperature,
        onProgress: (done, total) => onProgress?.({ stage: 'kNN', done, total }),
      });
      knn = { accuracy: accuracy!, k, temperature };
      await breathe();
    }
    return {
      train: train.shape[0]!,
      test: test.shape[0]!,
      dimension: test.shape[1]!,
      classes,
      knn,
      linear: data ? await probe(options, { ...data, classes: classes! }) : null,
      spectrum: { ...ranks, eigenvalues: Array.from(eigenvalues) },
      std,
      uniformity: even,
    };
  } finally {
    for (const tensor of made) tensor.dispose();
  }
}

async function probe(
  { probe: choice = { kind: 'logistic' }, seed, onProgress }: EvaluateOptions,
  data: Parameters<typeof ridgeProbe>[0],
): Promise<EmbeddingReport['linear']> {
  switch (choice.kind) {
    case 'none':
      return null;
    case 'logistic': {
      const { accuracy, trainAccuracy, converged } = await logisticProbe({ ...data, ...choice, onProgress });
      return { probe: 'logistic', accuracy, trainAccuracy, converged };
    }
    case 'ridge': {
      const { accuracy, trainAccuracy } = ridgeProbe({ ...data, ...choice });
      onProgress?.({ stage: 'ridge probe', done: 1, total: 1 });
      return { probe: 'ridge', accuracy, trainAccuracy };
    }
    case 'adam': {
      const { accuracy, trainAccuracy, bestAccuracy, bestEpoch } = await linearProbe({
        ...data,
        ...choice,
        seed,
        onProgress,
      });
      return { probe: 'adam', accuracy, trainAccuracy, best: { accuracy: bestAccuracy, epoch: bestEpoch } };
    }
  }
}
