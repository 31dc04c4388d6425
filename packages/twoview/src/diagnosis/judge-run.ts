// The judgement of a run from what its evaluation has at hand: features of held-out images, rows, configuration.
import type { Features } from '../evaluation/index.js';
import type { MetricsRow } from '../runs/index.js';
import type { Config } from '../training/index.js';
import { type Cause, looksAtEmbeddings, probableCauses } from './causes/index.js';
import { sufficientDirections } from './classes.js';
import { spreadHistory } from './history.js';
import { measureLayer } from './layer.js';
import { thresholds } from './thresholds.js';
import { judgeLayer, type LayerVerdict } from './verdict.js';

export interface RunJudgement {
  /** Of the embeddings that the loss compares. */
  z: LayerVerdict;
  /** Of the features that are kept. */
  h: LayerVerdict;
  /** The most probable first; empty while nothing is wrong. */
  causes: Cause[];
}

export interface JudgeRunInput {
  config: Config;
  /** Of held-out images, `[N, D]` and `[N, d]`. */
  h: Features;
  z: Features;
  /** Optimiser steps taken. */
  step: number;
  /** Of `metrics.jsonl`. */
  rows: readonly MetricsRow[];
  /** Classes of the data set, where it has any. */
  classes?: number;
}

/** Steps before which a narrow z is put down to a young target: the average still holds its start. */
export function settledSteps({ method: { target } }: Config): number {
  if (target.name !== 'ema') return 0;
  return Math.ceil(thresholds.emaHorizons / Math.max(1 - target.momentum, 1e-6));
}

/** Verdicts on z and h, and the probable causes of what is wrong. `diagnoseRun` measures more. */
export function judgeRun({ config, h, z, step, rows, classes }: JudgeRunInput): RunJudgement {
  const measures = measureLayer(z);
  const settled = settledSteps(config);
  const sufficient = sufficientDirections(config);
  const verdicts = {
    z: judgeLayer(measures, {
      layer: 'z',
      step,
      settled,
      sufficient,
      compared: looksAtEmbeddings(config.method),
      history: spreadHistory(rows),
    }),
    h: judgeLayer(measureLayer(h), { layer: 'h', step, settled, sufficient }),
  };
  const ill = [verdicts.z, verdicts.h].some(({ verdict }) => verdict !== 'healthy' && verdict !== 'too early');
  const verdict = { z: verdicts.z.verdict, h: verdicts.h.verdict };
  const causes = ill
    ? probableCauses({ config, verdict, measures, history: rows, ...(classes !== undefined && { classes }) })
    : [];
  return { ...verdicts, causes };
}

/** What decided, a line each: `participation ratio 1.02 (healthy: at least 2.05)`. `twoview diagnose` shows the rest. */
export function evidenceLines({ evidence }: LayerVerdict): string[] {
  const decisive = evidence.filter(({ threshold }) => threshold !== null);
  return decisive.map(({ measure, value, healthy, ok }) => {
    const shown = Number.isFinite(value) ? Number(value.toPrecision(3)) : value;
    return `${ok ? '' : '✗ '}${measure} ${shown} (healthy: ${healthy})`;
  });
}
