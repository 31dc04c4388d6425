// P1 and P2: the theory on the axes of training. No claims of the paper: its equations, held against networks here.
import { atLeast, atMost, type Check, judge } from '../../checks.js';
import type { Claim, ReproduceContext, Verdict } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { largest, mean, smallest } from '../../statistics.js';
import { type EncoderResult, encoderConfig, encoderExperiment, encoderVariantNames } from '../practice/encoder.js';
import { type LinearResult, linearExperiment, linearVariantNames } from '../practice/linear.js';
import { derived } from './source.js';
import { theoryClaim } from './theory-claim.js';

export const linearExperiments = (seeds: readonly number[]): Experiment<LinearResult>[] =>
  linearVariantNames.flatMap((variant) => seeds.map((seed) => linearExperiment(variant, seed)));

export function linearChecks(results: readonly LinearResult[]): Check[] {
  return linearVariantNames.flatMap((variant) => {
    const found = results.filter((result) => result.variant === variant).map(({ agreement }) => agreement);
    const worst = (name: 'p' | 's'): number => largest(found.map((agreement) => agreement[name].error));
    return [
      ...(variant === 'no predictor' ? [] : [atMost(`${variant}: error of p, largest`, worst('p'), 0.01)]),
      atMost(`${variant}: error of s, largest`, worst('s'), 0.03),
    ];
  });
}

export const linearNetworks = theoryClaim<LinearResult>({
  id: 'P1',
  statement: 'A linear network in training follows the modes of the theory from its start to its end.',
  source: derived('eqs. 11 to 13; tolerances those of E13'),
  expected:
    'minibatch SGD from an aligned start, every seed: mean error of p <= 1 %, of s <= 3 %, over the whole course, with nothing fitted',
  experiments: linearExperiments,
  checks: linearChecks,
});

/** Two runs of each: they take minutes. */
export const encoderSeeds = ({ seeds }: Pick<ReproduceContext, 'seeds'>): readonly number[] => seeds.slice(0, 2);

export const encoderExperiments = (context: ReproduceContext): Experiment<EncoderResult>[] =>
  encoderVariantNames.flatMap((variant) =>
    encoderSeeds(context).map((seed) => encoderExperiment(variant, encoderConfig(variant, seed, context))),
  );

/** What is told without a threshold: the theory of linear encoders owes nothing to deep ones. */
function told(name: string, measured: number): Check {
  return { name, measured, threshold: 'none: told', holds: true };
}

export function encoderChecks(results: readonly EncoderResult[]): Check[] {
  return encoderVariantNames.flatMap((variant) => {
    const found = results.filter((result) => result.variant === variant).map(({ overlay }) => overlay);
    const p = found.flatMap((overlay) => overlay.p.course?.agreement ?? []);
    const s = found.flatMap((overlay) => overlay.s.course?.agreement ?? []);
    return [
      atMost(`${variant}: error of p, largest`, largest(p.map(({ error }) => error)), 0.1),
      atLeast(`${variant}: share of steps within 10 %, smallest`, smallest(p.map(({ within }) => within)), 0.9),
      atLeast(
        `${variant}: alignment at the end, smallest`,
        smallest(found.map(({ alignment }) => alignment.at(-1)!)),
        0.95,
      ),
      told(`${variant}: error of s in the second half, mean`, mean(s.map(({ error }) => error))),
      told(
        `${variant}: rate of the encoder, times a linear one's, mean`,
        mean(found.map(({ encoder }) => encoder?.kappa ?? Number.NaN)),
      ),
    ];
  });
}

export const realEncoder: Claim & { checks: typeof encoderChecks } = {
  id: 'P2',
  statement: 'The predictor of a real encoder follows the theory too, and its eigenvectors become those of F.',
  source: derived('eqs. 11 and 18, theorem 3; tolerances our own'),
  expected:
    'ConvNet on images, two seeds, from the first logged step on, with nothing fitted: mean error of p <= 10 %, >= 90 % of logged steps within 10 %, alignment >= 0.95 at the end; how far the embeddings keep to eq. 12 is told without a threshold',
  scales: ['minutes', 'paper'],
  checks: encoderChecks,
  experiments: encoderExperiments,
  async run(context): Promise<Verdict> {
    const results: EncoderResult[] = [];
    for (const experiment of encoderExperiments(context)) results.push(await context.result(experiment));
    return { ...judge(encoderChecks(results)), seeds: encoderSeeds(context) };
  },
};
