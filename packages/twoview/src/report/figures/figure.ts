/** Figures as data: what a paper's report hands over, and one function that draws any of them. */
import type { Html } from '../html.js';
import { heatmapFigure } from './heatmap.js';
import { linesFigure } from './lines.js';
import { phasePortrait } from './phase.js';
import { scatterFigure } from './scatter.js';

/** A point of a curve or of the plane. */
export interface Point {
  x: number;
  y: number;
}

interface FigureFrame {
  title: string;
  /** One or two sentences: what to look at. */
  caption: string;
  xLabel: string;
  yLabel: string;
}

/** A curve; points that are not finite break it. */
export interface LineSeries {
  label: string;
  /** A CSS colour, such as `seriesColor(0)`; the series' own by its place if left out. */
  color?: string;
  /** Dashed where it is what theory says, dotted where it is something to compare with. */
  shape?: 'line' | 'dashed' | 'dotted';
  points: readonly (Point & { /** A band around the curve. */ low?: number; high?: number })[];
}

/**
 * Curves over one axis: time courses, sweeps, spectra. Series with one label and colour share an entry of the legend; more than
 * six without colours of their own are shaded from the first to the last.
 */
export interface LinesFigure extends FigureFrame {
  kind: 'lines';
  series: readonly LineSeries[];
  xScale?: 'linear' | 'log';
  /** Labels whole numbers only: what is counted has no halves. */
  xWhole?: boolean;
  yScale?: 'linear' | 'log';
  /**
   * Values the axis must include, or on a logarithmic one the floor below which values lie on it (without it, 16 decades below the
   * largest value at most).
   */
  xDomain?: readonly [number, number];
  yDomain?: readonly [number, number];
  /** Straight lines to compare with. */
  rules?: readonly { axis: 'x' | 'y'; value: number; label: string }[];
}

/** A matrix as coloured cells, first row on top. */
export interface HeatmapFigure extends FigureFrame {
  kind: 'heatmap';
  /** `[rows][columns]`. */
  values: readonly (readonly number[])[];
  /** Labels of columns and rows; their numbers from 1 if left out. Numbers are thinned out to fit. */
  columns?: readonly (string | number)[];
  rows?: readonly (string | number)[];
  /** From the card's colour to one, or from one over the card's at the middle to another. */
  colors: 'sequential' | 'diverging';
  /** Values at the ends of the colours; those of the data if left out, symmetric around 0 where they diverge. */
  domain?: readonly [number, number];
  /** What the colour means, in the key. */
  valueLabel: string;
  /** Writes values into their cells where these have room; colours are paler then. */
  numbers?: boolean;
}

/** A plane of two variables with its flow. */
export interface PhaseFigure extends FigureFrame {
  kind: 'phase';
  xDomain: readonly [number, number];
  yDomain: readonly [number, number];
  /** The flow; drawn as arrows of one length around their points, fainter where it is slow. */
  arrows: readonly (Point & { dx: number; dy: number })[];
  /** Paths that are followed, with an arrow's head at their end. */
  trajectories: readonly { label: string; color?: string; points: readonly Point[] }[];
  /** Curves to compare with, such as nullclines: dashed. */
  curves?: readonly { label: string; color?: string; points: readonly Point[] }[];
  /** Stable ones filled, others hollow. */
  fixedPoints?: readonly (Point & { stable: boolean; label: string })[];
}

/** One point a run, by setting. */
export interface ScatterFigure extends FigureFrame {
  kind: 'scatter';
  groups: readonly { label: string; color: string; points: readonly Point[] }[];
}

export type Figure = LinesFigure | HeatmapFigure | PhaseFigure | ScatterFigure;

/** Draws it. */
export function drawFigure(figure: Figure): Html {
  switch (figure.kind) {
    case 'lines':
      return linesFigure(figure);
    case 'heatmap':
      return heatmapFigure(figure);
    case 'phase':
      return phasePortrait(figure);
    case 'scatter':
      return scatterFigure(figure);
  }
}
