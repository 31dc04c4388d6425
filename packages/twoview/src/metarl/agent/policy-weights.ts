// The policy as plain data, for worker threads that run it without the engine.
import * as torch from '@twoview/torch';
import type { FloatArray } from './batch.js';
import type { AgentConfig, AgentSizes } from './config.js';
import type { Mlp } from './mlp.js';
import { logStdRange } from './tanh-gaussian.js';

/** One linear layer: y = W x + b. */
export interface PlainLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** `[outputs, inputs]`, row by row. */
  readonly weight: Float32Array;
  /** `[outputs]` */
  readonly bias: Float32Array;
}

/**
 * Of (o, z) `[O + L]`: layers with a ReLU after each but the last, which gives A means and A log-stds (to be clamped). An action is
 * tanh(mean), or tanh(mean + exp(logStd) xi). Can be sent to a worker as it is.
 */
export interface PolicyWeights {
  readonly observationSize: number;
  readonly latentSize: number;
  readonly actionSize: number;
  readonly layers: readonly PlainLayer[];
  readonly logStd: { readonly min: number; readonly max: number };
}

export function policyWeights(policy: Mlp, sizes: AgentSizes, { latent }: AgentConfig): PolicyWeights {
  const layers = policy.layers.map(({ weight, bias }) =>
    torch.scope(() => ({
      inputs: weight.fixed.size(0),
      outputs: weight.fixed.size(1),
      weight: Float32Array.from(weight.fixed.t().data() as FloatArray),
      bias: Float32Array.from(bias.fixed.data() as FloatArray),
    })),
  );
  const { observation, action } = sizes;
  return { observationSize: observation, latentSize: latent, actionSize: action, layers, logStd: { ...logStdRange } };
}
