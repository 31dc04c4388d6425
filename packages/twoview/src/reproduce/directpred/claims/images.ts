// E18: on CIFAR-10 DirectPred is at least as good as a linear predictor that is trained.
import { atLeast, type Check, judge, notRun, within } from '../../checks.js';
import type { Claim, ReproduceContext, Verdict } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { hasCifar10 } from '../../image-run.js';
import { mean } from '../../statistics.js';
import { type ImageMeasures, type ImageVariant, imageConfig, imageExperiment, imageVariantNames } from '../images.js';
import { paper } from './source.js';

/** A run takes long: two seeds. */
export const imageSeeds = ({ seeds }: Pick<ReproduceContext, 'seeds'>): readonly number[] => seeds.slice(0, 2);

/** Why the claim cannot be measured here; undefined where it can. */
function obstacle({ device, dataFolder }: ReproduceContext): string | undefined {
  const missing = [
    device.startsWith('cuda') ? undefined : 'a CUDA device',
    hasCifar10(dataFolder) ? undefined : `CIFAR-10 (cifar-10-batches-bin in ${dataFolder}; see --data)`,
  ].filter((what) => what !== undefined);
  return missing.length > 0 ? `the published setting needs ${missing.join(' and ')}` : undefined;
}

export function imageExperiments(context: ReproduceContext): Experiment<ImageMeasures>[] {
  return imageVariantNames.flatMap((variant) =>
    imageSeeds(context).map((seed) => imageExperiment(variant, imageConfig(variant, seed, context))),
  );
}

/** In percent, means of seeds. */
export function imageChecks(runs: readonly ImageMeasures[]): Check[] {
  const percent = (variant: ImageVariant): number =>
    100 * mean(runs.filter((run) => run.variant === variant).map(({ best }) => best));
  const [direct, linear] = [percent('DirectPred'), percent('SGD linear predictor')];
  return [
    atLeast('DirectPred - SGD linear predictor', direct - linear, 0),
    within('DirectPred', direct, 84.9, 85.5),
    within('SGD linear predictor', linear, 84.2, 84.8),
  ];
}

export const realImages: Claim & { checks: typeof imageChecks } = {
  id: 'E18',
  statement: 'On CIFAR-10 after 100 epochs, DirectPred is at least as accurate as a linear predictor that is trained.',
  source: paper('table 8'),
  expected:
    'linear accuracy in %, ResNet-18, best of 50 epochs, mean of two seeds: DirectPred >= SGD linear predictor, 85.2 and 84.5 within 0.3; a two-layer predictor is trained beside them',
  scales: ['paper'],
  checks: imageChecks,
  experiments: (context) => (obstacle(context) === undefined ? imageExperiments(context) : []),
  async run(context): Promise<Verdict> {
    const reason = obstacle(context);
    if (reason !== undefined) return notRun(reason);
    const runs: ImageMeasures[] = [];
    for (const experiment of imageExperiments(context)) runs.push(await context.result(experiment));
    return { ...judge(imageChecks(runs)), seeds: imageSeeds(context) };
  },
};
