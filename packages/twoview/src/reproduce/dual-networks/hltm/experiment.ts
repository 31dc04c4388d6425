// A training run of the latent tree model as an experiment that claims share.
import * as torch from '@twoview/torch';
import { hltm } from '../../../theory/index.js';
import { type Experiment, InterruptedError } from '../../experiment.js';

/** Raised when the code changes in a way that changes its numbers: older results are then computed again. */
const version = 1;

/** Milliseconds of a step, and of a sample that is measured on, roughly. */
const perStep = 1;
const perSample = 0.003;

export interface HltmVariant extends Partial<Omit<hltm.HltmSettings, 'polarity' | 'seed'>> {
  /** Smallest |polarity|; the largest is 1. */
  low: number;
  /** Whether both edges of the root are cut (polarity 0), so that it tells nothing of what is below. */
  severed?: boolean;
}

/** A variant as a short text, such as `L 5, polarity from 0.7, 10 units`. */
export function variantName(variant: HltmVariant): string {
  const { depth, hidden, temperature, loss, negatives, learningRate, severed } = { depth: 5, hidden: 10, ...variant };
  return [
    `L ${depth}`,
    `polarity from ${variant.low}`,
    `${hidden} units`,
    ...(temperature === undefined ? [] : [`T ${temperature}`]),
    ...(loss === undefined ? [] : [`loss ${loss}`]),
    ...(negatives === undefined ? [] : [`negatives ${negatives}`]),
    ...(learningRate === undefined ? [] : [`lr ${learningRate}`]),
    ...(severed ? ['root severed'] : []),
    ...(variant.covarianceSamples ? ['with the covariance operator'] : []),
  ].join(', ');
}

export function hltmExperiment(variant: HltmVariant, seed: number): Experiment<hltm.HltmResult> {
  const { low, severed = false, ...rest } = variant;
  const settings = hltm.hltmSchema.parse({ ...rest, seed, polarity: { low } });
  const { samplesPerEpoch, batchSize, epochs, covarianceSamples } = settings;
  const measured = (epochs + 1) * (samplesPerEpoch + 10 * covarianceSamples);
  const cost = 200 + perStep * epochs * Math.floor(samplesPerEpoch / batchSize) + perSample * measured;
  return {
    name: `hltm, ${variantName(variant)}, seed ${seed}`,
    settings: { version, ...settings, severed },
    cost,
    async run(io) {
      torch.setNumThreads(1);
      const drawn = hltm.treeOf(settings);
      const tree = severed ? hltm.withPolarity(drawn, 1, 0) : drawn;
      const onProgress = (share: number): void => io.onProgress(share * cost);
      const result = await hltm.trainHltm(settings, { onProgress, shouldStop: io.shouldStop }, tree);
      if (!result) throw new InterruptedError('asked to stop');
      return result;
    },
  };
}
