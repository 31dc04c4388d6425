// Initial values of parameters. Each function overwrites its tensor with the same stream of random numbers that
// PyTorch's torch.nn.init draws: same seed and order, same bits.
import { type Generator, linalgQr, noGrad, scope, type Tensor, tensor } from '../index.js';

export interface InitOptions {
  /** Where the numbers come from; the default generator if left out. */
  generator?: Generator;
}

export type FanMode = 'fanIn' | 'fanOut';

export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

export interface KaimingOptions extends InitOptions {
  /** Negative slope of the leaky ReLU that follows. */
  a?: number;
  mode?: FanMode;
  nonlinearity?: Nonlinearity;
}

/** Inputs and outputs that one weight of shape `[out, in, ...kernel]` joins. Throws below two dimensions. */
export function fans(weight: Tensor): Record<FanMode, number> {
  const [outputs, inputs, ...kernel] = weight.shape;
  if (outputs === undefined || inputs === undefined) {
    throw new RangeError(`fan-in and fan-out need a weight of at least 2 dimensions, not ${weight.ndim}`);
  }
  const area = kernel.reduce((a, b) => a * b, 1);
  return { fanIn: inputs * area, fanOut: outputs * area };
}

/** The factor on the standard deviation that keeps activations' scale through a nonlinearity. */
export function gain(nonlinearity: Nonlinearity, a = 0.01): number {
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + a ** 2));
    case 'selu':
      return 3 / 4;
    default:
      return 1;
  }
}

/** Uniform in [from, to). */
export function uniform_(weight: Tensor, from = 0, to = 1, options: InitOptions = {}): Tensor {
  return noGrad(() => weight.uniform_(from, to, { generator: options.generator }));
}

export function normal_(weight: Tensor, mean = 0, std = 1, options: InitOptions = {}): Tensor {
  return noGrad(() => weight.normal_(mean, std, { generator: options.generator }));
}

export function constant_(weight: Tensor, value: number): Tensor {
  return noGrad(() => weight.fill_(value));
}

/** He et al. 2015, uniform: variance gain^2 / fan. */
export function kaimingUniform_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(weight, options);
  return uniform_(weight, -bound, bound, options);
}

/** He et al. 2015, normal: variance gain^2 / fan. */
export function kaimingNormal_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(weight, 0, kaimingStd(weight, options), options);
}

function kaimingStd(weight: Tensor, { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' }: KaimingOptions): number {
  return gain(nonlinearity, a) / Math.sqrt(fans(weight)[mode]);
}

/** Glorot and Bengio 2010, uniform: variance gain^2 * 2 / (fanIn + fanOut). */
export function xavierUniform_(weight: Tensor, options: InitOptions & { gain?: number } = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd(weight, options.gain);
  return uniform_(weight, -bound, bound, options);
}

/** Glorot and Bengio 2010, normal: variance gain^2 * 2 / (fanIn + fanOut). */
export function xavierNormal_(weight: Tensor, options: InitOptions & { gain?: number } = {}): Tensor {
  return normal_(weight, 0, xavierStd(weight, options.gain), options);
}

function xavierStd(weight: Tensor, gain = 1): number {
  const { fanIn, fanOut } = fans(weight);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Normal, cut to [low, high], by the inverse of the distribution function. */
export function truncNormal_(
  weight: Tensor,
  options: InitOptions & { mean?: number; std?: number; low?: number; high?: number } = {},
): Tensor {
  const { mean = 0, std = 1, low = -2, high = 2 } = options;
  if (!(std > 0) || !(low < high))
    throw new RangeError(`a truncated normal needs std > 0 and low < high, not ${std}, ${low}, ${high}`);
  const below = (bound: number) =>
    scope(
      () =>
        (1 +
          tensor((bound - mean) / std / Math.sqrt(2), { dtype: 'float64' })
            .erf()
            .item()) /
        2,
    );
  return noGrad(() =>
    weight
      .uniform_(2 * below(low) - 1, 2 * below(high) - 1, { generator: options.generator })
      .erfinv_()
      .mul_(std * Math.sqrt(2))
      .add_(mean)
      .clamp_({ min: low, max: high }),
  );
}

/** Rows (or columns, whichever are fewer) orthonormal, times `gain`; dimensions from the second on count as one (Saxe et al. 2013). */
export function orthogonal_(weight: Tensor, options: InitOptions & { gain?: number } = {}): Tensor {
  const rows = weight.shape[0];
  if (rows === undefined || weight.ndim < 2)
    throw new RangeError(`an orthogonal start needs at least 2 dimensions, not ${weight.ndim}`);
  if (weight.numel === 0) return weight;
  const columns = weight.numel / rows;
  noGrad(() =>
    scope(() => {
      const gaussian = weight.newEmpty([rows, columns]).normal_(0, 1, { generator: options.generator });
      const [q, r] = linalgQr(rows < columns ? gaussian.t() : gaussian);
      const unique = q.mul(r.diag(0).sign());
      weight.copy_((rows < columns ? unique.t() : unique).reshape(weight.shape)).mul_(options.gain ?? 1);
    }),
  );
  return weight;
}
