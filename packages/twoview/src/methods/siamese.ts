// The step that every siamese method shares: branches, prediction, target, loss; then what follows the optimiser.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import { type Encoder, mlp } from '../models/index.js';
import { cosine, mse, ntXent } from '../objectives/index.js';
import { checkMethod, type MethodConfig } from './config.js';
import { createPredictor, type Predictor } from './predictor.js';
import { emaMomentum, follow } from './target.js';

/** A projector by itself, features h to embeddings z: what a target holds that shares the online encoder. */
export class Head extends Module<[Tensor], Tensor> {
  readonly projector: Module<[Tensor], Tensor>;

  constructor(featureSize: number, config: MethodConfig['projector'], generator: torch.Generator) {
    super();
    const { hidden, size, norm, lastNorm, bias } = config;
    const sizes = [featureSize, ...hidden, size];
    this.projector = this.module('projector', mlp({ sizes, norm, lastNorm, bias, generator }));
  }

  override forward(features: Tensor): Tensor {
    return this.projector.forward(features);
  }
}

/** An encoder with its projector: images to embeddings z. */
export class Branch extends Head {
  constructor(
    readonly encoder: Encoder,
    config: MethodConfig['projector'],
    generator: torch.Generator,
  ) {
    super(encoder.featureSize, config, generator);
    this.module('encoder', encoder);
  }

  override forward(images: Tensor): Tensor {
    return super.forward(this.encoder.forward(images));
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
  private readonly target: Head | null;

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
    this.target = this.createTarget(createEncoder, generator);
    this.restartTarget();
  }

  private createTarget(createEncoder: EncoderFactory, generator: torch.Generator): Head | null {
    const { target: slot, projector } = this.config;
    if (slot.name !== 'ema') return null;
    const target =
      slot.scope === 'head'
        ? new Head(this.online.encoder.featureSize, projector, generator)
        : new Branch(createEncoder(generator), projector, generator);
    this.module('target', target);
    return target.requiresGrad_(false);
  }

  /** The target, and what of the online network it follows. */
  private averaged(): { average: Module<[Tensor], Tensor>; online: Module<[Tensor], Tensor> } | null {
    if (!this.target) return null;
    if (this.target instanceof Branch) return { average: this.target, online: this.online };
    return { average: this.target.projector, online: this.online.projector };
  }

  /** Makes a target that starts as a copy of the online network one again: for weights that were loaded from elsewhere. */
  restartTarget(): void {
    const pair = this.averaged();
    if (pair && this.config.target.name === 'ema' && this.config.target.start === 'copy') {
      pair.average.loadStateDict(pair.online.stateDict());
    }
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

  private project(h: readonly Tensor[], head: Head): Tensor[] {
    if (this.config.forward === 'perView') return h.map((features) => head.projector.forward(features));
    return head.projector.forward(torch.cat(h, 0)).chunk(h.length, 0);
  }

  private encode(views: readonly Tensor[], branch: Branch): { h: Tensor[]; z: Tensor[] } {
    const h =
      this.config.forward === 'perView'
        ? views.map((view) => branch.encoder.forward(view))
        : branch.encoder.forward(torch.cat(views, 0)).chunk(views.length, 0);
    return { h, z: this.project(h, branch) };
  }

  private targets(views: readonly Tensor[], h: readonly Tensor[], z: readonly Tensor[]): readonly Tensor[] {
    if (this.config.target.name === 'online') return z;
    const { target } = this;
    if (!target) return z.map((embedding) => embedding.detach());
    // The shared encoder's features are at hand; a second pass would move its BatchNorm statistics twice a step.
    return torch.noGrad(() => (target instanceof Branch ? this.encode(views, target).z : this.project(h, target)));
  }

  private loss(p: readonly Tensor[], t: readonly Tensor[]): Tensor {
    const { objective, pairing } = this.config;
    const [p1, p2] = p as [Tensor, Tensor];
    const [t1, t2] = t as [Tensor, Tensor];
    if (objective.name === 'ntXent') {
      const loss = ntXent(p1, t2, { temperature: objective.temperature });
      // Without predictor and separate target the other direction is the same number.
      return p1 === t1 ? loss : loss.add(ntXent(p2, t1, { temperature: objective.temperature })).mul(0.5);
    }
    const direction = objective.name === 'cosine' ? cosine : (a: Tensor, b: Tensor) => mse(a, b, { features: 'sum' });
    const forth = direction(p1, t2).mul(objective.scale);
    return pairing === 'asymmetric' ? forth : forth.add(direction(p2, t1).mul(objective.scale));
  }

  /**
   * One forward pass. Call `backward` on the loss, step the optimiser, then call `afterStep`.
   * @param views two batches `[B, 3, H, W]` of the same images
   */
  step(views: readonly [Tensor, Tensor]): StepResult {
    const { h, z } = this.encode(views, this.online);
    this.predictor.observe(
      torch.cat(
        z.map((embedding) => embedding.detach()),
        0,
      ),
    );
    const p = z.map((embedding) => this.predictor.forward(embedding));
    const loss = this.loss(p, this.targets(views, h, z));
    return { loss, features: (h[0] as Tensor).detach(), embeddings: (z[0] as Tensor).detach() };
  }

  /** What follows the optimiser's step: the predictor is set, the target follows. Order as in the authors' program. */
  afterStep(step: number, totalSteps: number): void {
    this.predictor.afterStep(step);
    const { target } = this.config;
    const pair = this.averaged();
    if (target.name !== 'ema' || !pair) return;
    follow(pair.average.parameters(), pair.online.parameters(), emaMomentum(target, step, totalSteps));
  }
}
