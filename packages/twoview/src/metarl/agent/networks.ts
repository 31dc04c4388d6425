// All networks of an agent, in banks by who changes them: critic and encoder together, actor and V together, and those that follow.
import type { DType, Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import { follow } from '../../methods/target.js';
import { type AgentConfig, type AgentSizes, featureSize } from './config.js';
import { ContextEncoder, encoderSize, outputSize } from './encoder.js';
import { pearlStart, xavierStart } from './initial.js';
import { Mlp, type MlpShape, mlpSize } from './mlp.js';
import { type Parameter, ParameterBank } from './parameters.js';

/** Networks of the agent: of (o, a, z) the Qs, of (o, z) the policy and V. */
export function networkShapes(
  sizes: AgentSizes,
  { hidden, latent }: AgentConfig,
): Record<'q' | 'v' | 'policy', MlpShape> {
  const { observation, action } = sizes;
  return {
    q: { sizes: [observation + action + latent, ...hidden, 1], copies: 2 },
    v: { sizes: [observation + latent, ...hidden, 1] },
    policy: { sizes: [observation + latent, ...hidden, 2 * action] },
  };
}

/**
 * State: `q` (both Qs stacked), `encoder`, `policy` (means of actions, then log-stds), `bilinear` (W of TCL), and by variant `v` and
 * `targetV`, or `targetQ` and `logAlpha`.
 */
export class AgentNetworks extends Module<[], void> {
  readonly q: Mlp;
  readonly encoder: ContextEncoder;
  readonly policy: Mlp;
  readonly v: Mlp | null;
  /** What next values come from: V's target `[N, O + L]` to `[N, 1]`, or both Qs' targets. */
  readonly target: Mlp;
  /** W of the bilinear similarity. */
  readonly bilinear: Parameter | null;
  /** Logarithm of the temperature of every training task, `[tasks]`. */
  readonly logAlpha: Parameter | null;

  /** Both Qs, the encoder and W. */
  readonly critics: ParameterBank;
  /** The policy with V or the temperatures. */
  readonly actors: ParameterBank;
  readonly #targets: ParameterBank;
  readonly #followed: Tensor;

  constructor(sizes: AgentSizes, config: AgentConfig, generator: Generator, dtype: DType) {
    super();
    const { tcl } = config;
    const value = config.variant === 'value';
    const shapes = networkShapes(sizes, config);
    const features = featureSize(sizes);
    const encoder = encoderSize(features, config);
    const width = tcl.reference ? outputSize(config) : config.latent;
    const bilinear = tcl.enabled && tcl.similarity === 'bilinear' ? width ** 2 : 0;
    const followed = value ? shapes.v : shapes.q;
    const bank = (size: number, trained: boolean) => new ParameterBank(size, { dtype, trained });

    this.critics = bank(mlpSize(shapes.q) + encoder.trained + bilinear, true);
    this.actors = bank(mlpSize(shapes.policy) + (value ? mlpSize(shapes.v) : sizes.tasks), true);
    this.#targets = bank(mlpSize(followed), false);
    const keys = bank(encoder.key, false);

    this.q = this.module('q', new Mlp(shapes.q, this.critics));
    this.encoder = this.module('encoder', new ContextEncoder(features, config, this.critics, keys));
    this.bilinear = bilinear > 0 ? this.critics.take([width, width]) : null;
    if (this.bilinear) this.parameter('bilinear', this.bilinear.trained);
    this.v = value ? this.module('v', new Mlp(shapes.v, this.actors)) : null;
    this.policy = this.module('policy', new Mlp(shapes.policy, this.actors));
    this.logAlpha = value ? null : this.actors.take([sizes.tasks]);
    if (this.logAlpha) this.parameter('logAlpha', this.logAlpha.trained);
    this.target = this.module(value ? 'targetV' : 'targetQ', new Mlp(followed, this.#targets));
    // Either is the first of its bank.
    this.#followed = (value ? this.actors : this.critics).range(0, mlpSize(followed));
    this.#start(config, generator);
  }

  #start({ variant, tcl }: AgentConfig, generator: Generator): void {
    const pearl = variant === 'value';
    const critic = pearl ? pearlStart(3e-3) : xavierStart('normal');
    this.q.start(critic, generator);
    this.v?.start(critic, generator);
    // PEARL's start is that of four layers: through a trunk and a head, seven, it would leave next to nothing of the context.
    this.encoder.start(this.encoder.trunk ? xavierStart('normal') : critic, generator);
    this.policy.start(pearl ? pearlStart(1e-3) : xavierStart('uniform'), generator, 2);
    torch.noGrad(() =>
      torch.scope(() => {
        this.#targets.values.copy_(this.#followed);
        if (!this.bilinear) return;
        const { fixed } = this.bilinear;
        if (tcl.reference) fixed.uniform_(0, 1, { generator });
        else fixed.copy_(torch.eye(fixed.size(0)));
      }),
    );
  }

  /** Targets take the share tau of the online weights. */
  followTargets(tau: number): void {
    follow([this.#targets.values], [this.#followed], 1 - tau);
  }

  override forward(): void {}

  override zeroGrad(): void {
    this.critics.zeroGradients();
    this.actors.zeroGradients();
  }

  /** @throws Error: parameters share their memory with the banks, and would leave it */
  override to(): never {
    throw new Error("an agent's networks stay as they were made: choose the dtype when making the agent");
  }
}
