// The loop: batch, two views, loss, step; rows, checkpoints, evaluation. Every number depends only on configuration and
// step, so that a run that was killed and resumed ends with the same bits as one that was not (on a CPU).
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as torch from '@twoview/torch';
import { type Augmentation, createAugmentation, resolvePolicy } from '../augment/index.js';
import type { ImageDataset } from '../data/index.js';
import { Siamese } from '../methods/index.js';
import { createEncoder } from '../models/index.js';
import type { MetricsRow, RunFolder } from '../runs/index.js';
import { BatchStream, stepGenerator } from './batches.js';
import type { Config } from './config.js';
import { embeddingObserver } from './embedding-observer.js';
import type { Observer } from './observer.js';
import { type AnyOptimizer, createOptimizer, learningRateFactor, setLearningRates } from './optimizer.js';
import { type Progress, readState, type TrainingState, writeState } from './state.js';

/** What a run reports while it works. */
export interface TrainingProgress {
  step: number;
  totalSteps: number;
  epoch: number;
  epochs: number;
  /** Of the last logged step and evaluation, by metric name. */
  measures: MetricsRow;
  viewsPerSecond: number;
  secondsLeft: number;
}

export interface TrainOptions {
  observers?: readonly Observer[];
  onProgress?: (progress: TrainingProgress) => void;
  /** Asked between steps; true saves and ends the run as interrupted. */
  shouldStop?: () => boolean;
}

/** The loss was not a finite number. The weights of the last checkpoint are from before that. */
export class DivergenceError extends Error {
  override name = 'DivergenceError';
}

/** Makes the model of a configuration, with initial weights that depend on its seed alone. */
export function createModel(config: Config): Siamese {
  const generator = new torch.Generator({ seed: config.training.seed });
  return new Siamese(config.method, (g) => createEncoder(config.encoder, g), generator);
}

/** The device that a configuration's `auto` stands for. */
export function resolveDevice(device: string): string {
  if (device === 'auto') return torch.cuda.isAvailable() ? 'cuda:0' : 'cpu';
  return device === 'cuda' ? 'cuda:0' : device;
}

/** Side of the views in pixels. */
export function viewSize(config: Config, dataset: Pick<ImageDataset, 'viewSize'>): number {
  return config.augment.size ?? dataset.viewSize;
}

/** @throws Error if the classifier has another number of classes than the data set */
function checkClasses({ method }: Config, dataset: ImageDataset): void {
  const classes = method.classifier?.classes;
  if (classes === undefined || classes === dataset.classes.length) return;
  throw new Error(
    `method.classifier.classes is ${classes}, but ${dataset.name} has ${dataset.classes.length} classes: leave it out`,
  );
}

export class Trainer {
  readonly model: Siamese;
  private readonly optimizer: AnyOptimizer;
  private readonly highestRates: readonly number[];
  private readonly batches: BatchStream;
  private readonly augmentations: readonly Augmentation[];
  private readonly device: string;
  private progress: Progress;
  private readonly measures: MetricsRow = { step: 0 };
  private startedAt = 0;
  /** When the first step of this session began; the evaluation before it says nothing of the time that is left. */
  private firstStepAt = 0;
  private sessionSteps = 0;
  /** Seconds spent in steps, without evaluations and checkpoints: what the speed is measured by. */
  private stepSeconds = 0;
  /** Folder of the checkpoint that this session goes on from. */
  private resumedFrom: string | null = null;

  /**
   * @param folder open for writing; holds nothing yet, or what `resume` goes on from
   * @throws Error if the data do not make one batch or lack the labels that the method needs, or two slots do not go together
   */
  constructor(
    private readonly config: Config,
    dataset: ImageDataset,
    private readonly folder: RunFolder,
    private readonly options: TrainOptions = {},
  ) {
    const { training, augment } = config;
    this.device = resolveDevice(training.device);
    if (training.threads !== null) torch.setNumThreads(training.threads);
    torch.setDeterministic(training.deterministic);
    this.batches = new BatchStream(dataset, training.batchSize, training.seed, this.device);
    this.progress = { step: 0, best: null, seconds: 0, images: dataset.length };
    const size = viewSize(config, dataset);
    this.augmentations = augment.views.map((view) =>
      createAugmentation(resolvePolicy(view), { size, channelsLast: training.channelsLast }),
    );
    for (const notice of new Set(this.augmentations.map((a) => a.notice))) if (notice) folder.log(notice);
    this.model = createModel(config);
    this.model.to({ device: this.device });
    if (training.channelsLast) this.model.toMemoryFormat('channels_last');
    if (this.model.needsLabels) this.batches.checkLabels(config.method.objective.name);
    checkClasses(config, dataset);
    this.optimizer = createOptimizer(config.optimizer, config.method.predictorTraining, this.model.parameterGroups());
    this.highestRates = this.optimizer.groups.map((group) => group.lr);
  }

  get totalSteps(): number {
    const all = this.config.training.epochs * this.batches.stepsPerEpoch;
    return Math.min(all, this.config.training.maxSteps ?? all);
  }

  /** Starts the encoder from weights of another run; see interchange. A target that starts as a copy is one of these. */
  initialize(load: (model: Siamese) => void): void {
    load(this.model);
    this.model.restartTarget();
  }

  /**
   * Goes on from the newest intact checkpoint, forgetting metrics after it; from the start where there is none.
   * @returns the step it goes on from; null if there is no checkpoint
   * @throws Error if the data set has another number of images than the run began with
   */
  resume(): number | null {
    const { checkpoint, damaged } = this.folder.checkpoints.latest();
    for (const { name, reason } of damaged)
      this.folder.log(`checkpoint ${name} is damaged and was passed over: ${reason}`);
    if (checkpoint) {
      const { images } = this.progress;
      this.progress = readState(checkpoint.path, this.state);
      if (this.progress.images !== images) {
        throw new Error(
          `the run began with ${this.progress.images} images, and the data set has ${images} now: bring back the same images, or start a new run with --init ${this.folder.dir}`,
        );
      }
      this.resumedFrom = checkpoint.path;
    }
    this.folder.rewind(checkpoint?.step ?? -1);
    return checkpoint?.step ?? null;
  }

  private get observers(): readonly Observer[] {
    return this.options.observers ?? [];
  }

  private get state(): TrainingState {
    return { model: this.model, optimizer: this.optimizer, observers: this.observers };
  }

  private get seconds(): number {
    return this.progress.seconds + (performance.now() - this.startedAt) / 1000;
  }

  private row(measures: Record<string, unknown>): void {
    const { step } = this.progress;
    const row = { step, epoch: step / this.batches.stepsPerEpoch, time: this.seconds, ...measures } as MetricsRow;
    Object.assign(this.measures, row);
    this.folder.record(row);
  }

  private report(): void {
    const { step } = this.progress;
    const elapsed = (performance.now() - this.firstStepAt) / 1000;
    const stepsPerSecond = this.sessionSteps / Math.max(elapsed, 1e-9);
    this.folder.beat(step, this.totalSteps);
    this.options.onProgress?.({
      step,
      totalSteps: this.totalSteps,
      epoch: step / this.batches.stepsPerEpoch,
      epochs: this.config.training.epochs,
      measures: this.measures,
      viewsPerSecond: this.viewsPerSecond(),
      secondsLeft: this.sessionSteps > 0 ? (this.totalSteps - step) / stepsPerSecond : Number.POSITIVE_INFINITY,
    });
  }

  /** One optimiser step on the batch that belongs to it. @returns the row to write, or null for a step that is not logged */
  private step(): Record<string, unknown> | null {
    const { step } = this.progress;
    const { seed, logEvery } = this.config.training;
    const began = performance.now();
    return torch.scope(() => {
      const images = this.batches.at(step);
      const views = this.augmentations.map((a, view) => a.augment(images, { seed, step, view }));
      const factor = learningRateFactor(this.config.optimizer, step, this.totalSteps, this.batches.stepsPerEpoch);
      setLearningRates(this.optimizer, this.highestRates, factor);
      this.optimizer.zeroGrad();
      const result = this.model.step(views, {
        ...(this.model.needsLabels ? { labels: this.batches.labelsAt(step) } : {}),
        generator: stepGenerator(seed, step),
      });
      const loss = result.loss.item();
      this.checkStep(loss, result.embeddings);
      result.loss.backward();
      this.optimizer.step();
      this.model.afterStep(step, this.totalSteps);
      this.progress.step = step + 1;
      this.sessionSteps++;
      this.stepSeconds += (performance.now() - began) / 1000;
      const { step: done } = this.progress;
      for (const observer of this.observers) observer.onBatch?.({ step: done, model: this.model, views: result.views });
      if (done % logEvery !== 0 && done !== 1 && done !== this.totalSteps) return null;
      const context = {
        step: done,
        epoch: done / this.batches.stepsPerEpoch,
        model: this.model,
        loss,
        embeddings: result.embeddings,
      };
      const own = Object.entries(result.measures).map(([name, measure]) => [name, measure.item()] as const);
      const measures = [embeddingObserver, ...this.observers].map((observer) => observer.onStep?.(context) ?? {});
      const terms = Object.entries(result.terms).map(([name, term]) => [`loss.${name}`, term.item()] as const);
      const lr = this.config.optimizer.learningRate * factor;
      return Object.assign({ loss, ...Object.fromEntries([...terms, ...own]), lr }, ...measures);
    });
  }

  /** A cosine hides embeddings that overflow: what they are divided by overflows first, and their quotient is 0. */
  private checkStep(loss: number, embeddings: torch.Tensor): void {
    const isLoss = !Number.isFinite(loss);
    if (!isLoss && Number.isFinite(embeddings.float().square().sum().item())) return;
    const what = isLoss ? `the loss became ${loss}` : 'the embeddings overflowed';
    throw new DivergenceError(
      `${what} at step ${this.progress.step + 1}; lower optimizer.learningRate, or look at the metrics before it`,
    );
  }

  private viewsPerSecond(): number {
    const views = this.augmentations.length * this.config.training.batchSize;
    return (this.sessionSteps * views) / Math.max(this.stepSeconds, 1e-9);
  }

  private checkWeights(): void {
    for (const [key, tensor] of this.model.stateDict()) {
      const finite = torch.scope(() => tensor.to({ dtype: 'float32' }).isfinite().all().item());
      if (!finite)
        throw new DivergenceError(
          `${key} holds a value that is not finite at step ${this.progress.step}; the last checkpoint is from before`,
        );
    }
  }

  private async save(): Promise<void> {
    this.checkWeights();
    const progress = { ...this.progress, seconds: this.seconds };
    const info = { step: progress.step, epoch: progress.step / this.batches.stepsPerEpoch };
    await this.folder.saveCheckpoint('last', info, (dir) => writeState(dir, this.state, progress));
  }

  /** Lets the observers measure, writes their row, and notes it if the measure that chooses is the best so far. */
  private async evaluate(): Promise<void> {
    this.checkWeights();
    const context = {
      step: this.progress.step,
      epoch: this.progress.step / this.batches.stepsPerEpoch,
      model: this.model,
    };
    const measures: Record<string, unknown> = {};
    for (const observer of this.observers) Object.assign(measures, await observer.onEvaluate?.(context));
    if (Object.keys(measures).length === 0) return;
    this.row(measures);
    const name = this.observers.find(({ chooses }) => chooses !== undefined)?.chooses ?? 'knn';
    const value = measures[name];
    if (typeof value !== 'number' || this.progress.step === 0) return;
    if (this.progress.best === null || value > this.progress.best.value)
      this.progress.best = { step: this.progress.step, name, value };
  }

  /** Keeps the checkpoint `last` of this step under the other names that it deserves. */
  private async keepCopies({ onlyMissing }: { onlyMissing: boolean }): Promise<void> {
    const { checkpoints } = this.folder;
    const { step, best } = this.progress;
    const { keepEvery } = this.config.training;
    const needed = (name: string): boolean => !onlyMissing || checkpoints.find(name)?.step !== step;
    if (best?.step === step && needed('best')) await checkpoints.copy('last', 'best', { [best.name]: best.value });
    const isKept = keepEvery !== null && step > 0 && step % (keepEvery * this.batches.stepsPerEpoch) === 0;
    if (isKept && needed(`step-${step}`)) await checkpoints.copy('last', `step-${step}`);
  }

  /**
   * Trains to the end, or until it is asked to stop.
   * @throws DivergenceError if the loss stops being finite; the last checkpoint stays
   */
  async run(): Promise<'done' | 'interrupted'> {
    const { checkpointEvery } = this.config.training;
    const { stepsPerEpoch } = this.batches;
    this.startedAt = performance.now();
    this.model.train();
    if (!this.resumedFrom) {
      await this.evaluate();
      await this.save();
    } else if (basename(this.resumedFrom) === 'last') {
      await this.keepCopies({ onlyMissing: true }); // the process may have died between a checkpoint and its copies
    }
    this.firstStepAt = performance.now();
    while (this.progress.step < this.totalSteps) {
      if (this.options.shouldStop?.()) {
        await this.save();
        return 'interrupted';
      }
      const row = this.step();
      if (row) this.row({ ...row, viewsPerSecond: this.viewsPerSecond() });
      const { step } = this.progress;
      const ended = step === this.totalSteps;
      const epochEnds = step % stepsPerEpoch === 0 || ended;
      const evaluates = epochEnds && ((step / stepsPerEpoch) % this.config.evaluation.everyEpochs === 0 || ended);
      if (evaluates) await this.evaluate();
      if (epochEnds || step % checkpointEvery === 0) await this.save();
      if (epochEnds) await this.keepCopies({ onlyMissing: false });
      this.report();
      await setImmediate(); // worker messages and finalizers run between turns of the event loop
    }
    return 'done';
  }
}
