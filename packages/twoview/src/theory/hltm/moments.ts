// How units go with the latent they stand over: correlation and selectivity, from sums over samples.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Less than this share of E[v^2] is what rounding leaves of a variance of zero. */
const rounding = 1e-12;

/**
 * Sums of a latent z in -1 and 1 and of units v over it, node by node of a level, collected from chunks of samples. Weighted
 * sums where samples have probabilities.
 */
export class UnitMoments {
  private weight = 0;
  private readonly z: Float64Array;
  private readonly v: Float64Array;
  private readonly vv: Float64Array;
  private readonly zv: Float64Array;

  constructor(
    readonly nodes: number,
    readonly units: number,
  ) {
    this.z = new Float64Array(nodes);
    [this.v, this.vv, this.zv] = [0, 0, 0].map(() => new Float64Array(nodes * units)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  /**
   * @param z [nodes, S], -1 or 1
   * @param v [nodes, units, S]
   * @param probabilities [S]; every sample counts as one if left out
   */
  add(z: Tensor, v: Tensor, probabilities?: Tensor): void {
    const { nodes, units } = this;
    const samples = z.shape[1]!;
    if (z.shape[0] !== nodes || v.shape.join() !== [nodes, units, samples].join())
      throw new RangeError(
        `UnitMoments: latents must be [${nodes}, S] and units [${nodes}, ${units}, S], not [${z.shape.join(', ')}] and [${v.shape.join(', ')}]`,
      );
    torch.scope(() => {
      const latent = z.double();
      const weighted = probabilities ? v.double().mul(probabilities) : v.double();
      const weights = probabilities ? latent.mul(probabilities) : latent;
      this.weight += probabilities ? probabilities.sum().item() : samples;
      accumulate(this.z, weights.sum([1]));
      accumulate(this.v, weighted.sum([2]));
      accumulate(this.vv, weighted.mul(v).sum([2]));
      accumulate(this.zv, torch.bmm(weighted, latent.unsqueeze(2)));
    });
  }

  /** Pearson's correlation of every unit with its latent, [nodes][units] in one array; 0 where one of them does not vary. */
  correlations(): Float64Array {
    return this.v.map((sum, i) => {
      const [mean, square] = [sum / this.weight, this.vv[i]! / this.weight];
      const latent = this.z[Math.floor(i / this.units)]! / this.weight;
      const variance = square - mean ** 2;
      if (!Number.isFinite(variance)) return Number.NaN;
      if (variance <= rounding * square || Math.abs(latent) === 1) return 0;
      const covariance = this.zv[i]! / this.weight - mean * latent;
      return Math.max(-1, Math.min(1, covariance / Math.sqrt(variance * (1 - latent ** 2))));
    });
  }

  /**
   * s = (E[v | z = 1] - E[v | z = -1]) / 2, [nodes][units] in one array; NaN where the latent never took one of its values.
   */
  selectivities(): Float64Array {
    return this.v.map((sum, i) => {
      const latent = this.z[Math.floor(i / this.units)]!;
      const up = (sum + this.zv[i]!) / (this.weight + latent);
      const down = (sum - this.zv[i]!) / (this.weight - latent);
      return (up - down) / 2;
    });
  }

  /** Over the nodes, the mean of the best |value| of a node's units. */
  bestOf(values: Float64Array): number {
    let sum = 0;
    for (let node = 0; node < this.nodes; node++) {
      const own = values.subarray(node * this.units, (node + 1) * this.units);
      sum += own.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
    }
    return sum / this.nodes;
  }
}

function accumulate(into: Float64Array, values: Tensor): void {
  const array = values.data() as Float64Array;
  for (let i = 0; i < into.length; i++) into[i]! += array[i]!;
}
