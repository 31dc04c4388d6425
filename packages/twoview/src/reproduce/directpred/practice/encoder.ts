// A real encoder in training beside the theory of its predictor: P2.
import path from 'node:path';
import { readMetrics } from '../../../runs/index.js';
import { practice } from '../../../theory/index.js';
import { type Config, resolveConfig } from '../../../training/index.js';
import type { ReproduceContext } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { hasCifar10, openLabeled, runSettings, train } from '../../image-run.js';

/** Predictors that are matrices. */
export const encoderVariants = {
  'trained predictor': { method: 'byol', overrides: ['method.predictor={"name":"linear"}'] },
  DirectPred: { method: 'directpred', overrides: [] },
} as const;

export type EncoderVariant = keyof typeof encoderVariants;
export const encoderVariantNames = Object.keys(encoderVariants) as EncoderVariant[];

/** Milliseconds a run takes, roughly. */
const cost = 150_000;

/** Four convolutions, 10,000 images, 936 steps; CIFAR-10 where it lies in the data folder, else the embedded images. */
export function encoderConfig(
  variant: EncoderVariant,
  seed: number,
  { dataFolder, device }: Pick<ReproduceContext, 'dataFolder' | 'device'>,
): Config {
  const real = hasCifar10(dataFolder);
  const { method, overrides } = encoderVariants[variant];
  return resolveConfig({
    method,
    dataset: real ? 'cifar10' : 'embedded',
    overrides: [
      ...overrides,
      ...(real ? [`data.folder=${dataFolder}`] : []),
      'encoder={"name":"convnet","channels":[16,32,64,128]}',
      'data.limit=10000',
      'training.epochs=12',
      'training.threads=1',
      'evaluation.everyEpochs=100000',
      `training.seed=${seed}`,
      `training.device=${device}`,
    ],
  });
}

export interface EncoderResult {
  variant: EncoderVariant;
  dataset: string;
  overlay: practice.TheoryOverlay;
}

export function encoderExperiment(variant: EncoderVariant, config: Config): Experiment<EncoderResult> {
  return {
    name: `encoder, ${variant}, seed ${config.training.seed}`,
    settings: { version: 1, ...runSettings(config) },
    cost,
    async run(io) {
      const images = await openLabeled(config, 'train');
      const observer = practice.createTheoryObserver(config.method, config.training.device);
      using _model = await train(config, images, io, cost, observer ? [observer] : []);
      const { rows } = readMetrics(path.join(io.folder, 'metrics.jsonl'));
      const overlay = practice.overlayTheory(config, rows);
      if ('reason' in overlay) throw new Error(`no modes were recorded: ${overlay.reason}`);
      return { variant, dataset: images.name, overlay };
    },
  };
}
