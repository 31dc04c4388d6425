/** Tasks one by one, and figures over tasks: planes of latents, read-outs, what is achieved. */
import { type Html, html } from '../html.js';
import { formatNumber, formatPercent } from '../numbers.js';
import { agreementPoints, coloredPoints } from './points.js';
import type { Achievement, LatentPlane, ReadOut, TaskRow } from './types.js';

/** Longer lists than this are folded. */
const longest = 40;

/** Posterior means, a figure for each parameter. @throws RangeError if a parameter has not one value a point */
export function latentFigures({ points, explained, parameters }: LatentPlane): Html[] {
  const axis = (i: 0 | 1): string => {
    const share = explained?.[i];
    return `component ${i + 1}${share === undefined ? '' : `, ${formatPercent(share)} of the variance`}`;
  };
  return parameters.map(({ name, values, period }) => {
    if (values.length !== points.length)
      throw new RangeError(
        `The parameter ${name} has ${values.length} values for ${points.length} latents; give one for each.`,
      );
    return coloredPoints({
      title: `Latent tasks by ${name}`,
      caption:
        'Posterior means of z in their first two principal components. A smooth change of colour: the encoder has found what tells tasks apart.',
      xLabel: axis(0),
      yLabel: axis(1),
      points: points.map(({ x, y, train }, i) => ({ x, y, value: values[i]!, hollow: train })),
      valueLabel: name,
      period,
      hollow: 'training tasks',
    });
  });
}

/** Parameters as they are read out of the posterior mean. */
export function readOutFigures(readOuts: readonly ReadOut[]): Html[] {
  return readOuts.map(({ parameter, points, r2 }) =>
    agreementPoints({
      title: capital(`${parameter}, read out`),
      caption: `A linear map from the posterior mean to the parameter. R² = ${formatNumber(r2)}: 1 where it is known, 0 where the mean is as good a guess.`,
      xLabel: `true ${parameter}`,
      yLabel: `predicted ${parameter}`,
      diagonal: 'exact',
      groups: [{ label: 'tasks', points: points.map(({ actual, predicted }) => ({ x: actual, y: predicted })) }],
      note: `R² = ${formatNumber(r2)}.`,
    }),
  );
}

const right: Readonly<Record<NonNullable<Achievement['asks']>, string>> = {
  value: 'On the line it does what is asked for.',
  sign: 'It does what is asked for above 0 on the right, and below 0 on the left; how fast is not asked.',
  angle: 'On the line it does what is asked for; half a turn above or below, the opposite.',
};

/** An angle, by whole turns within half a turn of another. */
const nearest = (angle: number, other: number): number =>
  angle - 2 * Math.PI * Math.round((angle - other) / (2 * Math.PI));

/** What is done against what is asked for. */
export function achievementFigures(all: readonly Achievement[]): Html[] {
  return all.map(({ target, achieved, points, asks = 'value' }) => {
    const group = (label: string, train: boolean) => ({
      label,
      points: points
        .filter((point) => Boolean(point.train) === train)
        .map((point) => ({
          x: point.target,
          y: asks === 'angle' ? nearest(point.achieved, point.target) : point.achieved,
        })),
    });
    return agreementPoints({
      title: capital(`${withoutUnit(achieved)} by ${withoutUnit(target)}`),
      caption: `Each task’s last trajectory. ${right[asks]}`,
      xLabel: target,
      yLabel: achieved,
      ...(asks !== 'sign' && { diagonal: 'as asked' }),
      groups: [group('test tasks', false), group('training tasks', true)].filter((each) => each.points.length > 0),
    });
  });
}

const withoutUnit = (label: string): string => label.split(',')[0]!;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Test tasks, then training tasks, with the return of each trajectory. */
export function taskTables(tasks: readonly TaskRow[]): Html {
  const table = (split: TaskRow['split'], caption: string): Html | undefined => {
    const rows = tasks.filter((task) => task.split === split);
    if (rows.length === 0) return undefined;
    const drawn = taskTable(rows, caption);
    return split === 'train' || rows.length > longest
      ? html`<details class="numbers"><summary>${caption}</summary>${drawn}</details>`
      : drawn;
  };
  const count = (split: TaskRow['split']): number => tasks.filter((task) => task.split === split).length;
  return html`${table('test', `${count('test')} test tasks`)}${table('train', `${count('train')} training tasks`)}`;
}

function taskTable(rows: readonly TaskRow[], caption: string): Html {
  const names = [...new Set(rows.flatMap(({ parameters }) => Object.keys(parameters)))];
  const most = rows.reduce((count, { returns }) => Math.max(count, returns.length), 0);
  const solved = rows.some(({ success }) => success !== undefined);
  const returns = Array.from({ length: most }, (_, i) => `return ${i + 1}`);
  const head = ['task', ...names, ...returns, ...(solved ? ['solved'] : [])];
  const number = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value));
  const body = rows.map(({ name, parameters, returns: own, success }) => {
    const cells = [
      ...names.map((parameter) => number(parameters[parameter])),
      ...returns.map((_, i) => number(own[i])),
      ...(solved ? [success === undefined ? '–' : formatPercent(success)] : []),
    ];
    return html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="dense tasks"><caption>${caption}: parameters, and the return of each trajectory</caption><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}
