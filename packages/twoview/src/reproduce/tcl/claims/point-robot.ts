// P1 to P5: meta-training on point robots at reduced size.
import { above, atLeast, atMost, below } from '../../checks.js';
import { largest, mean, smallest } from '../../statistics.js';
import type { ArmName, MetaRlMeasures } from '../runs/index.js';
import { pearlPaper, tclPaper } from './paper.js';
import {
  closingGain,
  curveArea,
  type Encodings,
  lateReturn,
  spread,
  told,
  trainingClaim,
  values,
} from './training-claim.js';

const finalReturn = lateReturn();

export const adaptation = trainingClaim({
  id: 'P1',
  statement:
    'PEARL adapts: with a posterior it is better than any policy that does not know the task, and than itself before.',
  source: pearlPaper('premise; the reduced size is not from it'),
  expected:
    'point robot, PEARL, in every seed, mean of the last three meta-tests: return of trajectory 3 >= -14 (best without knowing the task: -15.84 over all goals, -14.3 for the twenty that are tested), and >= 1.5 above trajectory 1; with z from the prior alone, at the end, less than 1.5 is left',
  arms: { PEARL: 'all' },
  checks: (runs) => [
    atLeast('trajectory 3, smallest', smallest(values(runs, 'PEARL', lateReturn(3))), -14),
    atLeast(
      'trajectory 3 - trajectory 1, smallest',
      smallest(values(runs, 'PEARL', (run) => lateReturn(3)(run) - lateReturn(1)(run))),
      1.5,
    ),
    told(
      'at the end: trajectory 3 - trajectory 1, mean',
      mean(values(runs, 'PEARL', ({ adapted }) => closingGain(adapted))),
    ),
    below(
      'at the end, z from the prior: trajectory 3 - trajectory 1, largest',
      largest(values(runs, 'PEARL', ({ priorOnly }) => closingGain(priorOnly))),
      1.5,
    ),
  ],
});

const pretext = ({ pretext: accuracy }: MetaRlMeasures): number => accuracy;

export const pretextTask = trainingClaim({
  id: 'P2',
  statement: 'TCL’s encoder learns to tell which two windows are of one trajectory.',
  source: tclPaper('abstract; the reduced size is not from it'),
  expected:
    'share of 8 windows of 10 transitions whose own key wins, mean of the last 50 logged steps (chance .125): Gaussian form > .7 in every seed, bilinear form > .4 with the first; with the key network of the pilot that the thresholds come from (a whole second encoder averaged at rate .05), and with the default one (a second head, rate .005)',
  arms: {
    'TCL, key encoder': 'all',
    'TCL bilinear, key encoder': 'first',
    TCL: 'all',
    'TCL bilinear': 'first',
  },
  checks: (runs) => [
    above('Gaussian, key encoder, smallest', smallest(values(runs, 'TCL, key encoder', pretext)), 0.7),
    above('bilinear, key encoder', smallest(values(runs, 'TCL bilinear, key encoder', pretext)), 0.4),
    above('Gaussian, key head, smallest', smallest(values(runs, 'TCL', pretext)), 0.7),
    above('bilinear, key head', smallest(values(runs, 'TCL bilinear', pretext)), 0.4),
  ],
});

export const notWorse = trainingClaim({
  id: 'P3',
  statement: 'TCL is better than PEARL or comparable; here only that it is not worse is asserted.',
  source: tclPaper('abstract; the reduced size is not from it'),
  expected:
    'point robot, same environment steps: return of the last trajectory, mean of the last three meta-tests and of seeds: TCL >= PEARL - 1.5 (about the spread of seeds), with the default key network; told: the same with a whole key encoder, with the default encoder but a contrast of weight 0, and areas under the curves',
  arms: { PEARL: 'all', TCL: 'all', 'TCL, key encoder': 'all', 'TCL, contrast of weight 0': 'all' },
  checks: (runs) => {
    const [pearl, tcl] = [values(runs, 'PEARL', finalReturn), values(runs, 'TCL', finalReturn)];
    const steps = [...(runs.PEARL ?? []), ...(runs.TCL ?? [])].map(({ environmentSteps }) => environmentSteps);
    const [pearlArea, tclArea] = [values(runs, 'PEARL', curveArea), values(runs, 'TCL', curveArea)];
    return [
      atLeast('final return, TCL - PEARL', mean(tcl) - mean(pearl), -1.5),
      atMost('environment steps, largest - smallest', largest(steps) - smallest(steps), 0),
      told('final return, PEARL', mean(pearl)),
      told('final return, TCL', mean(tcl)),
      told('final return, TCL, key encoder', mean(values(runs, 'TCL, key encoder', finalReturn))),
      told('final return, TCL, contrast of weight 0', mean(values(runs, 'TCL, contrast of weight 0', finalReturn))),
      told('area under the curve by width, PEARL', mean(pearlArea)),
      told('area under the curve by width, PEARL, deviation of seeds', spread(pearlArea)),
      told('area under the curve by width, TCL', mean(tclArea)),
      told('area under the curve by width, TCL, deviation of seeds', spread(tclArea)),
    ];
  },
});

/** R^2 of the goal, mean over its coordinates. */
export const goalReadOut = ({ readOut }: MetaRlMeasures): number => mean(readOut.map(({ r2 }) => r2));

/** The same of contexts drawn as in training, seed by seed; NaN where there is none. */
export const encodedGoal = (encodings: Encodings, name: ArmName): number[] => {
  const found = (encodings[name] ?? []).map(({ readOut }) => mean(readOut.map(({ r2 }) => r2)));
  return found.length > 0 ? found : [Number.NaN];
};

export const encoderQuality = trainingClaim({
  id: 'P4',
  statement: 'The posterior mean tells the goal, TCL’s no worse than PEARL’s.',
  source: tclPaper('abstract; the reduced size is not from it'),
  expected:
    'linear regression from posterior means to the goal, fitted on training tasks: R^2 on test tasks, mean over both coordinates, > .6 in every seed; means of seeds: TCL >= PEARL - .05. A context is 20 transitions drawn as in training, each by itself, of ten episodes with z from the prior; TCL with the key network of the pilot that the threshold comes from, and with the default one. Told: the same with one trajectory of 20 transitions as context',
  arms: { PEARL: 'all', 'TCL, key encoder': 'all', TCL: 'all' },
  encoding: true,
  checks: (runs, encodings) => {
    const pearl = encodedGoal(encodings, 'PEARL');
    return [
      above('R^2, PEARL, smallest', smallest(pearl), 0.6),
      ...(['TCL, key encoder', 'TCL'] as const).flatMap((name) => [
        above(`R^2, ${name}, smallest`, smallest(encodedGoal(encodings, name)), 0.6),
        atLeast(`R^2, ${name} - PEARL, means`, mean(encodedGoal(encodings, name)) - mean(pearl), -0.05),
      ]),
      told('R^2 of one trajectory, PEARL, mean', mean(values(runs, 'PEARL', goalReadOut))),
      told('R^2 of one trajectory, TCL, mean', mean(values(runs, 'TCL', goalReadOut))),
    ];
  },
});

const lastAdapted = ({ adapted }: MetaRlMeasures): number => adapted.at(-1) ?? Number.NaN;

export const sparseRewards = trainingClaim({
  id: 'P5',
  statement: 'Posterior sampling explores: with rewards near the goal alone, five trajectories find it.',
  source: pearlPaper('sparse point robot; the reduced size is not from it'),
  expected:
    'sparse point robot, first seed, five trajectories of exploration: mean sparse return of the last > 3 (random exploration about 0)',
  arms: { 'sparse: PEARL': 'first', 'sparse: TCL': 'first' },
  checks: (runs) => [
    above('last trajectory, PEARL', smallest(values(runs, 'sparse: PEARL', lastAdapted)), 3),
    above('last trajectory, TCL', smallest(values(runs, 'sparse: TCL', lastAdapted)), 3),
  ],
});
