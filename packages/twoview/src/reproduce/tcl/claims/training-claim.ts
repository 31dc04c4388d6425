// Claims about meta-training: arms with all seeds or the first, and a judgement on their numbers.
import { type Check, judge } from '../../checks.js';
import type { Claim, ReproduceContext, Scale } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { mean } from '../../statistics.js';
import {
  type ArmName,
  arms,
  type EncodingMeasures,
  encodingExperiment,
  type MetaRlMeasures,
  metaRlExperiment,
} from '../runs/index.js';

/** Numbers of each arm, seed by seed. */
export type MetaRlRuns = Readonly<Partial<Record<ArmName, readonly MetaRlMeasures[]>>>;

/** What the encoders of each arm know, seed by seed. */
export type Encodings = Readonly<Partial<Record<ArmName, readonly EncodingMeasures[]>>>;

export interface TrainingClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  /** With all seeds, or with the first alone: runs take long. */
  arms: Readonly<Partial<Record<ArmName, 'all' | 'first'>>>;
  scale?: Scale;
  /** Whether its arms' encoders are also asked with contexts drawn as in training. */
  encoding?: boolean;
  /** Pure: from numbers to checks. */
  checks(runs: MetaRlRuns, encodings: Encodings): readonly Check[];
}

/** A claim on meta-training, with its judgement for those who bring their own numbers. */
export interface TrainingClaim extends Claim {
  trainingChecks: TrainingClaimSpec['checks'];
}

export function trainingClaim(spec: TrainingClaimSpec): TrainingClaim {
  const { arms: which, scale = 'minutes', encoding = false, checks, ...claim } = spec;
  const names = Object.keys(which) as ArmName[];
  const seedsOf = (name: ArmName, { seeds }: ReproduceContext): readonly number[] =>
    which[name] === 'all' ? seeds : seeds.slice(0, 1);
  const runsOf = (name: ArmName, context: ReproduceContext): Experiment<MetaRlMeasures>[] =>
    seedsOf(name, context).map((seed) => metaRlExperiment(name, arms[name], seed));
  const encodingsOf = (name: ArmName, context: ReproduceContext): Experiment<EncodingMeasures>[] =>
    encoding ? seedsOf(name, context).map((seed) => encodingExperiment(name, arms[name], seed)) : [];
  return {
    ...claim,
    scales: [scale],
    trainingChecks: checks,
    experiments: (context) => [
      ...names.flatMap((name) => runsOf(name, context)),
      ...names.flatMap((name) => encodingsOf(name, context)),
    ],
    async run(context) {
      const runs: Partial<Record<ArmName, MetaRlMeasures[]>> = {};
      const encodings: Partial<Record<ArmName, EncodingMeasures[]>> = {};
      for (const name of names) {
        const own: MetaRlMeasures[] = [];
        for (const experiment of runsOf(name, context)) own.push(await context.result(experiment));
        runs[name] = own;
        const known: EncodingMeasures[] = [];
        for (const experiment of encodingsOf(name, context)) known.push(await context.result(experiment));
        encodings[name] = known;
      }
      const firstAlone = names.every((name) => which[name] === 'first');
      return { ...judge(checks(runs, encodings)), ...(firstAlone && { seeds: context.seeds.slice(0, 1) }) };
    },
  };
}

/** A measure of an arm, seed by seed; NaN where training diverged or there is no run, so that no check holds. */
export function values(runs: MetaRlRuns, name: ArmName, of: (run: MetaRlMeasures) => number): number[] {
  const found = (runs[name] ?? []).map((run) => (run.diverged === null ? of(run) : Number.NaN));
  return found.length > 0 ? found : [Number.NaN];
}

/** A number that is told beside those that are judged. */
export const told = (name: string, measured: number): Check => ({
  name,
  measured,
  threshold: 'told alone',
  holds: true,
});

/** The meta-tests that a final return is a mean of. */
const lastTests = 3;

/** Mean return of a trajectory (from 1; the last without) over the last three meta-tests. */
export const lateReturn =
  (trajectory?: number) =>
  ({ evaluations }: MetaRlMeasures): number =>
    mean(
      evaluations
        .slice(-lastTests)
        .map(({ returns }) => returns.at(trajectory === undefined ? -1 : trajectory - 1) ?? Number.NaN),
    );

/** How much the last trajectory of the closing test is better than the first. */
export const closingGain = (returns: readonly number[]): number =>
  (returns.at(-1) ?? Number.NaN) - (returns[0] ?? Number.NaN);

/** Mean height of the curve of final trajectories between its ends: the area under it by its width. */
export function curveArea({ evaluations }: MetaRlMeasures): number {
  const points = evaluations.map(({ environmentSteps, returns }) => ({
    x: environmentSteps,
    y: returns.at(-1) ?? Number.NaN,
  }));
  let area = 0;
  for (let i = 1; i < points.length; i++)
    area += ((points[i]!.x - points[i - 1]!.x) * (points[i]!.y + points[i - 1]!.y)) / 2;
  return area / ((points.at(-1)?.x ?? Number.NaN) - (points[0]?.x ?? Number.NaN));
}

/** Standard deviation over seeds; NaN for one. */
export function spread(list: readonly number[]): number {
  const centre = mean(list);
  return Math.sqrt(list.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (list.length - 1));
}
