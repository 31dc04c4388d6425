// Figures of one mode, from the flow itself: phase portraits, and what weight decay and a moving average do over time.
import type { LinesFigure, PhaseFigure, Point } from '../../../report/index.js';
import { seriesColor } from '../../../report/index.js';
import { scalar, sweep } from '../../../theory/dynamics/index.js';

const sigma2 = 0.1;

const starts: readonly Point[] = [
  { x: 0.02, y: 0.9 },
  { x: 0.2, y: 0.6 },
  { x: 0.02, y: 0.12 },
  { x: 0.3, y: 0.02 },
  { x: 0.9, y: 0.06 },
  { x: 1.1, y: 0.5 },
  { x: 1.1, y: 1.1 },
];

/** The plane of p and s at tau = 1 (figure 3 of the paper). */
export function portrait(eta: number): PhaseFigure {
  const parameters = { sigma2, eta };
  const a = 1 + sigma2;
  const arrows = sweep.spaced(0, 1.2, 17).flatMap((x) =>
    sweep.spaced(0, 1.2, 13).map((y) => {
      const drive = 1 - a * x;
      return { x, y, dx: y * drive - eta * x, dy: 2 * x * y * drive - 2 * eta * y };
    }),
  );
  const times = sweep.spaced(0, 60, 400);
  const points = scalar.fixedPoints(parameters).map(({ p, s, stable, name }) => ({
    x: p,
    y: s,
    stable,
    label: { collapse: 'collapse', boundary: 'p-', survival: 'p+' }[name],
  }));
  const lines = scalar.restingLines(parameters).map(({ name, fixed, value }) => ({
    label: `at rest: ${name}`,
    points:
      fixed === 'p'
        ? [
            { x: value, y: 0 },
            { x: value, y: 1.2 },
          ]
        : [
            { x: 0, y: value },
            { x: 1.2, y: value },
          ],
  }));
  const parabola = { label: 's = p²', points: sweep.spaced(0, Math.sqrt(1.2), 60).map((p) => ({ x: p, y: p * p })) };
  const captions: Readonly<Record<number, string>> = {
    0: 'Without weight decay two lines are at rest: s = 0, and p = 1/(1+σ²) with any s. What a mode ends at depends on its start.',
    0.01: 'With a little, everything is drawn to the parabola; from above p- a mode grows to p+, from below it dies.',
    1: 'With too much, all modes die: only the origin is at rest.',
  };
  return {
    kind: 'phase',
    title: `η = ${eta}`,
    caption: captions[eta] ?? '',
    xLabel: 'p',
    yLabel: 's',
    xDomain: [0, 1.2],
    yDomain: [0, 1.2],
    arrows,
    trajectories: starts.map(({ x, y }) => {
      const { p, s } = scalar.trajectory(parameters, { p: x, s: y }, times);
      return {
        label: 'modes',
        color: seriesColor(0),
        points: times.map((_, k) => ({ x: p[k]!, y: s[k]! })),
      };
    }),
    curves: [parabola, ...lines],
    // Without decay the points at rest are the lines'.
    ...(lines.length > 0 ? {} : { fixedPoints: points }),
  };
}

/** A mode from p = 0.2, s = 0.1 with w_a = 0 under several settings: p, and w_a/w, over time. */
function courses(
  settings: readonly { label: string; eta: number; beta: number }[],
  horizon: number,
  { title, caption }: { title: string; caption: string },
): LinesFigure[] {
  const times = sweep.spaced(0, horizon, 240);
  const modes = settings.map(({ label, eta, beta }) => ({
    label,
    mode: scalar.trajectory({ sigma2, eta, target: { name: 'ema', beta } }, { p: 0.2, s: 0.1 }, times),
  }));
  const figure = (key: 'p' | 'tau', yLabel: string): LinesFigure => ({
    kind: 'lines',
    title: `${title}: ${yLabel}`,
    caption,
    xLabel: 'time',
    yLabel,
    yDomain: [0, 1],
    series: modes.map(({ label, mode }, i) => ({
      label,
      color: seriesColor(i),
      points: times.map((t, k) => ({ x: t, y: mode[key][k]! })),
    })),
  });
  return [figure('p', 'p'), figure('tau', 'w_a / w')];
}

export function decaySweep(): LinesFigure[] {
  const settings = [0, 0.01, 0.04, 0.1, 0.2].map((eta) => ({ label: `η = ${eta}`, eta, beta: 0.4 }));
  return courses(settings, 60, {
    title: 'Weight decay, β = 0.4',
    caption:
      'The larger the weight decay, the later a mode grows; where it dies, the target stays ahead of the encoder.',
  });
}

export function averageSweep(): LinesFigure[] {
  const settings = [4, 0.4, 0.1, 0.04].map((beta) => ({ label: `β = ${beta}`, eta: 0.04, beta }));
  return courses(settings, 120, {
    title: 'Moving average, η = 0.04',
    caption: 'A slow average is a curriculum: the target starts small, and p grows later.',
  });
}
