// T13 to T16: hidden units come to stand for the latents; what width, polarity and depth change.
import { above, atLeast, atMost, below, type Check } from '../../checks.js';
import { largest, smallest } from '../../statistics.js';
import { deepGroups, deepName, pickGroups, smallGroups, smallName } from '../hltm/groups.js';
import { lows, widths } from '../hltm/settings.js';
import { type HltmRuns, hltmClaim, numpy, paper } from './hltm-claim.js';

/** What one epoch's mean correlation at a level is above another's. */
const gains = (runs: HltmRuns, name: string): number[] => {
  const start = runs.levels(name, 0);
  return runs.levels(name).map((value, level) => value - start[level]!);
};

export const emergence = hltmClaim({
  id: 'T13',
  statement: 'Trained by contrast at its top alone, the network learns the root nearly as well as it can be known.',
  source: `${paper}, the experiment on the latent tree; ${numpy}`,
  expected:
    'depth 3, 10 units, |polarity| from .8, 5 epochs of 100 steps, seeds 0 to 9, means: the root gains >= .03 over initialisation, ends at >= .88, and within .03 of its Bayes bound',
  groups: pickGroups(smallGroups, [smallName(10)]),
  checks(runs) {
    const name = smallName(10);
    const end = runs.correlation(name, 0).mean;
    return [
      atLeast('root: gain', end - runs.correlation(name, 0, 0).mean, 0.03),
      atLeast('root at the end', end, 0.88),
      atMost('Bayes bound - root', runs.bound(name) - end, 0.03),
    ];
  },
});

export const overParameterisation = hltmClaim({
  id: 'T14',
  statement:
    'More units a latent give a better root, at initialisation and after training, and more evenly over seeds.',
  source: `${paper}, over-parameterisation; ${numpy}`,
  expected:
    'L = 5, |polarity| from .7, 20 epochs, seeds 0 to 4: the mean root correlation increases with 2, 5, 10 units before and after training, and its standard deviation over seeds after training falls; L = 3, from .8, seeds 0 to 9: the same of 2 and 10 units after training',
  groups: {
    ...pickGroups(
      deepGroups,
      widths.map((width) => deepName(0.7, width)),
    ),
    ...smallGroups,
  },
  checks(runs) {
    const at = (width: (typeof widths)[number], epoch: number) => runs.correlation(deepName(0.7, width), 0, epoch);
    const steps = [
      [2, 5],
      [5, 10],
    ] as const;
    const [narrow, wide] = [2, 10].map((width) => runs.correlation(smallName(width), 0)) as [
      { mean: number; deviation: number },
      { mean: number; deviation: number },
    ];
    return [
      ...steps.map(([a, b]) => above(`L=5, untrained: ${b} - ${a} units`, at(b, 0).mean - at(a, 0).mean, 0)),
      ...steps.map(([a, b]) => above(`L=5, trained: ${b} - ${a} units`, at(b, -1).mean - at(a, -1).mean, 0)),
      ...steps.map(([a, b]) =>
        below(`L=5, trained: deviation, ${b} - ${a} units`, at(b, -1).deviation - at(a, -1).deviation, 0),
      ),
      above('L=3, trained: 10 - 2 units', wide.mean - narrow.mean, 0),
      below('L=3, trained: deviation, 10 - 2 units', wide.deviation - narrow.deviation, 0),
    ];
  },
});

export const polarity = hltmClaim({
  id: 'T15',
  statement: 'The more reliable the edges, the better the root is learnt, along with what can be known of it.',
  source: `${paper}, the polarity's range; ${numpy}`,
  expected:
    'L = 5, seeds 0 to 4, 20 epochs, means: for each width the root correlation increases from |polarity| >= .7 to .8 to .9; with 10 units it stays within .05 of the Bayes bound (our reading of "tracks")',
  groups: deepGroups,
  checks: (runs) => [
    ...widths.flatMap((width) =>
      ([1, 2] as const).map((i): Check => {
        const [a, b] = [lows[i - 1]!, lows[i]!];
        const rise = runs.correlation(deepName(b, width), 0).mean - runs.correlation(deepName(a, width), 0).mean;
        return above(`${width} units: from ${b} - from ${a}`, rise, 0);
      }),
    ),
    ...lows.map((low) => {
      const name = deepName(low, 10);
      return atMost(
        `10 units, from ${low}: Bayes bound - root`,
        runs.bound(name) - runs.correlation(name, 0).mean,
        0.05,
      );
    }),
  ],
});

export const hierarchy = hltmClaim({
  id: 'T16',
  statement:
    'Units of every level come to stand for the latents of that level, which nothing told them of: better near the leaves, but gaining most near the root.',
  source: `${paper}, emergence of intermediate latents; ${numpy}`,
  expected:
    'L = 5, seeds 0 to 4, 20 epochs, means: for 5 and 10 units correlation falls from the lowest level to the root, up to ties of .01; with 10 units and |polarity| from .7 the gain over initialisation is largest at the root and smallest at the bottom',
  groups: pickGroups(
    deepGroups,
    lows.flatMap((low) => [deepName(low, 5), deepName(low, 10)]),
  ),
  checks(runs) {
    const falls = lows.flatMap((low) =>
      ([5, 10] as const).map((width) => {
        const levels = runs.levels(deepName(low, width));
        const steps = levels.slice(1).map((value, i) => value - levels[i]!);
        return atLeast(`from ${low}, ${width} units: lower level - upper, smallest`, smallest(steps), -0.01);
      }),
    );
    const [root, ...others] = gains(runs, deepName(0.7, 10)) as [number, ...number[]];
    const bottom = others.at(-1)!;
    const between = others.slice(0, -1);
    return [
      ...falls,
      above('gain at the root - largest below', root - largest(others), 0),
      below('gain at the bottom - smallest above', bottom - smallest([root, ...between]), 0),
    ];
  },
});
