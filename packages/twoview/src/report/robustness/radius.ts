/** What is left as the ball grows, and how far latents have gone by then. */
import type { Ball } from '../../attacks/index.js';
import type { Figure, LineSeries, LinesFigure } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';
import type { Divergences, DivergenceValues, RadiusCurve, RadiusPoint } from './types.js';
import { normName } from './words.js';

const distances = [
  ['cosine', 'cosine distance'],
  ['l2', 'L2 distance'],
] as const;

/** Accuracy by radius, then divergences by distance, where they were measured; the benign ones as dotted lines. */
export function radiusFigures(
  { points, attack }: RadiusCurve,
  {
    ball,
    benign = {},
    natural,
  }: { ball?: Ball | undefined; benign?: Divergences | undefined; natural?: number | undefined },
): Figure[] {
  const sorted = [...points].sort((a, b) => a.radius - b.radius);
  const axis = axisOf(ball);
  const curve = (label: string, color: number, of: (point: RadiusPoint) => number | undefined): LineSeries => ({
    label,
    color: seriesColor(color),
    points: sorted.flatMap((point) => {
      const y = of(point);
      return y === undefined ? [] : [{ x: axis.scale * point.radius, y }];
    }),
  });
  const level = (label: string, color: number, y: number | undefined): LineSeries[] => {
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (y === undefined || !Number.isFinite(y) || !first || !last || first === last) return [];
    const ends = [first, last].map(({ radius }) => ({ x: axis.scale * radius, y }));
    return [{ label, color: seriesColor(color), shape: 'dotted', points: ends }];
  };
  const frame = { kind: 'lines', xLabel: axis.label, ...(ball && { rules: [rule(ball, axis.scale)] }) } as const;
  const percent = (share: number | undefined) => (share === undefined ? undefined : 100 * share);
  const accuracy: LinesFigure = {
    ...frame,
    title: 'Accuracy by radius',
    caption: `Images that are still classified correctly${attack === undefined ? '' : ` under ${attack}`}. It has to fall to nothing: a large ball holds images of every class.`,
    yLabel: 'accuracy, %',
    yDomain: [0, 100],
    series: [
      curve('under attack', 0, ({ accuracy: share }) => percent(share)),
      ...level('without attack', 0, percent(natural)),
    ],
  };
  const both = distances.flatMap(([distance, name]): LinesFigure[] => {
    const measured = (part: keyof DivergenceValues) => (point: RadiusPoint) => point[distance]?.[part];
    const own = benign[distance];
    return [
      {
        ...frame,
        title: `Relative divergence, ${name}`,
        caption:
          'D⁺/D⁻ of adversarial latents: at 1 they lie as close to other classes as to their own. Dotted: benign latents.',
        yLabel: 'D⁺/D⁻',
        series: [curve('adversarial', 2, measured('relative')), ...level('benign', 2, own?.relative)],
      },
      {
        ...frame,
        title: `Absolute divergences, ${name}`,
        caption: `Mean ${name} to benign latents of the own class (D⁺) and of others (D⁻). Dotted: benign latents.`,
        yLabel: name,
        series: [
          curve('D⁺, within classes', 0, measured('intra')),
          curve('D⁻, between classes', 1, measured('inter')),
          ...level('D⁺, benign', 0, own?.intra),
          ...level('D⁻, benign', 1, own?.inter),
        ],
      },
    ];
  });
  return [accuracy, ...accuracyByDivergence(sorted), ...both].filter(({ series }) => series.some(drawn));
}

/** Accuracy against the divergence that was measured first of those there are. */
function accuracyByDivergence(points: readonly RadiusPoint[]): LinesFigure[] {
  const [distance, name] = distances.find(([each]) => points.some((point) => point[each])) ?? [];
  if (distance === undefined) return [];
  const both = points.flatMap(({ accuracy, [distance]: values }) =>
    accuracy === undefined || !Number.isFinite(values?.relative) ? [] : [{ x: values!.relative, y: 100 * accuracy }],
  );
  return [
    {
      kind: 'lines',
      title: 'Accuracy by relative divergence',
      caption:
        'A point for each radius. Bui et al. 2021 found robust accuracy to fall as adversarial latents leave their class for others.',
      xLabel: `D⁺/D⁻, ${name}`,
      yLabel: 'accuracy, %',
      yDomain: [0, 100],
      series: [{ label: 'under attack', color: seriesColor(0), points: both }],
    },
  ];
}

/** Whether it is a measured curve with something to see. */
const drawn = ({ shape, points }: LineSeries): boolean =>
  shape === undefined && points.some(({ y }) => Number.isFinite(y));

/** Grey levels for L-infinity, pixel units for L2. */
function axisOf(ball: Ball | undefined): { scale: number; label: string } {
  if (ball?.norm === 'l2') return { scale: 1, label: 'L2 radius' };
  return { scale: 255, label: `${ball ? `${normName(ball.norm)} radius` : 'radius'}, in 1/255` };
}

function rule({ eps }: Ball, scale: number): NonNullable<LinesFigure['rules']>[number] {
  return { axis: 'x', value: scale * eps, label: 'radius of the tables' };
}
