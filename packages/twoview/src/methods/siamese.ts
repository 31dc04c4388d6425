// The step that every siamese method shares: branches, prediction, target, loss; then what follows the optimiser.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { Module } from '@twoview/torch/nn';
import { trainingAttack } from '../attacks/index.js';
import type { Encoder } from '../models/index.js';
import { Branch, Head } from './branch.js';
import { checkMethod, checkViewCount, type MethodConfig } from './config/index.js';
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

/** Pixels to logits: the encoder and the classifier on it, which keep their places in the model's state dict. */
export class ImageClassifier extends Module<[Tensor], Tensor> {
  constructor(
    readonly encoder: Encoder,
    readonly head: nn.Linear,
  ) {
    super();
    this.module('encoder', encoder);
    this.module('classifier', head);
  }

  /** @param images `[B, 3, H, W]`; returns logits `[B, K]` */
  override forward(images: Tensor): Tensor {
    return this.head.forward(this.encoder.forward(images));
  }
}

/** What a step leaves for its observers; all without gradient, and freed with the step's scope. */
export interface StepResult {
  /** To call backward on. */
  loss: Tensor;
  /** The parts of the loss by name, unweighted, where it has parts. */
  terms: Readonly<Record<string, Tensor>>;
  /** What else the batch tells, scalars by the name that they are logged under. */
  measures: Readonly<Record<string, Tensor>>;
  /** Features of the first view, `[B, D]`. */
  features: Tensor;
  /** Embeddings of the first view after the normalizer, `[B, d]`: what the loss compares. */
  embeddings: Tensor;
  /** What became of every view, in their order; where there is an attack, of their adversarial versions after them. */
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

/** A generator for tensors of that device: the one given, or for another device one that it seeds. */
function onDevice(generator: torch.Generator, device: string): torch.Generator {
  if (device === 'cpu') return generator;
  const seed = torch.scope(() => torch.randint(0, 2 ** 31 - 1, [1], { generator, dtype: 'int64' }).item());
  return new torch.Generator({ seed: Number(seed), device });
}

/**
 * A method with its networks. Its state dict has `encoder.*`, `projector.*` and, where the slots hold something,
 * `normalizer.*`, `predictor.*`, `objective.*`, `target.*` and `classifier.*`.
 */
export class Siamese extends Module<[Tensor], Tensor> {
  readonly online: Branch;
  readonly predictor: Predictor;
  private readonly objective: Objective;
  private readonly target: Head | null;
  /** Pixels to logits; null without a classifier. */
  readonly classifier: ImageClassifier | null;

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
    this.classifier = this.createClassifier(generator);
  }

  private createClassifier(generator: torch.Generator): ImageClassifier | null {
    const { classifier: slot } = this.config;
    if (!slot) return null;
    if (slot.classes === null)
      throw new Error('method.classifier.classes is not known: give the number of classes of the data set');
    const head = this.module('classifier', new nn.Linear(this.encoder.featureSize, slot.classes, { generator }));
    return new ImageClassifier(this.encoder, head);
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
    return this.objective.needsLabels || this.config.attack !== null;
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

  /** Views that may pass the network together: each by itself, or all images, or all adversarial ones. */
  private passes<T>(views: readonly T[]): T[][] {
    if (this.config.forward === 'perView') return views.map((view) => [view]);
    if (!this.config.attack) return [[...views]];
    return [views.slice(0, views.length / 2), views.slice(views.length / 2)];
  }

  /** A network on every view, in as many passes as the method has. */
  private apply(network: Module<[Tensor], Tensor>, views: readonly Tensor[]): Tensor[] {
    return this.passes(views).flatMap((pass) =>
      pass.length === 1 ? [network.forward(pass[0]!)] : network.forward(torch.cat(pass, 0)).chunk(pass.length, 0),
    );
  }

  /** Embeddings of each view; a normalizer sees views one by one even where the networks see them as one batch. */
  private project(h: readonly Tensor[], head: Head, generator?: torch.Generator): readonly Tensor[] {
    return head.normalize(this.apply(head.projector, h), generator);
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
      this.project(target instanceof Branch ? this.apply(target.encoder, views) : h, target, generator),
    );
  }

  /** An adversarial version of every view; views that pass the network together are attacked together. */
  private attackViews(views: readonly Tensor[], { labels, generator }: StepInput): Tensor[] {
    const { attack, forward } = this.config;
    if (!attack) return [];
    if (!labels || !generator)
      throw new Error('method.attack needs the class of every image and a generator, and they were not given');
    const { norm, eps, ...settings } = attack;
    const options = { ...settings, ball: { norm, eps }, generator: onDevice(generator, labels.device) };
    const attackOne = (images: Tensor, y: Tensor) => trainingAttack(this.classifier!, images, y, options);
    if (forward === 'perView') return views.map((view) => attackOne(view, labels));
    return attackOne(torch.cat([...views], 0), labels.repeat([views.length])).chunk(views.length, 0);
  }

  /**
   * One forward pass. Call `backward` on the loss, step the optimiser, then call `afterStep`.
   * @param images views of the same images, a batch `[B, 3, H, W]` each: two or more, or one where the method compares no views
   * @throws Error if a slot needs labels or random numbers and has none, or there are too few views
   */
  step(images: readonly Tensor[], input: StepInput = {}): StepResult {
    checkViewCount(this.config, images.length);
    const { labels, generator } = input;
    const views = [...images, ...this.attackViews(images, input)];
    const h = this.apply(this.online.encoder, views);
    const u = this.project(h, this.online, generator);
    this.predictor.observe(
      torch.cat(
        u.map((embedding) => embedding.detach()),
        0,
      ),
    );
    const p = this.predictor.module ? u.map((embedding) => this.predictor.forward(embedding)) : u;
    const t = this.targets(views, h, u, generator);
    const logits = this.classifier ? h.map((features) => this.classifier!.head.forward(features)) : null;
    const { loss, terms, measures = {} } = this.objective.evaluate({ p, t, features: h, logits, labels, generator });
    const outputs = u.map((embedding, i) => ({
      embedding: embedding.detach(),
      prediction: (p[i] as Tensor).detach(),
      target: (t[i] as Tensor).detach(),
    }));
    return {
      loss,
      terms,
      measures,
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
