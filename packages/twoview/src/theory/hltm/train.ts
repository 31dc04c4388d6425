// Training the tree's network by the contrastive loss at its top, and what becomes of the latents in between.
import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { leafSumCorrelation, sampledRootBound } from './bayes.js';
import type { HltmSettings } from './config.js';
import { descentStep } from './descent.js';
import { hltmLoss } from './losses.js';
import { type LevelMeasures, levelMeasures, unitMoments } from './measure.js';
import { TreeNetwork } from './network.js';
import { covarianceNorms } from './operator.js';
import { TreeSampler } from './sample.js';
import { spread } from './spread.js';
import { drawTree, type LatentTree } from './tree.js';

/**
 * Of weights and activations in training: PyTorch's default, as in the authors' program. Sums that are measured are in
 * float64.
 */
const precision = 'float32';

/**
 * A stream of random numbers of its own for each purpose, so that widths and losses are compared on the same tree and data.
 */
export function hltmGenerator(
  seed: number,
  purpose: 'tree' | 'weights' | 'batches' | 'evaluation' | 'bound' | 'operator',
): torch.Generator {
  const streams = { tree: 0, weights: 1, batches: 2, evaluation: 3, bound: 4, operator: 5 };
  return new torch.Generator({ seed: 1000 * (seed + 1) + streams[purpose] });
}

/** The tree that a seed draws. */
export function treeOf(settings: HltmSettings): LatentTree {
  return drawTree(settings, hltmGenerator(settings.seed, 'tree'));
}

/** A moment of training: before the first epoch, or after one. */
export interface HltmEpoch {
  /** Epochs trained. */
  epoch: number;
  /** Of each internal level, from the root. */
  levels: LevelMeasures[];
  /** Mean and standard deviation of the loss over the steps of the epoch that has just ended; null before the first. */
  loss: { mean: number; deviation: number } | null;
  /** Norm of the covariance operator of each level from the root; null where it was not asked for. */
  covariance: number[] | null;
}

export interface HltmResult {
  /** What the root's correlation with any function of the leaves cannot exceed, and what the sum of the leaves reaches. */
  bound: number;
  leafSum: number;
  epochs: HltmEpoch[];
}

export interface HltmIo {
  /** Share of the work that is done, from 0 to 1. */
  onProgress?: (share: number) => void;
  /** Asked every few steps: true ends the run, without a result. */
  shouldStop?: () => boolean;
}

/** A network in training: `step` and `measure`, as often as one likes. */
export class HltmTraining {
  readonly network: TreeNetwork;
  readonly sampler: TreeSampler;
  private readonly batches: torch.Generator;
  private readonly evaluation: torch.Generator;
  private readonly operator: torch.Generator;

  /** @param tree to train on; the one that the seed draws if left out */
  constructor(
    readonly settings: HltmSettings,
    tree: LatentTree = treeOf(settings),
  ) {
    this.sampler = new TreeSampler(tree);
    this.network = new TreeNetwork(settings, hltmGenerator(settings.seed, 'weights'), precision);
    this.batches = hltmGenerator(settings.seed, 'batches');
    this.evaluation = hltmGenerator(settings.seed, 'evaluation');
    this.operator = hltmGenerator(settings.seed, 'operator');
  }

  get stepsPerEpoch(): number {
    return Math.floor(this.settings.samplesPerEpoch / this.settings.batchSize);
  }

  /**
   * One step of SGD on a fresh batch: an anchor, a second view of its root, and a negative, in one pass. Returns its loss;
   * where that is not finite the weights stay as they are.
   */
  step(): number {
    const { batchSize, learningRate, loss, negatives, temperature } = this.settings;
    return torch.scope(() => {
      const root = this.sampler.root(batchSize, this.batches);
      const other = negatives === 'sameRoot' ? root : this.sampler.root(batchSize, this.batches);
      const leaves = this.sampler.descend(torch.cat([root, root, other], 1), this.batches).at(-1)!;
      const lossOf = (outputs: Tensor): Tensor =>
        hltmLoss(loss, outputs.split(batchSize, 1) as [Tensor, Tensor, Tensor], temperature);
      return descentStep(this.network, leaves.to({ dtype: precision }), lossOf, learningRate);
    });
  }

  /** Correlation and selectivity by level, on fresh samples. */
  measure(): LevelMeasures[] {
    const { network, sampler, settings } = this;
    return levelMeasures(network, unitMoments(network, sampler, settings.samplesPerEpoch, this.evaluation));
  }

  /** Norm of the covariance operator by level, on fresh samples; null where it was not asked for. */
  covariance(): number[] | null {
    const { covarianceSamples } = this.settings;
    return covarianceSamples === 0
      ? null
      : covarianceNorms(this.network, this.sampler, covarianceSamples, this.operator);
  }

  dispose(): void {
    this.network.dispose();
    this.sampler.dispose();
  }
}

/** Samples that the Bayes bound is measured on: its error is about 0.001. */
const boundSamples = 65536;

/** Steps between turns of the event loop, and what measuring costs in steps for as many samples as an epoch has. */
const turn = 20;

/**
 * Trains and measures.
 * @param tree to train on; the one that the seed draws if left out
 * @returns undefined when it was asked to stop
 * @throws RangeError when the loss is no longer finite
 */
export async function trainHltm(
  settings: HltmSettings,
  { onProgress, shouldStop }: HltmIo = {},
  tree: LatentTree = treeOf(settings),
): Promise<HltmResult | undefined> {
  const training = new HltmTraining(settings, tree);
  const steps = training.stepsPerEpoch;
  const epochs: HltmEpoch[] = [];
  const measure = (epoch: number, losses: readonly number[]): void => {
    const loss = losses.length === 0 ? null : spread(losses);
    epochs.push({ epoch, levels: training.measure(), loss, covariance: training.covariance() });
  };
  try {
    measure(0, []);
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        if (step % turn === 0) {
          onProgress?.((epoch - 1 + step / steps) / settings.epochs);
          await setImmediate(); // signals are heard between turns of the event loop
          if (shouldStop?.()) return undefined;
        }
        const loss = training.step();
        if (!Number.isFinite(loss))
          throw new RangeError(
            `hltm: the loss is ${loss} at step ${step + 1} of epoch ${epoch}; lower learningRate (${settings.learningRate}) or raise temperature (${settings.temperature})`,
          );
        losses.push(loss);
      }
      measure(epoch, losses);
    }
    onProgress?.(1);
    const bound = sampledRootBound(tree, boundSamples, hltmGenerator(settings.seed, 'bound'));
    return { bound, leafSum: leafSumCorrelation(tree), epochs };
  } finally {
    training.dispose();
  }
}
