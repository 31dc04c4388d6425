// C1, C2: half-cheetah-vel at PEARL's published settings. Hours on a CPU, so at scale paper alone.
import { atLeast } from '../../checks.js';
import { largest } from '../../statistics.js';
import { independentCurve, standStill } from '../published.js';
import type { MetaRlMeasures } from '../runs/index.js';
import { pearlPaper, tclPaper } from './paper.js';
import { told, trainingClaim, values } from './training-claim.js';

/** Share of the way from standing still to the other's return that may be missing. */
const tolerance = 0.1;

/** Return of the final trajectory in the last meta-test with no more environment steps. */
export function returnAt({ evaluations }: MetaRlMeasures, steps: number): number {
  return evaluations.findLast(({ environmentSteps }) => environmentSteps <= steps)?.returns.at(-1) ?? Number.NaN;
}

export const publishedCurve = trainingClaim({
  id: 'C1',
  statement: 'With the published settings PEARL learns half-cheetah-vel as an independent public run does.',
  source: pearlPaper('half-cheetah-vel, with the curve of an independent implementation'),
  expected:
    'return of the final trajectory on the 30 test goals after 255, 305, 360, 515 and 780 thousand environment steps: not below that run’s -80, -62, -43, -34, -37 by more than 10 % of the way to standing still (-283.5)',
  scale: 'paper',
  arms: { 'published: PEARL': 'first' },
  checks: (runs) =>
    independentCurve.map(({ steps, value }) =>
      atLeast(
        `after ${steps / 1000}k steps`,
        largest(values(runs, 'published: PEARL', (run) => returnAt(run, steps))),
        value - tolerance * (value - standStill),
      ),
    ),
});

export const publishedNotWorse = trainingClaim({
  id: 'C2',
  statement: 'With the published settings TCL is better than PEARL or comparable on half-cheetah-vel.',
  source: tclPaper('abstract; its settings for MuJoCo are not known, so PEARL’s are used'),
  expected:
    'return after 780 thousand environment steps: TCL not below PEARL by more than 10 % of the way to standing still',
  scale: 'paper',
  arms: { 'published: PEARL': 'first', 'published: TCL': 'first' },
  checks: (runs) => {
    const end = (name: 'published: PEARL' | 'published: TCL') =>
      largest(values(runs, name, (run) => returnAt(run, Number.POSITIVE_INFINITY)));
    const [pearl, tcl] = [end('published: PEARL'), end('published: TCL')];
    return [
      atLeast('(TCL - PEARL) / (PEARL - standing still)', (tcl - pearl) / Math.abs(pearl - standStill), -tolerance),
      told('PEARL', pearl),
      told('TCL', tcl),
    ];
  },
});
