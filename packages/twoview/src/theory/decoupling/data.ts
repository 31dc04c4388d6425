// Sparse coding data: x = M z + xi, a few atoms of a dictionary under dense noise (Wen, Li 2021, section 2).
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

export interface SparseCoding {
  /** d, d1. */
  atoms: number;
  dimension: number;
  /** kappa = P(|z_j| = 1). */
  sparsity: number;
  /** sigma^2, variance of xi in each coordinate. */
  noise: number;
}

/**
 * The dictionary's transpose, M^T: `[d, d1]`, float64, rows orthonormal: random directions, so that each atom is spread over
 * all coordinates.
 * @throws RangeError where there are not more coordinates than atoms
 */
export function createDictionary(
  { atoms, dimension }: Pick<SparseCoding, 'atoms' | 'dimension'>,
  generator: Generator,
) {
  if (!(atoms >= 1 && atoms < dimension))
    throw new RangeError(
      `createDictionary: ${atoms} atoms do not fit into ${dimension} coordinates with room for noise`,
    );
  return torch.scope(() => {
    const [q] = torch.linalgQr(torch.randn([dimension, atoms], { generator, dtype: 'float64' }));
    return q.t().contiguous();
  });
}

/** Samples with their parts. */
export interface Samples {
  /** z `[N, d]` in {-1, 0, 1}, x = M z + xi, M z and xi `[N, d1]`. */
  codes: Tensor;
  x: Tensor;
  signal: Tensor;
  noise: Tensor;
}

/** Draws samples. The noise is drawn in float32 in either precision: it is faster, and both see the same data. */
export class SampleSource {
  private readonly noise: Tensor;
  private readonly uniform: Tensor;
  private readonly dictionary: Tensor;

  /**
   * @param dictionary M^T `[d, d1]`
   * @param count N, samples in a draw
   * @throws RangeError when the dictionary has another shape, or the numbers are out of range
   */
  constructor(
    private readonly data: SparseCoding,
    dictionary: Tensor,
    count: number,
    private readonly dtype: 'float32' | 'float64',
  ) {
    const { atoms, dimension, sparsity, noise } = data;
    if (dictionary.ndim !== 2 || dictionary.shape[0] !== atoms || dictionary.shape[1] !== dimension)
      throw new RangeError(
        `SampleSource: a dictionary [${dictionary.shape}] does not have ${atoms} atoms in ${dimension} coordinates`,
      );
    if (!(sparsity > 0 && sparsity <= 1 && noise >= 0 && Number.isFinite(noise)))
      throw new RangeError(`SampleSource: sparsity must be in (0, 1] and noise from 0, not ${sparsity} and ${noise}`);
    if (!(Number.isInteger(count) && count >= 1))
      throw new RangeError(`SampleSource: ${count} samples cannot be drawn`);
    this.noise = torch.keep(torch.zeros([count, data.dimension]));
    this.uniform = torch.keep(torch.zeros([count, data.atoms]));
    this.dictionary = torch.keep(dictionary.to({ dtype }).clone());
  }

  dispose(): void {
    for (const tensor of [this.noise, this.uniform, this.dictionary]) tensor.dispose();
  }

  /** z `[N, d]`: each entry 1 or -1 with probability kappa / 2, else 0. */
  codes(generator: Generator): Tensor {
    const u = this.uniform.uniform_(-1, 1, { generator });
    return u.sign().mul_(u.abs().lt(this.data.sparsity)).to({ dtype: this.dtype });
  }

  /** x `[N, d1]`. In float32 it lies in a buffer that the next draw writes over. */
  draw(generator: Generator): Tensor {
    const codes = this.codes(generator);
    return this.gaussian(generator).addmm_(codes, this.dictionary);
  }

  /** The same with its parts, none of them in the buffer. */
  parts(generator: Generator): Samples {
    const codes = this.codes(generator);
    const noise = this.gaussian(generator).clone();
    const signal = codes.matmul(this.dictionary);
    return { codes, noise, signal, x: signal.add(noise) };
  }

  private gaussian(generator: Generator): Tensor {
    const drawn = this.noise.normal_(0, Math.sqrt(this.data.noise), { generator });
    return this.dtype === 'float32' ? drawn : drawn.to({ dtype: this.dtype });
  }
}
