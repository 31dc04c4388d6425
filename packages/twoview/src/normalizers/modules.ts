// The normalizers with their state. Each is one of the pure functions of this room, and running averages beside it.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { NormalizerConfig } from './config.js';
import { atLeastFloat32, checkSamples } from './embeddings.js';
import { checkGroups, safeGroups } from './groups.js';
import { Normalizer } from './normalizer.js';
import { slicedWhiten } from './slices.js';
import { batchStandardize, inverseStd } from './standardize.js';
import { RunningStatistics } from './statistics.js';
import { type CovarianceOptions, groupWhiten, whiteningMatrix } from './whiten.js';

type ConfigOf<Name extends NormalizerConfig['name']> = Extract<NormalizerConfig, { name: Name }>;

/** `bn`: see `batchStandardize`. */
export class BatchStandardization extends Normalizer {
  private readonly running: RunningStatistics;

  constructor(
    size: number,
    private readonly config: ConfigOf<'bn'>,
  ) {
    super(size);
    this.running = this.module('running', new RunningStatistics(size, 'variance', config.momentum));
  }

  protected override byBatch(views: readonly Tensor[]): Tensor[] {
    const standardized = views.map((view) => batchStandardize(view, this.config));
    this.running.forward(views);
    return standardized;
  }

  protected override byAverages(view: Tensor): Tensor {
    const { mean, spread } = this.running;
    return atLeastFloat32(view).sub(mean).mul(inverseStd(spread, this.config));
  }
}

/** `dbn` and `shuffledDbn`: see `groupWhiten`. Evaluation mode takes consecutive axes as groups. */
export class GroupWhitening extends Normalizer {
  private readonly running: RunningStatistics;
  /** int64 scalar: groups of the last training batch where the batch decides them, 0 before. */
  private readonly lastGroups: Tensor | null;

  constructor(
    size: number,
    private readonly config: ConfigOf<'dbn' | 'shuffledDbn'>,
  ) {
    super(size);
    if (config.groups !== null) checkGroups(config.name, config.groups, size);
    // All pairs, and not those within groups alone: shuffled groups have no fixed pairs, and a batch may decide the groups.
    this.running = this.module('running', new RunningStatistics(size, 'covariance', config.momentum));
    this.lastGroups = config.groups === null ? this.buffer('groups', torch.zeros([], { dtype: 'int64' })) : null;
  }

  protected override byBatch(views: readonly Tensor[], generator?: Generator): Tensor[] {
    const shuffle = this.config.name === 'shuffledDbn' ? this.needGenerator(generator) : null;
    const counts = views.map((view) => this.config.groups ?? safeGroups(this.size, view.size(0)));
    const white = views.map((view, i) => {
      const groups = counts[i] as number;
      const permutation =
        shuffle && groups > 1
          ? torch.randperm(this.size, { generator: shuffle }).to({ device: view.device })
          : undefined;
      return groupWhiten(view, { ...this.config, groups, permutation });
    });
    this.running.forward(views);
    this.lastGroups?.fill_(counts[0] as number);
    return white;
  }

  protected override byAverages(view: Tensor): Tensor {
    const groups = this.config.groups ?? (this.lastGroups?.item() || 1);
    return whitenByAverages(view, this.running, groups, this.config);
  }
}

/** `slicedWhitening`: see `slicedWhiten`. */
export class SlicedWhitening extends Normalizer {
  private readonly running: RunningStatistics;

  constructor(
    size: number,
    private readonly config: ConfigOf<'slicedWhitening'>,
  ) {
    super(size);
    if (config.size !== null) checkSamples('slicedWhitening.size', config.size, size);
    this.running = this.module('running', new RunningStatistics(size, 'covariance', config.momentum));
  }

  protected override byBatch(views: readonly Tensor[], generator?: Generator): Tensor[] {
    const options = { ...this.config, size: this.config.size ?? 2 * this.size };
    const white = slicedWhiten(views, options, this.needGenerator(generator));
    this.running.forward(views);
    return white;
  }

  protected override byAverages(view: Tensor): Tensor {
    return whitenByAverages(view, this.running, 1, { ...this.config, shrink: true });
  }
}

/** Whitens [N, D] by the blocks of the running covariance that belong to groups of consecutive axes. */
function whitenByAverages(
  view: Tensor,
  running: RunningStatistics,
  groups: number,
  options: CovarianceOptions,
): Tensor {
  const x = atLeastFloat32(view);
  const [samples, axes] = [x.size(0), x.size(1)];
  const size = axes / groups;
  const blocks = running.spread.reshape([groups, size, groups, size]).diagonal({ dim1: 0, dim2: 2 }).permute([2, 0, 1]);
  const centred = x.sub(running.mean).reshape([samples, groups, size]).transpose(0, 1);
  const white = centred.matmul(whiteningMatrix(blocks, options).to({ dtype: x.dtype }));
  return white.transpose(0, 1).reshape([samples, axes]);
}
