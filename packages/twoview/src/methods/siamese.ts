// The step that every siamese method shares: branches, prediction, target, loss; then what follows the optimiser.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import { type Encoder, mlp } from '../models/index.js';
import { cosine, mse, ntXent } from '../objectives/index.js';
import { checkMethod, type MethodConfig } from './config.js';
import { createPredictor, type Predictor } from './predictor.js';
import { emaMomentum, follow } from './target.js';

/** An encoder with its projector: images to features h and embeddings z. */
export class Branch extends Module<[Tensor], Tensor> {
  readonly projector: Module<[Tensor], Tensor>;

  constructor(
    readonly encoder: Encoder,
    config: MethodConfig['projector'],
    generator: torch.Generator,
  ) {
    super();
    this.module('encoder', encoder);
    const sizes = [encoder.featureSize, ...config.hidden, config.size];
    this.projector = this.module('projector', mlp({ sizes, norm: config.norm, lastNorm: config.lastNorm, bias: config.bias, generator }));
  }

  override forward(images: Tensor): Tensor {
    return this.projector.forward(this.encoder.forward(images));
  }
}

/** What a step leaves for its observers; all without gradient, and freed with the step's scope. */
export interface StepResult {
  /** To call backward on. */
  loss: Tensor;
  /** Features of the first view, `[B, D]`. */
  features: Tensor;
  /** Embeddings of the first view, `[B, d]`. */
  embeddings: Tensor;
}

/** Makes an encoder; called a second time for a target that starts from weights of its own. */
export type EncoderFactory = (generator: torch.Generator) => Encoder;

/** A method with its networks. Its state dict has `encoder.*`, `projector.*`, `predictor.*` and, with an average, `target.*`. */
export class Siamese extends Module<[Tensor], Tensor> {
  readonly online: Branch;
  readonly predictor: Predictor;
  private readonly target: Branch | null;

  /** @throws Error if two slots do not go together */
  constructor(
    readonly config: MethodConfig,
    createEncoder: EncoderFactory,
    generator: torch.Generator,
  ) {
    super();
    checkMethod(config);
    this.online = new Branch(createEncoder(generator), config.projector, generator);
    this.module('encoder', this.online.encoder);
    this.module('projector', this.online.projector);
    this.predictor = createPredictor(config.predictor, config.projector.size, generator);
    if (this.predictor.module) this.module('predictor', this.predictor.module);
    this.target = config.target.name === 'ema' ? this.createTarget(createEncoder, generator) : null;
  }

  private createTarget(createEncoder: EncoderFactory, generator: torch.Generator): Branch {
    const target = this.module('target', new Branch(createEncoder(generator), this.config.projector, generator));
    if (this.config.target.name === 'ema' && this.config.target.start === 'copy') target.loadStateDict(this.online.stateDict());
    for (const parameter of target.parameters()) parameter.requiresGrad = false;
    return target;
  }

  /** The frozen product of training: images to features `[B, D]`. */
  get encoder(): Encoder {
    return this.online.encoder;
  }

  override forward(images: Tensor): Tensor {
    return this.online.encoder.forward(images);
  }

  /** What the optimiser trains, the predictor apart: it may have a learning rate and a decay of its own. */
  parameterGroups(): { name: 'online' | 'predictor'; parameters: [string, Tensor][] }[] {
    const named = [...this.namedParameters()].filter(([name]) => !name.startsWith('target.'));
    const isPredictor = ([name]: [string, Tensor]): boolean => name.startsWith('predictor.');
    const groups = [{ name: 'online' as const, parameters: named.filter((entry) => !isPredictor(entry)) }];
    const predictor = named.filter(isPredictor);
    return predictor.length > 0 ? [...groups, { name: 'predictor' as const, parameters: predictor }] : groups;
  }

  private encode(views: readonly Tensor[], branch: Branch, encoder: Encoder = branch.encoder): { h: Tensor[]; z: Tensor[] } {
    if (this.config.forward === 'perView') {
      const h = views.map((view) => encoder.forward(view));
      return { h, z: h.map((features) => branch.projector.forward(features)) };
    }
    const h = encoder.forward(torch.cat(views, 0));
    const z = branch.projector.forward(h);
    return { h: h.chunk(views.length, 0), z: z.chunk(views.length, 0) };
  }

  private targets(views: readonly Tensor[], z: readonly Tensor[]): readonly Tensor[] {
    const { target } = this.config;
    if (target.name === 'online') return z;
    if (target.name === 'stopGradient' || !this.target) return z.map((embedding) => embedding.detach());
    const branch = this.target;
    const encoder = target.name === 'ema' && target.scope === 'head' ? this.online.encoder : branch.encoder;
    return torch.noGrad(() => this.encode(views, branch, encoder).z);
  }

  private loss(p: readonly Tensor[], t: readonly Tensor[]): Tensor {
    const { objective, pairing } = this.config;
    const [p1, p2] = p as [Tensor, Tensor];
    const [t1, t2] = t as [Tensor, Tensor];
    if (objective.name === 'ntXent') return ntXent(p1, t2, { temperature: objective.temperature });
    const direction = objective.name === 'cosine' ? cosine : mse;
    const forth = direction(p1, t2).mul(objective.scale);
    return pairing === 'asymmetric' ? forth : forth.add(direction(p2, t1).mul(objective.scale));
  }

  /**
   * One forward pass. Call `backward` on the loss, step the optimiser, then call `afterStep`.
   * @param views two batches `[B, 3, H, W]` of the same images
   */
  step(views: readonly [Tensor, Tensor]): StepResult {
    const { h, z } = this.encode(views, this.online);
    this.predictor.observe(torch.cat(z.map((embedding) => embedding.detach()), 0));
    const p = z.map((embedding) => this.predictor.forward(embedding));
    const loss = this.loss(p, this.targets(views, z));
    return { loss, features: (h[0] as Tensor).detach(), embeddings: (z[0] as Tensor).detach() };
  }

  /** What follows the optimiser's step: the predictor is set, the target follows. Order as in the authors' program. */
  afterStep(step: number, totalSteps: number): void {
    this.predictor.afterStep(step);
    const { target } = this.config;
    if (target.name !== 'ema' || !this.target) return;
    const [average, online] = target.scope === 'head' ? [this.target.projector, this.online.projector] : [this.target, this.online];
    follow([...average.parameters()], [...online.parameters()], emaMomentum(target, step, totalSteps));
  }
}
