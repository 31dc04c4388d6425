// Probable causes of a verdict, ranked: rules from theory and from the papers' ablations.
import { type Thresholds, thresholds } from '../thresholds.js';
import type { Cause, CauseInput, Rule } from './cause.js';
import { looksAtEmbeddings } from './slots.js';
import { structureRules } from './structure.js';
import { trainingRules } from './training.js';
import { weightDecayRules } from './weight-decay.js';
import { whiteningRules } from './whitening.js';

/** About what is done to z: the projector, the normalizer, the predictor. */
const embeddingRules: readonly Rule[] = [...structureRules, ...whiteningRules, ...weightDecayRules];

/** A flaw of the configuration that has not shown yet: possible, no more. */
const unconfirmed = 0.3;

/**
 * What may have brought a verdict about, the most probable first. While nothing is wrong yet, flaws of the configuration itself are named with
 * a low confidence.
 */
export function probableCauses(input: CauseInput, limits: Thresholds = thresholds): Cause[] {
  const verdicts = [input.verdict.z, input.verdict.h];
  const open = verdicts.every((verdict) => verdict === undefined || verdict === 'healthy' || verdict === 'too early');
  const rules = looksAtEmbeddings(input.config.method) ? [...embeddingRules, ...trainingRules] : trainingRules;
  return rules
    .flatMap((rule) => {
      const explains = rule.explains.some((verdict) => verdicts.includes(verdict));
      if (!explains && !(open && rule.structural)) return [];
      const cause = rule.find(input, limits);
      if (!cause) return [];
      return [explains ? cause : { ...cause, confidence: Number((cause.confidence * unconfirmed).toFixed(3)) }];
    })
    .sort((a, b) => b.confidence - a.confidence);
}

export type { Cause, CauseInput, CauseSlot } from './cause.js';
export { looksAtEmbeddings } from './slots.js';
export { estimateWeightDecay, type WeightDecayEstimate } from './weight-decay.js';
