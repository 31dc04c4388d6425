// R1 to R6: the same on images: the order of accuracy, the kinds of collapse, and the published accuracies.
import { above, atLeast, atMost, type Check, judge, near, notRun, within } from '../../checks.js';
import type { Claim, ReproduceContext, Verdict } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { hasCifar10 } from '../../image-run.js';
import { largest, mean, smallest } from '../../statistics.js';
import { type ImageMeasures, imageExperiment } from '../images/run.js';
import {
  comparisonRecipe,
  type ImageRecipe,
  type ImageVariantName,
  imageConfig,
  imageVariants,
  mainTable,
} from '../images/settings.js';
import { copiedGroupsCorrelation } from './groups.js';
import { paper } from './toy-claim.js';

/** Runs take long: fewer seeds than the toy's. */
export const imageSeeds = ({ scale, seeds }: ReproduceContext): readonly number[] =>
  seeds.slice(0, scale === 'paper' ? 1 : 2);

/** Why the claims cannot be measured here at this scale; undefined where they can. */
function obstacle({ scale, device, dataFolder }: ReproduceContext): string | undefined {
  if (scale === 'minutes') return undefined;
  const missing = [
    device.startsWith('cuda') ? undefined : 'a CUDA device',
    hasCifar10(dataFolder) ? undefined : `CIFAR-10 (cifar-10-batches-bin in ${dataFolder}; see --data)`,
  ].filter((what) => what !== undefined);
  return missing.length > 0 ? `the published setting needs ${missing.join(' and ')}` : undefined;
}

/** Numbers of each variant, seed by seed. */
export type ImageRuns = Readonly<Partial<Record<ImageVariantName, readonly ImageMeasures[]>>>;

interface ImageClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  names: readonly ImageVariantName[];
  scales?: Claim['scales'];
  recipe?: (context: ReproduceContext) => ImageRecipe;
  linear?: boolean;
  checks(runs: ImageRuns, recipe: ImageRecipe): readonly Check[];
}

/** A claim on images, with its judgement for those who bring their own numbers. */
export interface ImageClaim extends Claim {
  imageChecks: ImageClaimSpec['checks'];
}

/** The runs of a variant. */
export function imageExperiments(
  name: ImageVariantName,
  recipe: ImageRecipe,
  context: ReproduceContext,
  linear = false,
): Experiment<ImageMeasures>[] {
  const variant = imageVariants(recipe)[name];
  return imageSeeds(context).map((seed) =>
    imageExperiment(name, imageConfig(variant, recipe, seed, context), { cost: recipe.cost, linear }),
  );
}

function imageClaim(spec: ImageClaimSpec): ImageClaim {
  const { names, recipe = comparisonRecipe, linear = false, checks, scales = ['minutes', 'paper'], ...claim } = spec;
  return {
    ...claim,
    scales,
    imageChecks: checks,
    experiments: (context) =>
      obstacle(context) === undefined
        ? names.flatMap((name) => imageExperiments(name, recipe(context), context, linear))
        : [],
    async run(context): Promise<Verdict> {
      const reason = obstacle(context);
      if (reason !== undefined) return notRun(reason);
      const runs: Partial<Record<ImageVariantName, ImageMeasures[]>> = {};
      for (const name of names) {
        const own: ImageMeasures[] = [];
        for (const experiment of imageExperiments(name, recipe(context), context, linear))
          own.push(await context.result(experiment));
        runs[name] = own;
      }
      const verdict = judge(checks(runs, recipe(context)));
      const { dataset, trainImages } = runs[names[0]!]![0]!;
      const on = `measured on ${dataset}, ${trainImages} images`;
      const told = verdict.reason === undefined ? on : `${verdict.reason} (${on})`;
      return { ...verdict, reason: told, seeds: imageSeeds(context) };
    },
  };
}

type Measure = 'knn' | 'linear' | 'std' | 'normalizedStd' | 'correlation' | 'participationRatio';

const values = (runs: ImageRuns, name: ImageVariantName, measure: Measure): number[] =>
  (runs[name] ?? []).map((run) => run[measure]);

const average = (runs: ImageRuns, name: ImageVariantName, measure: Measure): number =>
  mean(values(runs, name, measure));

export const knnOrder = imageClaim({
  id: 'R1',
  statement: 'On images too, features classify the better the less their embeddings are collapsed.',
  source: paper('table of linear evaluation; figure 2'),
  expected: 'kNN accuracy of h, means of seeds: none < BN < DBN <= Shuffled-DBN',
  names: ['none', 'BN', 'DBN', 'Shuffled-DBN'],
  checks: (runs) => {
    const gain = (better: ImageVariantName, worse: ImageVariantName): number =>
      average(runs, better, 'knn') - average(runs, worse, 'knn');
    return [
      above('kNN: BN - none', gain('BN', 'none'), 0),
      above('kNN: DBN - BN', gain('DBN', 'BN'), 0),
      atLeast('kNN: Shuffled-DBN - DBN', gain('Shuffled-DBN', 'DBN'), 0),
    ];
  },
});

export const imageCollapse = imageClaim({
  id: 'R2',
  statement: 'On images, batch normalisation of the projections ends in dimensional collapse (E2).',
  source: paper('section 3.2'),
  expected:
    'in every seed std from 0.99 to 1.01, normalised std >= 0.9, mean |correlation| >= 0.98, participation ratio <= 1.1',
  names: ['BN'],
  checks: (runs) => [
    within('std, smallest', smallest(values(runs, 'BN', 'std')), 0.99, 1.01),
    within('std, largest', largest(values(runs, 'BN', 'std')), 0.99, 1.01),
    atLeast('normalised std, smallest', smallest(values(runs, 'BN', 'normalizedStd')), 0.9),
    atLeast('|correlation|, smallest', smallest(values(runs, 'BN', 'correlation')), 0.98),
    atMost('participation ratio, largest', largest(values(runs, 'BN', 'participationRatio')), 1.1),
  ],
});

export const imageDecorrelation = imageClaim({
  id: 'R3',
  statement: 'On images, whitening all axes together keeps every direction in use (E3).',
  source: paper('section 3.3'),
  expected: 'in every seed mean |correlation| <= 1e-3 and participation ratio >= 0.999 D',
  names: ['DBN'],
  checks: (runs, { dimension }) => [
    atMost('|correlation|, largest', largest(values(runs, 'DBN', 'correlation')), 1e-3),
    atLeast('participation ratio, smallest', smallest(values(runs, 'DBN', 'participationRatio')), 0.999 * dimension),
  ],
});

export const imageGroups = imageClaim({
  id: 'R4',
  statement: 'On images, fixed groups copy one another (E4).',
  source: paper('section 3.4'),
  expected:
    'participation ratio equals g within 3 % in every seed; mean |correlation| equals that of randomly rotated copies within 10 % (mean of seeds)',
  names: ['DBN in groups'],
  checks: (runs, { dimension, groups }) => {
    const ratios = values(runs, 'DBN in groups', 'participationRatio');
    return [
      near('participation ratio, largest', largest(ratios), dimension / groups, 0.03),
      near('participation ratio, smallest', smallest(ratios), dimension / groups, 0.03),
      near(
        '|correlation|, mean',
        average(runs, 'DBN in groups', 'correlation'),
        copiedGroupsCorrelation(dimension, groups),
        0.1,
      ),
    ];
  },
});

export const imageShuffling = imageClaim({
  id: 'R5',
  statement: 'On images, shuffling decorrelates axes across groups (E5).',
  source: paper('section 3.4'),
  expected:
    'means of seeds: participation ratio of shuffled >= 1.4 times that of fixed groups, |correlation| <= 0.75 times',
  names: ['DBN in groups', 'Shuffled-DBN'],
  checks: (runs) => {
    const ratio = (measure: Measure): number =>
      average(runs, 'Shuffled-DBN', measure) / average(runs, 'DBN in groups', measure);
    return [
      atLeast('participation ratio, shuffled / fixed', ratio('participationRatio'), 1.4),
      atMost('|correlation|, shuffled / fixed', ratio('correlation'), 0.75),
    ];
  },
});

export const linearAccuracy = imageClaim({
  id: 'R6',
  statement: 'Linear accuracy on CIFAR-10 after 200 epochs: Shuffled-DBN 89.50 %, DBN 86.32 %.',
  source: paper('table of linear evaluation, CIFAR-10'),
  expected: 'linear accuracy in %: Shuffled-DBN 89.5 within 0.7, DBN 86.3 within 1, gap >= 2',
  names: ['DBN in groups', 'Shuffled-DBN'],
  scales: ['paper'],
  recipe: () => mainTable,
  linear: true,
  checks: (runs) => {
    const percent = (name: ImageVariantName): number => 100 * average(runs, name, 'linear');
    const [fixed, shuffled] = [percent('DBN in groups'), percent('Shuffled-DBN')];
    return [
      within('Shuffled-DBN', shuffled, 88.8, 90.2),
      within('DBN', fixed, 85.3, 87.3),
      atLeast('Shuffled-DBN - DBN', shuffled - fixed, 2),
    ];
  },
});
