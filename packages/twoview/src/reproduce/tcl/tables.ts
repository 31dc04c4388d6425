// Tables of the report: what was measured arm by arm, test task by test task, and what there is to compare with.
import type { ReportTable } from '../../report/index.js';
import type { ReportInput } from '../claim.js';
import { goalReadOut } from './claims/point-robot.js';
import { closingGain, curveArea, lateReturn } from './claims/training-claim.js';
import { knownRuns, sound } from './known.js';
import { pilotTable, publishedTable } from './published.js';
import { arms, type MetaRlMeasures } from './runs/index.js';

/** A table with its heading. */
interface Titled {
  title: string;
  note: string;
  table: ReportTable;
}

interface Column {
  title: string;
  digits: number;
  of: (run: MetaRlMeasures) => number;
}

/** Values seed by seed, as in `-11.9 / -12.3`; NaN is left out. */
function bySeed(list: readonly number[], digits: number): string | null {
  const shown = list.filter((value) => !Number.isNaN(value)).map((value) => String(Number(value.toFixed(digits))));
  if (shown.length === 0) return null;
  return new Set(shown).size === 1 ? shown[0]! : shown.join(' / ');
}

const columns: readonly Column[] = [
  { title: 'last trajectory, last three meta-tests', digits: 1, of: lateReturn() },
  { title: 'first trajectory, likewise', digits: 1, of: lateReturn(1) },
  { title: 'area under the curve by width', digits: 1, of: curveArea },
  { title: 'at the end, last trajectory', digits: 1, of: ({ adapted }) => adapted.at(-1) ?? Number.NaN },
  { title: 'gain over the first', digits: 1, of: ({ adapted }) => closingGain(adapted) },
  { title: 'gain, z from the prior alone', digits: 1, of: ({ priorOnly }) => closingGain(priorOnly) },
  { title: 'pretext accuracy', digits: 2, of: ({ pretext }) => pretext },
  { title: 'R^2 of the parameters', digits: 2, of: goalReadOut },
  { title: 'environment steps', digits: 0, of: ({ environmentSteps }) => environmentSteps },
  { title: 'gradient steps', digits: 0, of: ({ gradientSteps }) => gradientSteps },
  { title: 'minutes', digits: 1, of: ({ minutes }) => minutes },
];

function runTable(input: ReportInput): Titled[] {
  const found = sound(knownRuns(input));
  if (found.length === 0) return [];
  return [
    {
      title: 'Runs, arm by arm',
      note: 'Seed by seed, one number where all are equal. Returns are means over test tasks, undiscounted and unscaled; of the sparse point robot sparse ones. Minutes are those of training with its meta-tests.',
      table: {
        caption: 'Measured',
        head: columns.map(({ title }) => title),
        rows: found.map(({ name, runs }) => ({
          name,
          cells: columns.map(({ digits, of }) =>
            bySeed(
              runs.map(({ measures }) => of(measures)),
              digits,
            ),
          ),
        })),
      },
    },
  ];
}

function cheetahTable(input: ReportInput): Titled[] {
  const found = sound(knownRuns(input)).filter(({ name }) => arms[name].family.startsWith('half-cheetah'));
  const rows = found.flatMap(({ name, runs }) => {
    const { tasks, horizon } = runs[0]!.measures;
    return tasks.map(({ parameters, returns, speed }) => {
      const parameter = Object.entries(parameters).map(([label, value]) => `${label} ${Number(value.toFixed(3))}`);
      return {
        name: `${name}, ${parameter.join(', ')}`,
        cells: [
          returns.map((value) => value.toFixed(1)).join(' / '),
          ((returns.at(-1) ?? Number.NaN) / horizon).toFixed(2),
          speed.toFixed(2),
        ],
      };
    });
  });
  if (rows.length === 0) return [];
  return [
    {
      title: 'Half-cheetahs, task by task',
      note: 'First seed, means over runs at the end. Speed is that of the torso in the last trajectory.',
      table: {
        caption: 'Test tasks',
        head: ['return of trajectory 1 / 2 / 3', 'last trajectory, by step', 'mean speed, m/s'],
        rows,
      },
    },
  ];
}

export function reportTables(input: ReportInput): Titled[] {
  return [
    ...runTable(input),
    ...cheetahTable(input),
    {
      title: 'An earlier pilot',
      note: 'The same reduced size in another program; the thresholds of P1 to P4 come from it.',
      table: pilotTable,
    },
    {
      title: 'What is published',
      note: 'Of TCL there was the abstract alone: its learning curves, and its settings for MuJoCo, are not known here.',
      table: publishedTable,
    },
  ];
}
