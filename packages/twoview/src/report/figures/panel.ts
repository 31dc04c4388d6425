/** The area that two numeric axes span: scales, grid and axes, and where values lie in pixels. */
import * as Plot from '@observablehq/plot';
import type { Axis } from './axis.js';
import type { Box } from './geometry.js';

/** A drawing area. */
export interface Panel {
  /** Everything that Plot needs but the marks. */
  options: Plot.PlotOptions;
  /** Grid and axes: the marks to start with. */
  axes: Plot.Markish[];
  /** The area between the axes, in pixels. */
  frame: Box;
  /** Pixels of a value. */
  x: (value: number) => number;
  y: (value: number) => number;
}

const width = 460;
const margins = { top: 28, right: 16, bottom: 44 };

/** Lays out a drawing area `height` pixels high. */
export function panel(x: Axis, y: Axis, labels: { xLabel: string; yLabel: string }, height: number): Panel {
  const longest = Math.max(0, ...y.ticks.map((tick) => y.format(tick).length));
  const marginLeft = Math.min(92, Math.max(40, 14 + 8 * longest));
  const frame = { left: marginLeft, right: width - margins.right, top: margins.top, bottom: height - margins.bottom };
  const scale = ({ type, domain }: Axis): Plot.ScaleOptions => ({ type, domain: [...domain], nice: false });
  return {
    options: {
      width,
      height,
      marginLeft,
      marginTop: margins.top,
      marginRight: margins.right,
      marginBottom: margins.bottom,
      x: scale(x),
      y: scale(y),
      color: { type: 'identity' },
    },
    axes: [
      Plot.gridX(x.ticks, { stroke: 'var(--grid)', strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: 'var(--grid)', strokeOpacity: 1 }),
      Plot.axisX(readable(x.ticks, x), {
        tickSize: 0,
        tickFormat: x.format,
        label: labels.xLabel,
        labelAnchor: 'center',
        labelArrow: 'none',
        color: 'var(--muted)',
      }),
      Plot.axisY(y.ticks, {
        tickSize: 0,
        tickFormat: y.format,
        label: labels.yLabel,
        labelArrow: 'none',
        color: 'var(--muted)',
      }),
    ],
    frame,
    x: position(x, frame.left, frame.right),
    y: position(y, frame.bottom, frame.top),
  };
}

/** Every tick, or every second or third, so that long labels do not touch. */
function readable(ticks: readonly number[], axis: Axis): number[] {
  const longest = Math.max(1, ...ticks.map((tick) => axis.format(tick).length));
  const stride = Math.max(1, Math.ceil((ticks.length * (longest + 1.5) * 8) / 400));
  return ticks.filter((_, i) => i % stride === 0);
}

function position({ type, domain }: Axis, from: number, to: number): (value: number) => number {
  const measure = type === 'log' ? Math.log : (value: number) => value;
  const [low, high] = [measure(domain[0]), measure(domain[1])];
  return (value) => from + ((to - from) * (measure(value) - low)) / (high - low);
}
