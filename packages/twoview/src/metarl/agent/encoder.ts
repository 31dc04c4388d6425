// The context encoder: transitions to the factors of the posterior; with TCL also a key network that follows it.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import { follow } from '../../methods/target.js';
import type { AgentConfig } from './config.js';
import type { Start } from './initial.js';
import { Mlp, type MlpShape, mlpSize } from './mlp.js';
import type { ParameterBank } from './parameters.js';

type EncoderConfig = Pick<AgentConfig, 'encoderHidden' | 'latent' | 'bottleneck' | 'tcl'>;

/** Numbers the encoder gives for a transition: mean and spread of L dimensions, or L alone without the bottleneck. */
export function outputSize({ latent, bottleneck }: Pick<AgentConfig, 'latent' | 'bottleneck'>): number {
  return bottleneck ? 2 * latent : latent;
}

/** Shapes of the parts: a trunk where keys have a head of their own, and what makes queries (keys have the same shape). */
export function encoderShapes(features: number, config: EncoderConfig): { trunk: MlpShape | null; query: MlpShape } {
  const { encoderHidden, tcl } = config;
  const outputs = outputSize(config);
  if (!tcl.enabled || tcl.key === 'encoder')
    return { trunk: null, query: { sizes: [features, ...encoderHidden, outputs] } };
  const width = encoderHidden[encoderHidden.length - 1] as number;
  return {
    trunk: { sizes: [features, ...encoderHidden], activated: true },
    query: { sizes: [width, ...encoderHidden, outputs] },
  };
}

/** Elements that training changes, and those of keys, which only follow. */
export function encoderSize(features: number, config: EncoderConfig): { trained: number; key: number } {
  const { trunk, query } = encoderShapes(features, config);
  return { trained: (trunk ? mlpSize(trunk) : 0) + mlpSize(query), key: config.tcl.enabled ? mlpSize(query) : 0 };
}

/** State: `trunk` if there is one, `query`, and with TCL `key`. */
export class ContextEncoder extends Module<[Tensor], Tensor> {
  readonly trunk: Mlp | null;
  readonly query: Mlp;
  readonly key: Mlp | null;
  /** The query network's elements, which the key network's follow. */
  readonly #followed: Tensor;
  readonly #following: Tensor;

  constructor(features: number, config: EncoderConfig, trained: ParameterBank, keys: ParameterBank) {
    super();
    const { trunk, query } = encoderShapes(features, config);
    this.trunk = trunk && this.module('trunk', new Mlp(trunk, trained));
    const from = trained.used;
    this.query = this.module('query', new Mlp(query, trained));
    this.#followed = trained.range(from, trained.used);
    this.key = config.tcl.enabled ? this.module('key', new Mlp(query, keys)) : null;
    this.#following = keys.values;
  }

  /** Fills trunk and query network; the key network starts as a copy. */
  start(start: Start, generator: Generator): void {
    this.trunk?.start(start, generator);
    this.query.start(start, generator);
    if (this.key) torch.noGrad(() => this.#following.copy_(this.#followed));
  }

  /** Transitions `[R, F]` to outputs `[R, 2 L]` on the query path, which the posterior uses. */
  override forward(rows: Tensor, fixed = false): Tensor {
    return this.query.forward(this.trunk ? this.trunk.forward(rows, fixed) : rows, fixed);
  }

  /** Outputs on the key path, `[R, F]` to `[R, 2 L]`, without gradient. */
  keys(rows: Tensor): Tensor {
    return torch.noGrad(() => this.#keyNetwork.forward(this.trunk ? this.trunk.forward(rows, true) : rows, true));
  }

  /**
   * The first `queries` rows on the query path and the others on the key path.
   * @param trunkLearns whether gradient reaches the trunk through keys too, as in TCL's public code
   */
  queriesAndKeys(rows: Tensor, queries: number, trunkLearns: boolean): { queries: Tensor; keys: Tensor } {
    const first = (x: Tensor) => x.narrow(0, 0, queries);
    const others = (x: Tensor) => x.narrow(0, queries, x.size(0) - queries);
    if (!this.trunk || !trunkLearns) return { queries: this.forward(first(rows)), keys: this.keys(others(rows)) };
    const features = this.trunk.forward(rows);
    return { queries: this.query.forward(first(features)), keys: this.#keyNetwork.forward(others(features), true) };
  }

  /** The key network takes 1 - momentum of the query network's weights. */
  followQuery(momentum: number): void {
    follow([this.#following], [this.#followed], momentum);
  }

  get #keyNetwork(): Mlp {
    if (!this.key) throw new Error('this encoder has no key network: enable tcl');
    return this.key;
  }
}
