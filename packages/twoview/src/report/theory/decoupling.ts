/** Runs of the sparse coding model: neurons against atoms at the turns of the phases, and curves through them. */
import { decoupling } from '../../theory/index.js';
import type { HeatmapFigure, LineSeries, LinesFigure } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';

/** A run and what it is called. */
export interface NamedRun {
  label: string;
  run: decoupling.DecouplingRun;
}

const moments: Readonly<Record<decoupling.Snapshot['moment'], string>> = {
  start: 'at the start',
  T1: 'end of Phase I',
  T2: 'end of Phase II',
  end: 'end of training',
};

/** One heat map a snapshot: rows are neurons, sorted by their largest atom. */
export function neuronHeatmaps({ label, run }: NamedRun): HeatmapFigure[] {
  const share = (value: number): string => `${Math.round(100 * value)} %`;
  return run.snapshots.map(({ moment, step, cosines, alignment }) => ({
    kind: 'heatmap',
    title: `${label}: ${moments[moment]}`,
    caption: `Step ${step}. ${share(alignment.fracM)} of the weights’ energy lies in the span of the atoms, ${share(alignment.pure)} of the neurons are pure, ${share(alignment.coverage)} of the atoms are covered.`,
    xLabel: 'atom',
    yLabel: 'neuron',
    values: decoupling.sortedByAtom(cosines),
    colors: 'sequential',
    domain: [0, 1],
    valueLabel: '|cosine|',
  }));
}

const measures: readonly {
  key: 'fracM' | 'medianMaxcos' | 'coverage' | 'loss';
  title: string;
  yLabel: string;
  caption: string;
}[] = [
  {
    key: 'fracM',
    title: 'Share of the weights in the span of the atoms',
    yLabel: 'frac_M',
    caption: 'The rest lies across it, where there is noise alone.',
  },
  {
    key: 'medianMaxcos',
    title: 'Largest cosine of a neuron with an atom',
    yLabel: 'median over neurons',
    caption: 'One is a neuron that is an atom.',
  },
  {
    key: 'coverage',
    title: 'Atoms that some neuron has learnt',
    yLabel: 'coverage',
    caption: 'Share of atoms that are the largest of a neuron, with a cosine above 0.7.',
  },
  {
    key: 'loss',
    title: 'Contrastive loss',
    yLabel: 'loss of a batch',
    caption: 'ln B by chance. Noise that both views share is told apart with next to no loss.',
  },
];

/** Curves of several runs over the steps; T1 and T2 of the first are marked. */
export function phaseLines(runs: readonly NamedRun[]): LinesFigure[] {
  const first = runs[0]?.run;
  if (!first) return [];
  const turns = [
    { value: first.t1, label: 'T1' },
    { value: first.t2, label: 'T2' },
  ];
  const rules = turns.flatMap(({ value, label }) => (value === null ? [] : [{ axis: 'x' as const, value, label }]));
  return measures.map(({ key, title, yLabel, caption }) => ({
    kind: 'lines',
    title,
    caption,
    xLabel: 'step',
    yLabel,
    yDomain: [0, 1],
    rules,
    series: runs.map(
      ({ label, run }, i): LineSeries => ({
        label,
        color: seriesColor(i),
        points: run.curve.map((point) => ({ x: point.step, y: point[key] })),
      }),
    ),
  }));
}
