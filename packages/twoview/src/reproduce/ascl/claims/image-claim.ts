// Claims about image runs: named methods with all seeds or the first, and a judgement on their numbers.
import { type Check, judge, notRun } from '../../checks.js';
import type { Claim, ReproduceContext, Verdict } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { hasCifar10 } from '../../image-run.js';
import { type EnsembleChoice, type EnsembleMeasures, ensembleExperiment } from '../images/ensemble.js';
import type { Robustness } from '../images/measure.js';
import { type ImageMeasures, type ImageRun, imageExperiment } from '../images/run.js';
import { type ImageMethodName, type ImageRecipe, imageConfig, imageMethods, small } from '../images/settings.js';
import { type TransferMeasures, transferExperiment } from '../images/transfer.js';

export type { ImageMethodName } from '../images/settings.js';

/** Numbers of each method, seed by seed. */
export type ImageRuns = Readonly<Partial<Record<ImageMethodName, readonly ImageMeasures[]>>>;

/** What a claim is judged by. */
export interface ImageResults {
  runs: ImageRuns;
  /** By the method that is attacked, first seed. */
  transfers: Readonly<Partial<Record<ImageMethodName, TransferMeasures>>>;
  ensembles: Readonly<Partial<Record<ImageMethodName, EnsembleMeasures>>>;
}

export interface ImageClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  /** With all seeds, or with the first alone: runs take long. */
  methods: Readonly<Partial<Record<ImageMethodName, 'all' | 'first'>>>;
  transfers?: readonly ImageMethodName[];
  ensembles?: readonly ImageMethodName[];
  scale?: 'minutes' | 'paper';
  /** How a method is run; protocol S if left out. */
  recipe?: (name: ImageMethodName) => ImageRecipe;
  /** All attacks on the first 500 test images if left out. */
  ensemble?: EnsembleChoice;
  /** Pure: from numbers to checks. */
  checks(results: ImageResults): readonly Check[];
}

/** A claim on images, with its judgement for those who bring their own numbers. */
export interface ImageClaim extends Claim {
  imageChecks: ImageClaimSpec['checks'];
}

/** A run of a method, for its experiment and for those that attack it. */
export function imageRun(
  name: ImageMethodName,
  recipe: ImageRecipe,
  seed: number,
  context: ReproduceContext,
): ImageRun {
  const method = imageMethods[name];
  const config = imageConfig(method, recipe, seed, context);
  const cost = method.adversarial ? recipe.cost.adversarial : recipe.cost.natural;
  return { name, config, evaluation: recipe.evaluation, cost };
}

/** Why the claim cannot be measured here; undefined where it can. */
function obstacle({ device, dataFolder }: ReproduceContext, scale: 'minutes' | 'paper'): string | undefined {
  const missing = [
    scale === 'minutes' || device.startsWith('cuda') ? undefined : 'a CUDA device',
    hasCifar10(dataFolder) ? undefined : `CIFAR-10 (cifar-10-batches-bin in ${dataFolder}; see --data)`,
  ].filter((what) => what !== undefined);
  const setting = scale === 'minutes' ? 'it' : 'the published setting';
  return missing.length > 0 ? `${setting} needs ${missing.join(' and ')}` : undefined;
}

const usualEnsemble: EnsembleChoice = { attacks: 'standard', images: 500 };

export function imageClaim(spec: ImageClaimSpec): ImageClaim {
  const { methods, transfers = [], ensembles = [], scale = 'minutes', checks, ...rest } = spec;
  const { recipe = () => small, ensemble = usualEnsemble, ...claim } = rest;
  const names = Object.keys(methods) as ImageMethodName[];
  const seedsOf = (name: ImageMethodName, { seeds }: ReproduceContext): readonly number[] =>
    methods[name] === 'all' ? seeds : seeds.slice(0, 1);
  const run = (name: ImageMethodName, seed: number, context: ReproduceContext): ImageRun =>
    imageRun(name, recipe(name), seed, context);
  const runsOf = (name: ImageMethodName, context: ReproduceContext): Experiment<ImageMeasures>[] =>
    seedsOf(name, context).map((seed) => imageExperiment(run(name, seed, context)));
  /** From ADV with another seed. */
  const transferTo = (name: ImageMethodName, context: ReproduceContext): Experiment<TransferMeasures> => {
    const [first = 0, second = first + 1] = context.seeds;
    return transferExperiment(run('ADV', second, context), run(name, first, context));
  };
  const ensembleOf = (name: ImageMethodName, context: ReproduceContext): Experiment<EnsembleMeasures> =>
    ensembleExperiment(run(name, context.seeds[0] ?? 0, context), ensemble);
  return {
    ...claim,
    scales: [scale],
    imageChecks: checks,
    experiments: (context) =>
      obstacle(context, scale) === undefined
        ? [
            ...names.flatMap((name) => runsOf(name, context)),
            ...transfers.map((name) => transferTo(name, context)),
            ...ensembles.map((name) => ensembleOf(name, context)),
          ]
        : [],
    async run(context): Promise<Verdict> {
      const reason = obstacle(context, scale);
      if (reason !== undefined) return notRun(reason);
      const runs: Partial<Record<ImageMethodName, ImageMeasures[]>> = {};
      for (const name of names) {
        const own: ImageMeasures[] = [];
        for (const experiment of runsOf(name, context)) own.push(await context.result(experiment));
        runs[name] = own;
      }
      const transferred: Partial<Record<ImageMethodName, TransferMeasures>> = {};
      for (const name of transfers) transferred[name] = await context.result(transferTo(name, context));
      const assembled: Partial<Record<ImageMethodName, EnsembleMeasures>> = {};
      for (const name of ensembles) assembled[name] = await context.result(ensembleOf(name, context));
      const all = names.every((name) => methods[name] === 'all');
      const { trainImages, testImages } = runs[names[0]!]![0]!;
      const on = `trained on ${trainImages} images, tested on ${testImages}`;
      const verdict = judge(checks({ runs, transfers: transferred, ensembles: assembled }));
      const told = verdict.reason === undefined ? on : `${verdict.reason} (${on})`;
      const some = names.every((name) => methods[name] === 'first');
      const seeds = all || !some ? context.seeds : context.seeds.slice(0, 1);
      return { ...verdict, reason: told, seeds };
    },
  };
}

/** A measure of a method, seed by seed; NaN where training diverged, so that no check holds. */
export const values = (runs: ImageRuns, name: ImageMethodName, of: (robustness: Robustness) => number): number[] =>
  (runs[name] ?? []).map(({ robustness }) => (robustness ? of(robustness) : Number.NaN));

/** a - b, one by one. */
export const gaps = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!);
