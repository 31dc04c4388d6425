/** What a page of robustness is made of. Plain data: whoever calls measures it, the page only draws. */
import type { Ball } from '../../attacks/index.js';
import type { LatentDivergence } from '../../metrics/index.js';
import type { MetricsRow } from '../../runs/index.js';

/** Accuracy under one attack. */
export interface AttackRow {
  /** For example `PGD-200`. */
  name: string;
  /** In words: `step 0.007, random start, cross-entropy`. */
  settings?: string;
  /** Share in [0, 1] that is still classified correctly. */
  accuracy: number;
  seconds?: number;
}

/** An attack of an ensemble, which meets only images that survived those before it. */
export interface EnsembleRow extends AttackRow {
  /** Images that fell to it. */
  fell: number;
}

/** D+_abs, D-_abs and DIV_rel, as `latentDivergence` gives them. */
export type DivergenceValues = Pick<LatentDivergence, 'intra' | 'inter' | 'relative'>;

/** By distance of latents. */
export interface Divergences {
  cosine?: DivergenceValues;
  l2?: DivergenceValues;
}

/** Latents of benign images, and of adversarial ones in the ball of the report, each compared with benign ones. */
export interface LatentMeasures {
  benign?: Divergences;
  adversarial?: Divergences;
  /** [C][C], rows are classes of the adversarial (or benign) latents, columns of those they are compared with. */
  byClass?: {
    distance: 'cosine' | 'l2';
    adversarial: readonly (readonly number[])[];
    benign?: readonly (readonly number[])[];
  };
}

/** What an attack of one radius leaves. */
export interface RadiusPoint extends Divergences {
  /** In pixel units of [0, 1]; 0 is no attack. */
  radius: number;
  accuracy?: number;
}

export interface RadiusCurve {
  /** In words: `PGD-50, step of a quarter of the radius`. */
  attack?: string;
  points: readonly RadiusPoint[];
}

/** [C][C] images by true class (rows) and prediction (columns). */
export interface Confusion {
  adversarial: readonly (readonly number[])[];
  benign?: readonly (readonly number[])[];
}

/** A check that tells robustness from gradients that only mislead the attack. */
export interface MaskingCheck {
  name: string;
  measured: string;
  expected: string;
  /** Null if it was not run. */
  holds: boolean | null;
  /** What a failure would mean, or why it was not run. */
  why: string;
}

/** An image as the network gets it: [C, H, W] in [0, 1], of one channel or three. */
export interface Pixels {
  width: number;
  height: number;
  values: Float32Array;
}

/** What the network says of an image. */
export interface Prediction {
  label: string;
  /** Its probability in [0, 1]. */
  confidence?: number;
}

/** An image before and after an attack. */
export interface AdversarialExample {
  image: Pixels;
  adversarial: Pixels;
  /** Its true class. */
  label: string;
  before: Prediction;
  after: Prediction;
  /** The same image at growing radii. */
  radii?: readonly { radius: number; adversarial: Pixels; prediction: Prediction }[];
}

/** Sections that can be missing. */
export type RobustnessSectionId =
  | 'attacks'
  | 'ensemble'
  | 'masking'
  | 'examples'
  | 'radius'
  | 'latents'
  | 'confusion'
  | 'training'
  | 'commands'
  | 'settings'
  | 'environment';

/** What the report of a run and the page of robustness have in common. */
export interface RobustnessSummary {
  /** The threat model that all but the curves over the radius speak of. */
  ball?: Ball;
  /** Images that were attacked. */
  images?: number;
  /** Share in [0, 1] of images that are classified correctly without attack. */
  naturalAccuracy?: number;
  attacks?: readonly AttackRow[];
  latents?: LatentMeasures;
  examples?: readonly AdversarialExample[];
}

/** Everything that the page can say. What is missing is left out; where `reasons` has a word on it, that is said. */
export interface RobustnessReport extends RobustnessSummary {
  dataset: string;
  /** How the network was trained: the headline. */
  method: string;
  encoder?: string;
  /** Which weights, for example `step 46,800`. */
  checkpoint?: string;
  /** When it was measured, ISO 8601. */
  created?: string;
  seed?: number;
  /** Names of classes by index, for the matrices. */
  classes?: readonly string[];
  ensemble?: readonly EnsembleRow[];
  radius?: RadiusCurve;
  confusion?: Confusion;
  masking?: readonly MaskingCheck[];
  /** Rows of the training run's `metrics.jsonl`. */
  rows?: readonly MetricsRow[];
  /** Command line to measure it again. */
  command?: string;
  /** All settings as plain data. */
  settings?: unknown;
  environment?: Readonly<Record<string, unknown>>;
  /** Why a section is missing, a sentence each. */
  reasons?: Readonly<Partial<Record<RobustnessSectionId, string>>>;
}
