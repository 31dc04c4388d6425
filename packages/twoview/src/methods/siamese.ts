// The step that every siamese method shares: branches, prediction, target, loss; then what follows the optimiser.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import type { Encoder } from '../models/index.js';
import { Branch, Head } from './branch.js';
import { checkMethod, type MethodConfig } from './config/index.js';
import { createObjective, type Objective } from './objective.js';
import { createPredictor, type Predictor } from './predictor.js';
import { emaMomentum, follow } from './target.js';

/** What a step sees besides the views. */
export interface StepInput {
  /** Class of each image, int64 `[B]`: for objectives that need one. */
  labels?: Tensor;
  /** For slots that draw (whitening of random groups, negatives); seeded by the step, so that a resumed run draws the same. */
  generator?: torch.Generator;
}

/** What a step leaves for its observers; all without gradient, and freed with the step's scope. */
export interface StepResult {
  /** To call backward on. */
  loss: Tensor;
  /** The parts of the loss by name, unweighted, where it has parts. */
  terms: Readonly<Record<string, Tensor>>;
  /** Features of the first view, `[B, D]`. */
  features: Tensor;
  /** Embeddings of the first view after the normalizer, `[B, d]`: what the loss compares. */
  embeddings: Tensor;
  /** What became of every view, in their order. */
  views: readonly ViewOutput[];
}

/** One view at the end of both branches, each `[B, d]`. */
export interface ViewOutput {
  /** u, the embedding after the normalizer. */
  embedding: Tensor;
  /** p, what is predicted from it; the embedding itself without a predictor. */
  prediction: Tensor;
  /** t, its target: what other views predict. */
  target: Tensor;
}

/** Makes an encoder; called a second time for a target that starts from weights of its own. */
export type EncoderFactory = (generator: torch.Generator) => Encoder;

/**
 * A method with its networks. Its state dict has `encoder.*`, `projector.*` and, where the slots hold something,
 * `normalizer.*`, `predictor.*`, `objective.*` and `target.*`.
 */
export class Siamese extends Module<[Tensor], Tensor> {
  readonly online: Branch;
  readonly predictor: Predictor;
  private readonly objective: Objective;
  private readonly target: Head | null;

  /** @throws Error if two slots do not go together */
  constructor(
    readonly config: MethodConfig,
    createEncoder: EncoderFactory,
    generator: torch.Generator,
  ) {
    super();
    checkMethod(config);
    this.online = new Branch(createEncoder(generator), config, generator);
    this.module('encoder', this.online.encoder);
    this.module('projector', this.online.projector);
    if (this.online.normalizer) this.module('normalizer', this.online.normalizer);
    this.predictor = createPredictor(config.predictor, config.projector.size, generator);
    if (this.predictor.module) this.module('predictor', this.predictor.module);
    this.objective = createObjective(config.objective, config.pairing, config.projector.size, generator);
    if (this.objective.module) this.module('objective', this.objective.module);
    this.target = this.createTarget(createEncoder, generator);
    this.restartTarget();
  }

  private createTarget(createEncoder: EncoderFactory, generator: torch.Generator): Head | null {
    const { target: slot } = this.config;
    if (slot.name !== 'ema') return null;
    const target =
      slot.scope === 'head'
        ? new Head(this.online.encoder.featureSize, this.config, generator)
        : new Branch(createEncoder(generator), this.config, generator);
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

  /** Whether a step takes labels. */
  get needsLabels(): boolean {
    return this.objective.needsLabels;
  }

  override forward(images: Tensor): Tensor {
    return this.online.encoder.forward(images);
  }

  /** Embeddings `[B, d]` of features `[B, D]`, as the loss compares them; in evaluation mode. */
  embed(features: Tensor): Tensor {
    return this.online.normalize([this.online.projector.forward(features)])[0] as Tensor;
  }

  /** What the optimiser trains, the predictor apart: it may have a learning rate and a decay of its own. */
  parameterGroups(): { name: 'online' | 'predictor'; parameters: [string, Tensor][] }[] {
    const named = [...this.namedParameters()].filter(([name]) => !name.startsWith('target.'));
    const isPredictor = ([name]: [string, Tensor]): boolean => name.startsWith('predictor.');
    const groups = [{ name: 'online' as const, parameters: named.filter((entry) => !isPredictor(entry)) }];
    const predictor = named.filter(isPredictor);
    return predictor.length > 0 ? [...groups, { name: 'predictor' as const, parameters: predictor }] : groups;
  }

  /** Embeddings of each view; a normalizer sees views one by one even where the networks see them as one batch. */
  private project(h: readonly Tensor[], head: Head, generator?: torch.Generator): readonly Tensor[] {
    const z =
      this.config.forward === 'perView'
        ? h.map((features) => head.projector.forward(features))
        : head.projector.forward(torch.cat(h, 0)).chunk(h.length, 0);
    return head.normalize(z, generator);
  }

  private encode(views: readonly Tensor[], branch: Branch): Tensor[] {
    if (this.config.forward === 'perView') return views.map((view) => branch.encoder.forward(view));
    return branch.encoder.forward(torch.cat(views, 0)).chunk(views.length, 0);
  }

  private targets(
    views: readonly Tensor[],
    h: readonly Tensor[],
    u: readonly Tensor[],
    generator?: torch.Generator,
  ): readonly Tensor[] {
    if (this.config.target.name === 'online') return u;
    const { target } = this;
    if (!target) return u.map((embedding) => embedding.detach());
    // The shared encoder's features are at hand; a second pass would move its BatchNorm statistics twice a step.
    return torch.noGrad(() =>
      this.project(target instanceof Branch ? this.encode(views, target) : h, target, generator),
    );
  }

  /**
   * One forward pass. Call `backward` on the loss, step the optimiser, then call `afterStep`.
   * @param views two batches `[B, 3, H, W]` of the same images, or more
   * @throws Error if a slot needs labels or random numbers and has none
   */
  step(views: readonly Tensor[], { labels, generator }: StepInput = {}): StepResult {
    const h = this.encode(views, this.online);
    const u = this.project(h, this.online, generator);
    this.predictor.observe(
      torch.cat(
        u.map((embedding) => embedding.detach()),
        0,
      ),
    );
    const p = this.predictor.module ? u.map((embedding) => this.predictor.forward(embedding)) : u;
    const t = this.targets(views, h, u, generator);
    const { loss, terms } = this.objective.evaluate({ p, t, labels, generator });
    const outputs = u.map((embedding, i) => ({
      embedding: embedding.detach(),
      prediction: (p[i] as Tensor).detach(),
      target: (t[i] as Tensor).detach(),
    }));
    return {
      loss,
      terms,
      features: (h[0] as Tensor).detach(),
      embeddings: (outputs[0] as ViewOutput).embedding,
      views: outputs,
    };
  }

  /** What follows the optimiser's step: the predictor is set, the target follows, keys join the queue. */
  afterStep(step: number, totalSteps: number): void {
    this.predictor.afterStep(step);
    this.objective.afterStep();
    const { target } = this.config;
    const pair = this.averaged();
    if (target.name !== 'ema' || !pair) return;
    follow(pair.average.parameters(), pair.online.parameters(), emaMomentum(target, step, totalSteps));
  }
}
