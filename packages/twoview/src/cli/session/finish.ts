// What every run ends with: final numbers, a verdict, and something to look at.
import path, { basename } from 'node:path';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { createAugmentation, type EvaluationTransform, resolvePolicy } from '../../augment/index.js';
import { gatherBatch, type ImageDataset, isLabeled } from '../../data/index.js';
import { evidenceLines, judgeRun, type LayerVerdict, type RunJudgement } from '../../diagnosis/index.js';
import {
  chosenCheckpoint,
  extractModelFeatures,
  type Features,
  featureTensor,
  labeledPixels,
  type ModelFeatures,
  measureModel,
} from '../../evaluation/index.js';
import type { Siamese } from '../../methods/index.js';
import { knnClassify } from '../../metrics/index.js';
import {
  type AugmentedSample,
  type EmbeddingMap,
  type Neighbours,
  type Picture,
  type RobustnessSummary,
  type RunReport,
  renderRunReport,
  type Verdict,
  writeReport,
} from '../../report/index.js';
import type { RunFolder } from '../../runs/index.js';
import { practice } from '../../theory/index.js';
import { type Config, createModel, viewSize } from '../../training/index.js';
import { parseAttack } from '../robustness/attacks.js';
import { summarizeRobustness } from '../robustness/summary.js';
import type { SessionSummary } from './protocol.js';

export interface FinishInput {
  folder: RunFolder;
  config: Config;
  model: Siamese;
  images: ImageDataset;
  labeled: ImageDataset;
  test: ImageDataset;
  transform: EvaluationTransform;
}

export function picture(dataset: ImageDataset, index: number): Picture {
  const { width, height } = dataset;
  return { width, height, layout: 'chw', pixels: gatherBatch(dataset, [index]) };
}

function labelOf(dataset: ImageDataset, index: number): { label?: string } {
  const label = dataset.labels?.[index] ?? -1;
  return label < 0 ? {} : { label: dataset.classes[label] ?? String(label) };
}

/** Query images spread over the test set, so that every class has a chance to be among them. */
function neighbours({ labeled, test: testSet }: FinishInput, train: Features, test: Features): Neighbours {
  const count = Math.min(8, testSet.length);
  const queries = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * testSet.length) / count));
  const found = torch.scope(() =>
    knnClassify({
      train: featureTensor(train),
      trainLabels: new Int32Array(labeled.length),
      test: featureTensor(test).indexSelect(0, torch.tensor(queries, { dtype: 'int64' })),
      classes: 1,
      k: 8,
      neighbors: true,
    }),
  );
  const { indices, similarities } = found.neighbors as { indices: Int32Array; similarities: Float32Array };
  return {
    space: 'encoder output h, cosine similarity',
    queries: queries.map((query, i) => ({
      picture: picture(testSet, query),
      ...labelOf(testSet, query),
      neighbours: Array.from({ length: found.k }, (_, j) => {
        const index = indices[i * found.k + j] as number;
        return {
          picture: picture(labeled, index),
          ...labelOf(labeled, index),
          similarity: similarities[i * found.k + j] as number,
        };
      }),
    })),
  };
}

/** Views as the network sees them, with the normalisation undone. */
function augmentedSamples(config: Config, images: ImageDataset): AugmentedSample[] {
  const count = Math.min(6, images.length);
  const indices = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * images.length) / count));
  const size = viewSize(config, images);
  const pixels = config.augment.views.map((view, viewIndex) => {
    const policy = {
      ...resolvePolicy(view),
      normalize: { mean: [0, 0, 0] as [number, number, number], std: [1, 1, 1] as [number, number, number] },
    };
    return torch.scope(() => {
      const batch = torch.fromTypedArray(gatherBatch(images, indices), [count, 3, images.height, images.width]);
      const key = { seed: config.training.seed, step: 0, view: viewIndex };
      return createAugmentation(policy, { size })
        .augment(batch, key)
        .clamp(0, 1)
        .mul(255)
        .round()
        .to({ dtype: 'uint8' })
        .data() as Uint8Array;
    });
  });
  const bytes = 3 * size * size;
  return indices.map((index, i) => ({
    original: picture(images, index),
    views: pixels.map((data) => ({
      width: size,
      height: size,
      layout: 'chw' as const,
      pixels: data.subarray(i * bytes, (i + 1) * bytes),
    })),
  }));
}

/** The first two principal components of the test features. */
function principalMap(test: ImageDataset, features: Features): EmbeddingMap {
  const count = Math.min(1000, test.length);
  const [, dimension] = features.shape;
  return torch.scope(() => {
    const all: Tensor = featureTensor(features).narrow(0, 0, count).double();
    const unit = all.div(all.norm(2, [1], { keepdim: true }).clampMin(1e-12));
    const centred = unit.sub(unit.mean([0]));
    const [, vectors] = torch.linalgEigh(centred.transpose(0, 1).matmul(centred));
    const plane = centred.matmul(vectors.narrow(1, dimension - 2, 2)).data() as Float64Array;
    const points = Array.from({ length: count }, (_, i) => ({
      x: plane[2 * i + 1] as number,
      y: plane[2 * i] as number,
      ...labelOf(test, i),
    }));
    return { method: 'first two principal components of the normalised features h of test images', points };
  });
}

const states: Record<LayerVerdict['verdict'], Verdict['state']> = {
  healthy: 'healthy',
  'dimensional collapse': 'warning',
  'complete collapse': 'collapsed',
  'too early': 'unknown',
  diverged: 'collapsed',
};

/** The judgement as the report shows it: the embeddings' verdict; below it what it means for the features, and what to change. */
export function reportVerdict({ z, h, causes: [cause] }: RunJudgement): Verdict {
  const remedy = cause ? [`probable cause: ${cause.why}; change ${cause.change}`] : [];
  const lines = [z, h].flatMap((layer) => evidenceLines(layer).map((line) => `${layer.layer}: ${line}`));
  return {
    state: states[z.verdict],
    label: z.verdict,
    sentence: z.summary,
    evidence: [...remedy, h.summary, ...lines],
  };
}

/** The usual ball and step of 32-pixel images, for a classifier that was trained without an attack. */
const usualAttack = { norm: 'linf', eps: 8 / 255, stepSize: 2 / 255 } as const;

/**
 * How robust the run's classifier is: the checkpoint that held-out images chose, else the last weights. Null without a classifier,
 * or where test images have no classes.
 */
async function measureRobustness(input: FinishInput): Promise<RobustnessSummary | null> {
  const { folder, config, model, test, images } = input;
  if (!model.classifier || !isLabeled(test)) return null;
  const { device, channelsLast, seed } = config.training;
  const { finalImages, finalSteps } = config.evaluation.robust;
  const checkpoint = chosenCheckpoint(folder);
  const chosen = checkpoint ? createModel(config).to({ device }) : model;
  if (checkpoint) {
    const { tensors } = safetensors.load(path.join(checkpoint.path, 'weights.safetensors'));
    chosen.loadStateDict(tensors);
    for (const tensor of tensors.values()) tensor.dispose();
  }
  const pixels = labeledPixels(test, { size: viewSize(config, images), count: finalImages, device, channelsLast });
  try {
    const { norm, eps, stepSize } = config.method.attack ?? usualAttack;
    const choice = { ball: { norm, eps }, stepSize, restarts: 1 };
    const attack = parseAttack(`pgd-${finalSteps}`, choice);
    if (attack.kind !== 'pgd') return null;
    const { classes } = test;
    const result = await summarizeRobustness({ classifier: chosen.classifier!, pixels, classes, attack, seed });
    return result?.summary ?? null;
  } finally {
    pixels.images.dispose();
    pixels.labels.dispose();
    if (chosen !== model) chosen.dispose();
  }
}

/** Its numbers, by name. */
function robustnessResults({ naturalAccuracy, attacks, latents }: RobustnessSummary): Record<string, number> {
  const [attack] = attacks ?? [];
  const relative = latents?.adversarial?.cosine?.relative;
  return {
    ...(naturalAccuracy === undefined ? {} : { natural: naturalAccuracy }),
    ...(attack ? { robust: attack.accuracy } : {}),
    ...(relative === undefined ? {} : { 'divergence.relative': relative }),
  };
}

export interface FinalReport {
  report: RunReport;
  judgement: RunJudgement;
  results: Record<string, number>;
}

/** Evaluates a model on all images, as the report's headline numbers are. */
async function measure(
  { config, labeled, test, transform }: FinishInput,
  model: Siamese,
): Promise<{ train: ModelFeatures; held: ModelFeatures; results: Record<string, number> }> {
  const options = { transform, device: config.training.device };
  const train = await extractModelFeatures(model, labeled, options);
  const held = await extractModelFeatures(model, test, options);
  const { k, temperature } = config.evaluation;
  const protocol = { k, temperature, probe: { kind: 'logistic' } as const, seed: config.training.seed };
  const results = await measureModel(
    { dataset: labeled, features: train },
    { dataset: test, features: held },
    protocol,
  );
  return { train, held, results };
}

/** Evaluates the weights as they are and gathers everything that a report can say. */
export async function gatherReport(input: FinishInput): Promise<FinalReport> {
  const { folder, config, model, labeled, test } = input;
  const { train, held, results } = await measure(input, model);
  // The encoder before training, by the same protocol: during training fewer images are measured.
  using before = createModel(config).to({ device: config.training.device });
  const { results: untrained } = await measure(input, before);
  const robustness = await measureRobustness(input);
  if (robustness) Object.assign(results, robustnessResults(robustness));
  const [featureSize, embeddingSize] = [held.h.shape[1], held.z.shape[1]];
  const { rows } = folder.metrics();
  const step = Math.max(0, ...rows.map((row) => row.step));
  const classes = labeled.classes.length;
  const judgement = judgeRun({ config, h: held.h, z: held.z, step, rows, ...(classes > 0 && { classes }) });
  const seconds = Math.max(0, ...rows.map((row) => row.time ?? 0));
  const speeds = rows.map((row) => row.viewsPerSecond).filter((v): v is number => typeof v === 'number');
  const theory = practice.overlayTheory(config, rows);
  const report: RunReport = {
    name: basename(folder.dir),
    method: config.method.name,
    dataset: config.data.name,
    encoder: config.encoder.name,
    created: new Date().toISOString(),
    verdict: reportVerdict(judgement),
    rows,
    results: {
      ...results,
      durationSeconds: seconds,
      ...(speeds.length > 0 ? { viewsPerSecond: speeds[speeds.length - 1] as number } : {}),
    },
    untrained,
    ...(labeled.classes.length > 1 ? { chance: 1 / labeled.classes.length } : {}),
    dimensions: { h: featureSize, z: embeddingSize },
    neighbours: neighbours(input, train.h, held.h),
    views: augmentedSamples(config, input.images),
    map: principalMap(test, held.h),
    ...(robustness ? { robustness } : {}),
    ...('reason' in theory ? { reasons: { theory: theory.reason } } : { theory }),
    config,
    commands: {
      rerun: `twoview train ${folder.dir}/config.yaml --out NEW_FOLDER`,
      resume: `twoview resume ${folder.dir}`,
    },
    environment: folder.environment(),
  };
  return { report, judgement, results };
}

/** Evaluates, records the final row, writes `report.html`. */
export async function finishRun(input: FinishInput): Promise<{ summary: SessionSummary; report: RunReport }> {
  const { folder, config } = input;
  const { report, judgement, results } = await gatherReport(input);
  const page = writeReport(folder.dir, await renderRunReport(report));
  folder.writeFile(
    'results.json',
    `${JSON.stringify({ verdict: judgement.z, features: judgement.h, causes: judgement.causes, results }, null, 2)}\n`,
  );
  const last = report.rows[report.rows.length - 1];
  const summary: SessionSummary = {
    dir: folder.dir,
    report: page,
    method: config.method.name,
    dataset: config.data.name,
    steps: last?.step ?? 0,
    seconds: report.results?.durationSeconds ?? 0,
    verdict: judgement.z.verdict,
    features: judgement.h.verdict,
    remedy: judgement.causes[0] ? `${judgement.causes[0].why}; change ${judgement.causes[0].change}` : null,
    results,
    untrained: { ...report.untrained },
  };
  return { summary, report };
}
