// H1 to H4: meta-training of the half-cheetah at reduced size.
import { above, atLeast } from '../../checks.js';
import { smallest, spearman } from '../../statistics.js';
import type { ArmName, MetaRlMeasures } from '../runs/index.js';
import { pearlPaper, tclPaper } from './paper.js';
import { type MetaRlRuns, told, trainingClaim, values } from './training-claim.js';

const velocity = { 'cheetah-vel: PEARL': 'first', 'cheetah-vel: TCL': 'first' } as const;
const velocityArms = Object.keys(velocity) as (keyof typeof velocity)[];
const short = (name: ArmName): string => name.split(': ')[1]!;

/** Return of the final trajectory at the end, by step. */
export const returnPerStep = ({ adapted, horizon }: MetaRlMeasures): number => (adapted.at(-1) ?? Number.NaN) / horizon;

const first = (runs: MetaRlRuns, name: ArmName, of: (run: MetaRlMeasures) => number): number =>
  values(runs, name, of)[0]!;

export const velocityReturn = trainingClaim({
  id: 'H1',
  statement: 'After adaptation the half-cheetah keeps to speeds it has not been trained on.',
  source: pearlPaper('half-cheetah-vel; the reduced size is not from it'),
  expected:
    'return of the final trajectory by step, test goals: > -.75, which no policy that does not know the task exceeds (standing still -1.5; aim -.5)',
  arms: velocity,
  checks: (runs) => velocityArms.map((name) => above(short(name), first(runs, name, returnPerStep), -0.75)),
});

/** Rank correlation of goal speeds and mean speeds in final trajectories. */
export const speedOrder = ({ tasks }: MetaRlMeasures): number =>
  spearman(
    tasks.map(({ parameters }) => parameters['target speed'] ?? Number.NaN),
    tasks.map(({ speed }) => speed),
  );

export const velocityOrder = trainingClaim({
  id: 'H2',
  statement: 'The half-cheetah runs the faster the faster its task asks.',
  source: pearlPaper('half-cheetah-vel; the reduced size is not from it'),
  expected: 'Spearman correlation of goal and mean speed in the final trajectory, over test goals: > .8',
  arms: velocity,
  checks: (runs) => velocityArms.map((name) => above(short(name), first(runs, name, speedOrder), 0.8)),
});

/** Return by step of standing still. */
const still = -1.5;

export const velocityNotWorse = trainingClaim({
  id: 'H3',
  statement: 'On the half-cheetah TCL is not worse than PEARL.',
  source: tclPaper('abstract; the reduced size is not from it'),
  expected:
    'return of the final trajectory by step: TCL not below PEARL by more than 10 % of what PEARL is above standing still (-1.5)',
  arms: velocity,
  checks: (runs) => {
    const pearl = first(runs, 'cheetah-vel: PEARL', returnPerStep);
    const tcl = first(runs, 'cheetah-vel: TCL', returnPerStep);
    return [
      atLeast('(TCL - PEARL) / (PEARL - standing still)', (tcl - pearl) / Math.abs(pearl - still), -0.1),
      told('PEARL', pearl),
      told('TCL', tcl),
    ];
  },
});

const directed = { 'cheetah-fwd-back: PEARL': 'first', 'cheetah-fwd-back: TCL': 'first' } as const;

export const bothDirections = trainingClaim({
  id: 'H4',
  statement: 'After adaptation the half-cheetah runs forwards where that is asked, and backwards where that is.',
  source: pearlPaper('half-cheetah-fwd-back; the reduced size is not from it'),
  expected: 'final trajectory, both directions: return > 0, and speed in the direction that is asked > 0',
  arms: directed,
  checks: (runs) =>
    (Object.keys(directed) as (keyof typeof directed)[]).flatMap((name) => {
      const least = (of: (task: MetaRlMeasures['tasks'][number]) => number) =>
        first(runs, name, ({ tasks }) => (tasks.length < 2 ? Number.NaN : smallest(tasks.map(of))));
      return [
        above(
          `${short(name)}: return, smallest`,
          least(({ returns }) => returns.at(-1) ?? Number.NaN),
          0,
        ),
        above(
          `${short(name)}: speed as asked, smallest`,
          least(({ speed, parameters }) => speed * (parameters.direction ?? Number.NaN)),
          0,
        ),
      ];
    }),
});
