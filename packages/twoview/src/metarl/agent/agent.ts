// A context-based meta-RL agent: networks, optimisers, the gradient step, acting and inferring. It knows no environment.
import type { DType } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Adam } from '@twoview/torch/optim';
import type { FloatArray, StepBatch } from './batch.js';
import { type AgentConfig, type AgentSizes, checkAgent, featureSize } from './config.js';
import { posteriorOf } from './gaussian.js';
import { type Learner, type StepLosses, twinTargetStep, valueStep } from './gradient-step.js';
import { type Posterior, prior } from './latent.js';
import { AgentNetworks } from './networks.js';
import { NoiseSource, type StepNoise } from './noise.js';
import { type PolicyWeights, policyWeights } from './policy-weights.js';
import { actionGaussian, tanhGaussian } from './tanh-gaussian.js';

export interface AgentOptions {
  /** Determines initial weights and the noise of steps and actions. */
  seed: number;
  /** float32 if left out; float64 to compare programs. */
  dtype?: Extract<DType, 'float32' | 'float64'>;
}

/** PEARL (Rakelly et al. 2019), with TCL (Wang et al. 2021) where the configuration enables it. */
export class Agent implements Learner {
  readonly networks: AgentNetworks;
  readonly criticOptimizer: Adam;
  readonly actorOptimizer: Adam;
  /** The stream of noise; its state belongs in a checkpoint (`saveAgent` writes it). */
  readonly generator: torch.Generator;
  readonly #noise: NoiseSource;
  readonly #dtype: 'float32' | 'float64';

  /** @throws RangeError on sizes that are no whole numbers, or a configuration that does not fit them (`checkAgent`) */
  constructor(
    readonly sizes: AgentSizes,
    readonly config: AgentConfig,
    { seed, dtype = 'float32' }: AgentOptions,
  ) {
    checkAgent(sizes, config);
    this.#dtype = dtype;
    this.generator = new torch.Generator({ seed });
    this.networks = new AgentNetworks(sizes, config, this.generator, dtype);
    const options = { lr: config.learningRate };
    this.criticOptimizer = new Adam([['critics', this.networks.critics.values]], options);
    this.actorOptimizer = new Adam([['actors', this.networks.actors.values]], options);
    this.#noise = new NoiseSource(sizes, config, this.generator, dtype);
  }

  /**
   * One gradient step on a batch.
   * @param noise in place of the agent's own, to compare programs
   * @returns scalars that nothing has waited for; in a `scope()` they are freed at its end
   */
  step(batch: StepBatch, noise: StepNoise = this.#noise.draw()): StepLosses {
    return torch.scope(() =>
      this.config.variant === 'value' ? valueStep(this, batch, noise) : twinTargetStep(this, batch, noise),
    );
  }

  #rows(array: ArrayLike<number>, width: number, what: string): torch.Tensor {
    if (array.length === 0 || array.length % width !== 0) {
      throw new RangeError(`${what} must be rows of ${width} numbers, and has ${array.length} in all`);
    }
    const typed = this.#dtype === 'float32' ? Float32Array.from(array) : Float64Array.from(array);
    return torch.fromTypedArray(typed, [array.length / width, width]);
  }

  /**
   * Actions in [-1, 1] for one or several observations.
   * @param observations `[n, O]` row by row
   * @param z `[L]` for all of them, or `[n, L]`
   * @param options `deterministic`: tanh of the mean; else a sample with the agent's noise
   * @returns `[n, A]` row by row
   */
  act(
    observations: ArrayLike<number>,
    z: ArrayLike<number>,
    { deterministic = false }: { deterministic?: boolean } = {},
  ): FloatArray {
    const { observation, action } = this.sizes;
    return torch.noGrad(() =>
      torch.scope(() => {
        const o = this.#rows(observations, observation, 'observations');
        const latent = this.#rows(z, this.config.latent, 'z');
        const n = o.size(0);
        if (latent.size(0) !== 1 && latent.size(0) !== n) {
          throw new RangeError(`act: ${n} observations need one z or one each, not ${latent.size(0)}`);
        }
        const state = torch.cat([o, latent.expand([n, this.config.latent])], 1);
        const policy = actionGaussian(this.networks.policy.forward(state, true));
        if (deterministic) return policy.mean.tanh().data() as FloatArray;
        const xi = torch.randn([n, action], { generator: this.generator, dtype: this.#dtype });
        return tanhGaussian(policy, xi).action.data() as FloatArray;
      }),
    );
  }

  /**
   * The posterior over z of one task.
   * @param context `[n, F]` row by row, in any order; with no rows the posterior is the prior
   */
  posterior(context: ArrayLike<number>): Posterior {
    const { latent, bottleneck } = this.config;
    if (context.length === 0) return prior(this.config);
    return torch.noGrad(() =>
      torch.scope(() => {
        const rows = this.#rows(context, featureSize(this.sizes), 'context');
        const outputs = this.networks.encoder.forward(rows, true).unsqueeze(0);
        if (!bottleneck) {
          return {
            mean: Float64Array.from(outputs.mean([1]).data() as FloatArray),
            variance: new Float64Array(latent),
          };
        }
        const { mean, variance } = posteriorOf(outputs);
        return {
          mean: Float64Array.from(mean.data() as FloatArray),
          variance: Float64Array.from(variance.data() as FloatArray),
        };
      }),
    );
  }

  /** A copy of the policy as plain arrays, for a forward pass without the engine. */
  policyWeights(): PolicyWeights {
    return policyWeights(this.networks.policy, this.sizes, this.config);
  }
}
