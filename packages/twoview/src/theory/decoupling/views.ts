// Two views of each sample: RandomMask and what it is compared with.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { ViewKind } from './config.js';

export interface ViewOptions {
  kind: ViewKind;
  /** p: the share of coordinates that the first view keeps. */
  keep: number;
  /** Variance that kind `noise` adds. */
  noise: number;
}

export type Pair = readonly [anchor: Tensor, positive: Tensor];

/** p as it is drawn: a multiple of 1/256, by which the views are rescaled as well. */
export const drawnKeep = (keep: number): number => Math.min(255, Math.max(1, Math.round(256 * keep))) / 256;

/** Makes views of batches `[N, d1]`, with masks drawn anew for every sample and call. */
export class Views {
  private readonly bits: Tensor | null;
  private readonly keep: number;

  /**
   * @param shape of the batches, [N, d1]
   * @throws RangeError when keep is not in (0, 1) or noise is negative
   */
  constructor(
    private readonly options: ViewOptions,
    private readonly shape: readonly [number, number],
  ) {
    const { keep, noise } = options;
    if (!(keep > 0 && keep < 1)) throw new RangeError(`Views: keep must be between 0 and 1, not ${keep}`);
    if (!(noise >= 0 && Number.isFinite(noise))) throw new RangeError(`Views: noise must be from 0, not ${noise}`);
    const masked = options.kind === 'complementary' || options.kind === 'independent';
    this.bits = masked ? torch.keep(torch.zeros([Math.ceil((shape[0] * shape[1]) / bytes)], { dtype: 'int64' })) : null;
    this.keep = drawnKeep(keep);
  }

  dispose(): void {
    this.bits?.dispose();
  }

  /**
   * x+ and x++ `[N, d1]`, rescaled so that E[x+] = E[x++] = x. Complementary masks: x+ = D x / p, x++ = (I - D) x / (1 - p);
   * independent ones: D x / p and D' x / p.
   *
   * @throws RangeError when x has another shape
   */
  make(x: Tensor, generator: Generator): Pair {
    const { kind, noise } = this.options;
    const p = this.keep;
    if (x.ndim !== 2 || x.shape[0] !== this.shape[0] || x.shape[1] !== this.shape[1])
      throw new RangeError(`Views: x is [${x.shape}], not [${this.shape}]`);
    if (kind === 'none') return [x, x];
    if (kind === 'noise') {
      const perturbed = (): Tensor =>
        torch.randn(x.shape, { generator, dtype: x.dtype }).mul_(Math.sqrt(noise)).add_(x);
      return [perturbed(), perturbed()];
    }
    const kept = this.mask(x, generator).mul_(x);
    if (kind === 'independent')
      return [
        kept.mul_(1 / p),
        this.mask(x, generator)
          .mul_(x)
          .mul_(1 / p),
      ];
    const left = x.sub(kept);
    return [kept.mul_(1 / p), left.mul_(1 / (1 - p))];
  }

  /** D, with ones where a coordinate is kept: each has a random byte of its own, which is less than 256 p. */
  private mask(x: Tensor, generator: Generator): Tensor {
    const words = this.bits!.random_(0, 2 ** (8 * bytes), { generator });
    const random = words.view('uint8').view([-1, 8]).narrow(1, 0, bytes);
    const kept = random.lt(Math.round(256 * this.keep)).to({ dtype: x.dtype });
    return kept
      .reshape([-1])
      .narrow(0, 0, this.shape[0] * this.shape[1])
      .reshape([...this.shape]);
  }
}

/** Random bytes taken from each 8-byte word: a whole number below 2^53 fills six of them. */
const bytes = 6;
