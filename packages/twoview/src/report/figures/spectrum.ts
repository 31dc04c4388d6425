/** Eigenvalue spectra: where a collapse shows first. */
import * as Plot from '@observablehq/plot';
import { type Html, html } from '../html.js';
import { formatStep } from '../numbers.js';
import { figure, type LegendEntry } from './frame.js';

/** A spectrum, descending; drawn relative to its largest eigenvalue. */
export interface Spectrum {
  label: string;
  color: string;
  values: readonly number[];
}

/** Below this share of the largest eigenvalue a direction counts as unused and lies on the floor of the figure. */
const floor = 1e-6;

/** The spectrum of one embedding at several steps of training, from pale to strong. */
export function spectrumOverTime(
  text: { title: string; caption: string },
  snapshots: readonly { step: number; values: readonly number[] }[],
): Html {
  const last = Math.max(1, snapshots.length - 1);
  const spectra = snapshots.map(({ step, values }, i) => {
    const share = snapshots.length === 1 ? 100 : Math.round((100 * i) / last);
    return {
      label: `step ${formatStep(step)}`,
      color: `color-mix(in oklab, var(--late) ${share}%, var(--early))`,
      values,
    };
  });
  const [from, to] = [snapshots[0]!.step, snapshots.at(-1)!.step];
  const key = html`<p class="ramp">step ${formatStep(from)} <span class="bar"></span> ${formatStep(to)}</p>`;
  return draw(text, spectra, { key });
}

/** Spectra of several runs at the end of training. */
export function spectraSideBySide(text: { title: string; caption: string }, spectra: readonly Spectrum[]): Html {
  return draw(text, spectra, { legend: spectra });
}

function draw(
  text: { title: string; caption: string },
  spectra: readonly Spectrum[],
  key: { key?: Html; legend?: readonly LegendEntry[] },
): Html {
  const drawn = spectra.map(({ label, color, values }, i) => ({
    label,
    color,
    points: relative(values),
    last: i === spectra.length - 1,
  }));
  const marks: Plot.Markish[] = [
    Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 6 }),
    Plot.axisY({ ticks: 6, tickSize: 0, tickFormat: power, label: null, color: 'var(--muted)' }),
    Plot.axisX({
      ticks: 6,
      tickSize: 4,
      tickFormat: formatStep,
      label: 'eigenvalue, by rank',
      labelAnchor: 'center',
      labelArrow: 'none',
      color: 'var(--muted)',
    }),
    ...drawn.map(({ color, points, last }) =>
      Plot.lineY(points, { x: 'rank', y: 'share', stroke: color, strokeWidth: last || !key.key ? 2.2 : 1.5 }),
    ),
  ];
  const description = drawn
    .map(
      ({ label, points }) =>
        `${label}: ${points.filter((p) => p.share > 0.01).length} of ${points.length} above 1 % of the largest.`,
    )
    .join(' ');
  return figure(
    { ...text, ...key, description: `${text.title}. ${description}` },
    { marks, y: { type: 'log', domain: [floor, 1] } },
  );
}

function relative(values: readonly number[]): { rank: number; share: number }[] {
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  return values.map((value, i) => ({ rank: i + 1, share: largest > 0 ? Math.max(floor, value / largest) : floor }));
}

function power(value: number): string {
  const superscript = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  const exponent = Math.round(Math.log10(value));
  if (exponent === 0) return '1';
  return `10⁻${[...String(-exponent)].map((digit) => superscript[Number(digit)]).join('')}`;
}
