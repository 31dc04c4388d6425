// DirectPred and DirectCopy: a linear predictor that no gradient trains. It is set from the correlation of its inputs.
// Tian, Chen, Ganguli 2021 (arXiv 2102.06810), equations 18 and 19; Wang, Chen, Du, Tian 2021 (arXiv 2110.04947).
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Linear, Module } from '@twoview/torch/nn';
import type { PredictorConfig } from './config/index.js';

export type DirectConfig = Extract<PredictorConfig, { name: 'directPred' | 'directCopy' }>;

/** Eigenvalues below this share of the largest count as this much, as in the authors' program. */
const floor = 1e-4;

/**
 * Equation 18: p from the eigenvalues s `[d]` of F, which may be slightly negative by rounding.
 *
 * `code` divides s by its maximum first, which makes epsilon and shift scale-free; under an l2-normalised loss the overall
 * factor does not matter. `paper` is the printed form, which is not homogeneous in s.
 */
export function predictorEigenvalues(
  s: Tensor,
  config: Pick<Extract<DirectConfig, { name: 'directPred' }>, 'epsilon' | 'shift' | 'formula'>,
): Tensor {
  const positive = s.clampMin(0);
  const largest = positive.max();
  if (config.formula === 'paper') return positive.sub(config.shift).clampMin(0).sqrt().add(largest.mul(config.epsilon));
  const share = positive.div(largest.clampMin(Number.MIN_VALUE));
  const root = config.shift === 0 ? share.sqrt() : share.sub(config.shift).clampMin(floor).sqrt();
  return root.add(config.epsilon).clampMin(floor);
}

/** The predictor's matrix for a correlation F `[d, d]`, symmetric. Computed in float64, returned in F's dtype. */
export function directMatrix(correlation: Tensor, config: DirectConfig): Tensor {
  return torch.noGrad(() =>
    torch.scope(() => {
      const f = correlation.double();
      const symmetric = f.add(f.transpose(0, 1)).mul(0.5);
      if (config.name === 'directCopy') {
        const identity = torch.eye(f.size(0), { dtype: 'float64', device: f.device });
        const scale =
          config.formula === 'paper' ? 1 : Math.max(torch.linalgEigvalsh(symmetric).max().item(), Number.MIN_VALUE);
        return symmetric.div(scale).add(identity, { alpha: config.epsilon }).to({ dtype: correlation.dtype });
      }
      const [s, u] = torch.linalgEigh(symmetric);
      const p = predictorEigenvalues(s, config);
      return u.mul(p).matmul(u.transpose(0, 1)).to({ dtype: correlation.dtype });
    }),
  );
}

/**
 * A linear predictor without bias, `[B, d]` to `[B, d]`. Its state: `weight` `[d, d]`, `correlation` F `[d, d]` (not
 * centred: centring hurts, section 4 of the paper), and how many batches F has seen.
 */
export class DirectPredictor extends Module<[Tensor], Tensor> {
  readonly weight: Tensor;
  private readonly correlation: Tensor;
  private readonly batches: Tensor;

  constructor(
    private readonly config: DirectConfig,
    size: number,
    generator: Generator,
  ) {
    super();
    // The first step uses the usual random start, as the authors' program does: F is known only after it.
    this.weight = this.parameter('weight', new Linear(size, size, { bias: false, generator }).weight);
    this.correlation = this.buffer('correlation', torch.zeros([size, size]));
    this.batches = this.buffer('batches', torch.zeros([], { dtype: 'int64' }));
  }

  override forward(z: Tensor): Tensor {
    return torch.linear(z, this.weight);
  }

  /** Equation 19: F becomes rho F + (1 - rho) mean(z z^T); the first batch sets it. */
  observe(z: Tensor): void {
    torch.noGrad(() =>
      torch.scope(() => {
        const rows = z.detach();
        const batch = rows.transpose(0, 1).matmul(rows).div(rows.size(0));
        const seen = this.batches.item();
        const keepShare = seen === 0 ? 0 : (this.config.rho ?? seen / (seen + 1));
        this.correlation.mul_(keepShare).add_(batch, { alpha: 1 - keepShare });
        this.batches.add_(1);
      }),
    );
  }

  afterStep(step: number): void {
    if (step % this.config.every !== 0) return;
    torch.noGrad(() => torch.scope(() => void this.weight.copy_(directMatrix(this.correlation, this.config))));
  }
}
