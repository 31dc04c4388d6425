// twoview theory dynamics: whether a mode of the linear model collapses, and why.
import type { Command } from 'commander';
import { renderDynamics } from '../../report/index.js';
import {
  analyse,
  type DynamicsAnalysis,
  type DynamicsSettings,
  decayDiagram,
  dynamicsCourse,
  dynamicsSchema,
  phasePortrait,
} from '../../theory/dynamics/index.js';
import { bold, dim, green, print, printJson, red, table, UsageError } from '../output.js';
import { readSettings, saveReport, type TheoryFlags, theoryCommand, typedCommand } from './settings.js';

const format = (value: number | null): string =>
  value === null ? 'none' : Number.isFinite(value) ? String(Number(value.toPrecision(5))) : '–';

const complexText = ({ re, im }: { re: number; im: number }): string =>
  im === 0 ? format(re) : `${format(re)} ${im < 0 ? '-' : '+'} ${format(Math.abs(im))}i`;

/** `target=ema` stands for `target.name=ema`. */
const byName = (override: string): string => override.replace(/^(predictor|target)=(\w+)$/, '$1.name=$2');

const headlines: Record<DynamicsAnalysis['regime']['verdict'], string> = {
  collapses: red('every mode collapses'),
  survives: green('modes survive'),
  depends: 'it depends on the start',
  stays: 'nothing moves',
};

function printFixedPoints({ fixedPoints, restingLines }: DynamicsAnalysis): void {
  const rows = fixedPoints.map(({ name, p, s, stable, eigenvalues }) => [
    name,
    format(p),
    format(s),
    stable ? 'yes' : 'no',
    eigenvalues.map(complexText).join(', '),
  ]);
  print(table(['fixed point', 'p', 's', 'stable', 'eigenvalues'], rows));
  for (const { name, fixed, value } of restingLines)
    print(`line of rest (${name}): ${fixed} = ${format(value)}, ${fixed === 's' ? 'p' : 's'} is free`);
}

function printBasin({ settings, basin, criticalWeightDecay, alignmentWindow, collapsingLag }: DynamicsAnalysis): void {
  if (criticalWeightDecay !== null) print(`critical weight decay: ${format(criticalWeightDecay)}`);
  const start = settings.predictor.name === 'linear' ? 'a mode that starts with p = 0' : 'a mode of its own';
  if (basin.p0 !== null)
    print(`a mode that starts on the parabola s = p^2 / alphaP escapes from p = ${format(basin.p0)} on`);
  if (basin.s0 !== null) print(`${start} escapes from s = ${format(basin.s0)} on`);
  if (alignmentWindow !== null)
    print(
      `alignment is guaranteed on the parabola for weight decays above ${format(alignmentWindow.above)}, up to ${format(alignmentWindow.most)} with survivors`,
    );
  if (collapsingLag !== null)
    print(
      `in a mode that collapses wa / w tends to ${collapsingLag === Number.POSITIVE_INFINITY ? 'infinity' : format(collapsingLag)}`,
    );
}

function printModes({ modes, settings }: DynamicsAnalysis): void {
  const rows = modes.map(({ start, end, fate }) => [
    settings.predictor.name === 'linear' ? `p ${format(start.p)}, s ${format(start.s)}` : `s ${format(start.s)}`,
    format(end.p),
    format(end.s),
    format(end.tau),
    fate,
  ]);
  print(table(['start', `p at t = ${format(settings.time)}`, 's', 'tau', 'in the long run'], rows));
}

function printAnalysis(analysis: DynamicsAnalysis): void {
  const { regime, rates } = analysis;
  print(`${bold(headlines[regime.verdict])}: ${regime.reason}`);
  print();
  printFixedPoints(analysis);
  print();
  printBasin(analysis);
  for (const { name, rate } of rates) print(`rate of ${name}: ${format(rate)}`);
  print();
  printModes(analysis);
  print(dim('per unit of time: learning rate times steps'));
}

/** @throws UsageError where the flow is too fast to be followed for so long */
function followed(settings: DynamicsSettings): DynamicsAnalysis {
  try {
    return analyse(settings);
  } catch (error) {
    throw new UsageError(
      `theory dynamics: ${(error as Error).message}; make decays, alphaP or beta less extreme, start modes nearer the parabola s = p^2 / alphaP, or shorten time`,
    );
  }
}

function run(overrides: string[], flags: TheoryFlags): void {
  const settings = readSettings(dynamicsSchema, overrides.map(byName), 'dynamics');
  const analysis = followed(settings);
  if (flags.json) printJson(analysis);
  else printAnalysis(analysis);
  if (!flags.report && flags.out === undefined) return;
  const page = renderDynamics({
    analysis,
    course: dynamicsCourse(settings),
    portrait: phasePortrait(settings),
    diagram: decayDiagram(settings),
    command: typedCommand(),
  });
  saveReport(flags, 'dynamics', page);
}

export function defineDynamics(theory: Command): void {
  theoryCommand(theory, 'dynamics', dynamicsSchema)
    .description(
      'Follows modes of the linear model of predictor and encoder (Tian, Chen, Ganguli 2021) with any filling of the slots: whether they collapse and why, fixed points, critical weight decay, basins, and where each mode ends.',
    )
    .action(run);
}
