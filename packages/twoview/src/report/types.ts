/** What a report is made of. Plain data: whoever calls gathers it, the report only draws. */
import type { MetricsRow } from '../runs/index.js';
import type { practice } from '../theory/index.js';
import type { RobustnessSummary } from './robustness/types.js';

/** An RGB picture, 8 bits a channel: `[H, W, 3]` (`hwc`) or `[3, H, W]` (`chw`). */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
  layout: 'hwc' | 'chw';
}

/** The judgement on a run, as a word, a sentence and what speaks for it. */
export interface Verdict {
  state: 'healthy' | 'warning' | 'collapsed' | 'unknown';
  /** On the badge: `healthy`, `dimensional collapse`, ... */
  label: string;
  /** One sentence a newcomer understands. */
  sentence: string;
  evidence?: readonly string[];
}

/** An image and those whose embeddings are nearest to its own, nearest first. */
export interface NeighbourQuery {
  picture: Picture;
  /** Its class. Where query and neighbour both have one, the neighbour is marked right or wrong. */
  label?: string;
  neighbours: readonly { picture: Picture; label?: string; similarity?: number }[];
}

/** Nearest neighbours of some query images. */
export interface Neighbours {
  /** In which space, e.g. `encoder output h, cosine similarity`. */
  space: string;
  queries: readonly NeighbourQuery[];
}

/** An image and the views that training made of it. */
export interface AugmentedSample {
  original: Picture;
  views: readonly Picture[];
}

/** Embeddings laid out on a plane. */
export interface EmbeddingMap {
  /** How, e.g. `PCA` or `UMAP`, and of what. */
  method: string;
  points: readonly { x: number; y: number; label?: string }[];
}

/** Sections of a run's report that can be missing. */
export type SectionId =
  | 'curves'
  | 'theory'
  | 'robustness'
  | 'covariance'
  | 'spectrum'
  | 'neighbours'
  | 'views'
  | 'map'
  | 'configuration'
  | 'commands'
  | 'environment';

/** Numbers by the name they have in `metrics.jsonl`; accuracies are fractions. */
export type Results = Readonly<Record<string, number>>;

/** Everything a report can say of one run. What is missing is left out, with the reason. */
export interface RunReport {
  /** Name of the run, or of the arm in a comparison. */
  name: string;
  method: string;
  dataset: string;
  encoder?: string;
  /** When the run ended, ISO 8601. */
  created?: string;
  verdict?: Verdict;
  /** Rows of `metrics.jsonl`; empty for an untrained encoder. */
  rows: readonly MetricsRow[];
  /** Final numbers; what is not given is taken from the last row that has it. `durationSeconds` and `viewsPerSecond` belong here. */
  results?: Results;
  /** The same measures of the encoder before training. */
  untrained?: Results;
  /** Accuracy of guessing, as a fraction. */
  chance?: number;
  /** Width of the embeddings, by the prefix of their metrics: `{ h: 512, z: 128 }`. */
  dimensions?: Readonly<Record<string, number>>;
  neighbours?: Neighbours;
  views?: readonly AugmentedSample[];
  map?: EmbeddingMap;
  /** What the linear theory says of the run beside what happened. */
  theory?: practice.TheoryOverlay;
  /** Accuracy under attack and examples, of a run that trains a classifier. */
  robustness?: RobustnessSummary;
  /** The configuration as plain data. */
  config?: unknown;
  /** Command lines to do the run again, and to go on with it. */
  commands?: { rerun?: string; resume?: string };
  environment?: Readonly<Record<string, unknown>>;
  /** Why a section is missing, where the caller knows better than "not recorded". */
  reasons?: Readonly<Partial<Record<SectionId, string>>>;
}

/** One row of a comparison's verdicts: what was claimed and what came out. */
export interface ClaimRow {
  claim: string;
  expected: string;
  measured: string;
  status: 'pass' | 'fail' | 'notRun';
}

/** The frame around a comparison. */
export interface ComparisonOptions {
  title: string;
  /** Opening paragraphs. */
  lead: string | readonly string[];
  claims?: readonly ClaimRow[];
  /** Command line to do the whole comparison again. */
  command?: string;
}
