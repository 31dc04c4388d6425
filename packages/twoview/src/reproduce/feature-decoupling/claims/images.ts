// I1 to I4: the same on images, where only directions are expected: SimCLR with and without changes of colour.
import { above, below, type Check, judge } from '../../checks.js';
import type { Claim, ReproduceContext } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { mean } from '../../statistics.js';
import { type ArmMeasures, armExperiment } from '../images/run.js';
import { armConfig, type ImageArm, imageArms, imageSeeds, strong, weak } from '../images/settings.js';
import { paper, told } from './arm-claim.js';

export type ImageRuns = Readonly<Partial<Record<ImageArm, readonly ArmMeasures[]>>>;

export interface ImageClaim extends Claim {
  checks(runs: ImageRuns): readonly Check[];
}

export function imageExperiments(arm: ImageArm, context: ReproduceContext): Experiment<ArmMeasures>[] {
  return imageSeeds(arm, context).map((seed) => armExperiment(arm, armConfig(arm, seed, context)));
}

interface ImageClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  /** Runs that are only for the table are computed with it. */
  arms?: readonly ImageArm[];
  checks(runs: ImageRuns): readonly Check[];
}

function imageClaim({ arms = [weak, strong], checks, ...claim }: ImageClaimSpec): ImageClaim {
  return {
    ...claim,
    checks,
    scales: ['minutes'],
    experiments: (context) => arms.flatMap((arm) => imageExperiments(arm, context)),
    async run(context) {
      const runs: Partial<Record<ImageArm, ArmMeasures[]>> = {};
      for (const arm of arms) {
        const own: ArmMeasures[] = [];
        for (const experiment of imageExperiments(arm, context)) own.push(await context.result(experiment));
        runs[arm] = own;
      }
      const verdict = judge(checks(runs));
      const { dataset, trainImages } = runs[weak]![0]!;
      const on = `measured on ${dataset}, ${trainImages} images`;
      const reason = verdict.reason === undefined ? on : `${verdict.reason} (${on})`;
      return { ...verdict, reason, seeds: imageSeeds(strong, context) };
    },
  };
}

type Measure = 'loss' | 'linear' | 'knn' | 'color' | 'colorZ' | 'active' | 'kurtosis';

/** What changes of colour add, as a difference of means over seeds. */
const gain = (runs: ImageRuns, measure: Measure): number =>
  mean((runs[strong] ?? []).map((run) => run[measure])) - mean((runs[weak] ?? []).map((run) => run[measure]));

const difference = '(crop + flip + colour) - (crop + flip)';

export const accuracyRises = imageClaim({
  id: 'I1',
  statement: 'On images, changing colours as well gives features that classify better.',
  source: paper('feature decoupling principle; figures 3 and 4 show no number'),
  expected: `linear and kNN accuracy of h, means of two seeds: ${difference} > 0. The arms with one augmentation are run for the table`,
  arms: Object.keys(imageArms) as ImageArm[],
  checks: (runs) => [
    above(`linear: ${difference}`, gain(runs, 'linear'), 0),
    above(`kNN: ${difference}`, gain(runs, 'knn'), 0),
  ],
});

export const colorIsForgotten = imageClaim({
  id: 'I2',
  statement: 'On images, features that were trained with changing colours tell less of the mean colour.',
  source: paper('feature decoupling principle: the mean colour is a dense feature'),
  expected: `R^2 of the mean red, green and blue by ridge regression on h, means of two seeds: ${difference} < 0. Told without a threshold: the same of the projection z`,
  checks: (runs) => [
    below(`R^2 of colour: ${difference}`, gain(runs, 'color'), 0),
    told(`R^2 of colour, of z: ${difference}`, gain(runs, 'colorZ')),
  ],
});

export const sparserActivations = imageClaim({
  id: 'I3',
  statement: 'On images, stronger augmentation gives sparser activations.',
  source: paper('figure 4, which shows no number'),
  expected: `means of two seeds: share of active units ${difference} < 0, kurtosis of a unit over images > 0`,
  checks: (runs) => [
    below(`active share: ${difference}`, gain(runs, 'active'), 0),
    above(`kurtosis: ${difference}`, gain(runs, 'kurtosis'), 0),
  ],
});

export const lossRises = imageClaim({
  id: 'I4',
  statement: 'On images too the better features come with the higher contrastive loss.',
  source: paper('the theorems’ losses with and without augmentations'),
  expected: `training loss of the last epoch, means of two seeds: ${difference} > 0`,
  checks: (runs) => [above(`loss: ${difference}`, gain(runs, 'loss'), 0)],
});
