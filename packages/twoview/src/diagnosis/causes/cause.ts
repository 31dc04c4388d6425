// What a cause is, and what the rules that look for causes know.
import type { MetricsRow } from '../../runs/index.js';
import type { Config } from '../../training/index.js';
import type { LayerMeasures } from '../layer.js';
import type { PairMeasures } from '../pairs.js';
import type { Thresholds } from '../thresholds.js';
import type { Verdict } from '../verdict.js';

/** The part of a configuration to look at. */
export type CauseSlot =
  | 'predictor'
  | 'target'
  | 'normalizer'
  | 'weightDecay'
  | 'ema'
  | 'augmentation'
  | 'projector'
  | 'learningRate'
  | 'objective'
  | 'attack';

/** A probable cause of a collapse. */
export interface Cause {
  slot: CauseSlot;
  /** What brings it about, with the numbers of this run. */
  why: string;
  /** Overrides for `twoview train` that change it, such as `method.target=stopGradient`. */
  change: string;
  /** 0 to 1: how sure the rule is. Theory that names the outcome is near 1, an estimate near a half. */
  confidence: number;
}

/** What causes are looked for in. Only the configuration is needed; the more is known, the more rules apply. */
export interface CauseInput {
  config: Config;
  /** Verdicts by layer. */
  verdict: { z?: Verdict; h?: Verdict };
  /** Measures of z, of all images or of one batch. */
  measures?: Partial<Pick<LayerMeasures, 'participationRatio' | 'offDiagonalCorrelation' | 'varianceShare' | 'norm'>>;
  /** Views of the same images in the features h, now and before training. */
  pairs?: PairMeasures;
  untrainedPairs?: PairMeasures;
  /** Rows of `metrics.jsonl`. */
  history?: readonly MetricsRow[];
  /** Steps of the whole run. */
  totalSteps?: number;
  /** Number of classes that one hopes to tell apart. */
  classes?: number;
}

export interface Rule {
  /** The verdicts that it accounts for. */
  explains: readonly Verdict[];
  /** A flaw of the configuration itself, worth a word before anything collapses. */
  structural?: boolean;
  find(input: CauseInput, limits: Thresholds): Cause | null;
}

/** Three digits, as people read them. */
export const show = (value: number): string => String(Number(value.toPrecision(3)));

/** One digit, for a setting: 0.0237 becomes 0.02. */
export const round = (value: number): string => String(Number(value.toPrecision(1)));
