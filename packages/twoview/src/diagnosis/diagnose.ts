// A whole diagnosis: of a model at hand, of a run's checkpoint, or of an encoder's weights alone.
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { type ImageDataset, isLabeled, limitDataset, openDataset } from '../data/index.js';
import {
  extractFeatures,
  type Features,
  inEvalMode,
  loadModel,
  type OnProgress,
  runTransform,
  trainedSize,
} from '../evaluation/index.js';
import { loadEncoderWeights } from '../interchange/index.js';
import type { Siamese } from '../methods/index.js';
import { correlationMatrix, type PredictorAlignment, predictorAlignment } from '../metrics/index.js';
import { createEncoder, type Encoder } from '../models/index.js';
import { type MetricsRow, RunFolder } from '../runs/index.js';
import { type Config, createModel } from '../training/index.js';
import {
  type Cause,
  estimateWeightDecay,
  looksAtEmbeddings,
  probableCauses,
  type WeightDecayEstimate,
} from './causes/index.js';
import { sufficientDirections } from './classes.js';
import { type Course, courseOf } from './course.js';
import { encoderOf } from './encoder-of.js';
import { spreadHistory } from './history.js';
import { settledSteps } from './judge-run.js';
import { type LayerMeasures, measureLayer } from './layer.js';
import { measurePairs, type PairMeasures } from './pairs.js';
import { judgeLayer, type LayerVerdict } from './verdict.js';
import { mapFeatures, viewFeatures } from './views.js';

/** One layer: the verdict, and all that was measured. */
export interface LayerDiagnosis {
  verdict: LayerVerdict;
  measures: LayerMeasures;
  /** Of augmented views. */
  pairs: PairMeasures;
}

/** A whole diagnosis: plain data, fit for JSON but for NaN. */
export interface Diagnosis {
  /** Steps that the weights were trained for; null where it is not known. */
  step: number | null;
  h: LayerDiagnosis;
  /** Null for an encoder alone. */
  z: LayerDiagnosis | null;
  /** How a predictor that is a matrix fits the correlation of z. */
  predictor: PredictorAlignment | null;
  /** The weight decay beside the critical one; null where the theory does not apply. */
  weightDecay: WeightDecayEstimate | null;
  /** The most probable first. */
  causes: Cause[];
  /** Null without rows. */
  course: Course | null;
  /** What limits the diagnosis, in sentences. */
  notes: string[];
}

/** How much is measured. */
export interface DiagnoseOptions {
  /** Fewer images and two views of each: no LiDAR. */
  fast?: boolean;
  /** Where to compute: `cpu` if left out. */
  device?: string;
  onProgress?: OnProgress;
}

/** What is diagnosed. */
export interface DiagnoseInput extends DiagnoseOptions {
  encoder: Encoder;
  /** The encoder's model; left out for an encoder alone, of which h is judged and no causes are named. */
  model?: Siamese;
  /** How images become views; with `model`, also where causes are looked for. */
  config: Config;
  /** Held-out images; labels are not looked at, but their number. */
  images: ImageDataset;
  step?: number;
  rows?: readonly MetricsRow[];
  totalSteps?: number;
  /** Why the run ended, if values stopped being finite. */
  divergence?: string;
  /** Whether the weights began as the configuration's seed makes them (default true). */
  fromScratch?: boolean;
}

/** Images for spectra; images and views of each for pairs. 512 of 10 settle LiDAR to a few per cent. */
const full = { images: 2000, paired: 512, views: 10 };
const fast = { images: 512, paired: 256, views: 2 };

/** Features h of images and of views, and z of both. */
async function gather(input: DiagnoseInput, amount: typeof full) {
  const { encoder, model, config, device = 'cpu', onProgress } = input;
  const images = limitDataset(input.images, amount.images);
  const paired = limitDataset(input.images, amount.paired);
  const size = trainedSize(config);
  const views = {
    augment: config.augment,
    size,
    views: amount.views,
    seed: config.training.seed,
    device,
    channelsLast: config.training.channelsLast,
    ...(onProgress && { onProgress }),
  };
  const h = await extractFeatures(encoder, images, {
    transform: runTransform(config, size),
    device,
    ...(onProgress && { onProgress }),
  });
  const hViews = await viewFeatures(encoder, paired, views);
  const embed = (features: Features): Features | null =>
    model ? inEvalMode([model.online], () => mapFeatures(features, (rows) => model.embed(rows), device)) : null;
  const untrained = async (): Promise<PairMeasures | null> => {
    if (!model || input.fast || input.fromScratch === false) return null;
    using before = createModel(config).to({ device });
    const features = await viewFeatures(before.encoder, limitDataset(input.images, fast.paired), {
      ...views,
      views: fast.views,
    });
    return measurePairs(features, { views: fast.views, lidar: false });
  };
  return { h, hViews, z: embed(h), zViews: embed(hViews), untrained: await untrained() };
}

/** Diagnoses a model, or an encoder alone. The networks stay as they are. */
export async function diagnoseModel(input: DiagnoseInput): Promise<Diagnosis> {
  const { config, model, step, rows = [], totalSteps, images, divergence } = input;
  const amount = input.fast ? fast : full;
  const found = await gather(input, amount);
  const pairs = (features: Features) => measurePairs(features, { views: amount.views, lidar: !input.fast });
  const history = spreadHistory(rows);
  const diagnose = (layer: 'h' | 'z', features: Features, views: Features): LayerDiagnosis => {
    const measures = measureLayer(features);
    const verdict = judgeLayer(measures, {
      layer,
      ...(step !== undefined && { step }),
      ...(model && {
        settled: settledSteps(config),
        sufficient: sufficientDirections(config),
        compared: looksAtEmbeddings(config.method),
      }),
      ...(layer === 'z' && { history }),
    });
    return { verdict, measures, pairs: pairs(views) };
  };
  const h = diagnose('h', found.h, found.hViews);
  const z = found.z && found.zViews ? diagnose('z', found.z, found.zViews) : null;
  if (divergence !== undefined && z) {
    z.verdict = { ...z.verdict, verdict: 'diverged', summary: `z: diverged. The run ended because ${divergence}` };
  }
  const classes = isLabeled(images) ? images.classes.length : 0;
  const causes =
    model && z
      ? probableCauses({
          config,
          verdict: { h: h.verdict.verdict, z: z.verdict.verdict },
          measures: z.measures,
          pairs: h.pairs,
          ...(found.untrained && { untrainedPairs: found.untrained }),
          history: rows,
          ...(totalSteps !== undefined && { totalSteps }),
          classes,
        })
      : [];
  const length = Math.max(
    z?.measures.norm ?? 0,
    ...rows.map((row) => (typeof row['z.norm'] === 'number' ? row['z.norm'] : 0)),
  );
  const sigma2 = (found.untrained ?? h.pairs).augmentationVariance;
  return {
    step: step ?? null,
    h,
    z,
    predictor: model?.predictor.matrix && found.z ? alignmentOf(model.predictor.matrix, found.z) : null,
    weightDecay: model && Number.isFinite(sigma2) && length > 0 ? estimateWeightDecay(config, sigma2, length) : null,
    causes,
    course: courseOf(rows, z?.verdict.verdict ?? h.verdict.verdict),
    notes: notesOn(input, h.measures, amount.images),
  };
}

function alignmentOf(matrix: torch.Tensor, z: Features): PredictorAlignment | null {
  if (!z.values.every(Number.isFinite)) return null;
  return torch.noGrad(() =>
    torch.scope(() => predictorAlignment(matrix, correlationMatrix(torch.tensor(z.values, { shape: z.shape })))),
  );
}

function notesOn(
  { model, config, images, rows = [] }: DiagnoseInput,
  { images: used, dimension }: LayerMeasures,
  wanted: number,
): string[] {
  const notes: string[] = [];
  if (!model) notes.push('weights of an encoder alone: z, and what it was trained with, are not known');
  if (model && !looksAtEmbeddings(config.method))
    notes.push(
      `objective ${config.method.objective.name} does not look at z: it is a random projection of h, and says no more`,
    );
  if (used < dimension)
    notes.push(`${used} images bound every rank by ${used - 1}, below the ${dimension} dimensions of h`);
  else if (used < Math.min(wanted, 256)) notes.push(`only ${images.length} images: measures are rough`);
  if (model && rows.length > 0 && !rows.some((row) => row['z.varianceShare'] !== undefined))
    notes.push('the run was not watched while it trained: only a complete collapse can be dated');
  return notes;
}

export interface DiagnoseRunOptions extends DiagnoseOptions {
  /** `last` if left out, `best` or `step-N`. */
  checkpoint?: string;
  /** Other images than the run's own test set. */
  images?: ImageDataset;
}

/** What a run writes when a value stops being finite. */
const notFinite = /became (NaN|-?Infinity)|overflowed|not finite/;

/**
 * Diagnoses a run's checkpoint on its test images.
 *
 * @param dir the run folder, which may still be training
 * @throws Error if it is none or has no such checkpoint
 */
export async function diagnoseRun(dir: string, options: DiagnoseRunOptions = {}): Promise<Diagnosis> {
  const { checkpoint, device = 'cpu' } = options;
  const { model, config, step } = loadModel(dir, { device, ...(checkpoint !== undefined && { checkpoint }) });
  const folder = RunFolder.open(dir);
  const { heartbeat } = folder.status();
  const { reason = '', state, totalSteps } = heartbeat ?? {};
  return diagnoseModel({
    ...options,
    encoder: model.encoder,
    model,
    config,
    images: options.images ?? (await openDataset(config.data, { split: 'test' })),
    step,
    rows: folder.metrics().rows.filter((row) => row.step <= step || checkpoint === undefined),
    ...(totalSteps ? { totalSteps } : {}),
    ...(state === 'failed' && notFinite.test(reason) && { divergence: reason }),
    fromScratch: typeof folder.environment().init !== 'string',
  });
}

export interface DiagnoseWeightsOptions extends DiagnoseOptions {
  /** What the images are made into, and the encoder where the file does not tell. */
  config: Config;
  images: ImageDataset;
  /** Takes the encoder of `config` instead of what the file's names and shapes say. */
  encoderFromConfig?: boolean;
}

/**
 * Diagnoses the features h of an encoder in a safetensors file of any usual origin.
 *
 * @throws Error if the file holds no encoder that is known, or not the configured one
 */
export async function diagnoseWeights(file: string, options: DiagnoseWeightsOptions): Promise<Diagnosis> {
  const { config, device = 'cpu' } = options;
  const { tensors } = safetensors.load(file);
  try {
    const choice = options.encoderFromConfig ? config.encoder : encoderOf(tensors);
    if (!choice) {
      throw new Error(
        `${file} holds none of the encoders that are known by their names (ResNets as torchvision has them, ConvNets of a run); name one with encoder.name=...`,
      );
    }
    const encoder = createEncoder(choice, new torch.Generator({ seed: 0 }));
    loadEncoderWeights(encoder, tensors);
    encoder.to({ device });
    encoder.eval();
    return await diagnoseModel({ ...options, encoder, config: { ...config, encoder: choice } });
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}
