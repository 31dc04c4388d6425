// Meta-training: collect, take gradient steps, test on new tasks; rows, checkpoints. Every number depends only on configuration and
// counters, so that a run that was killed and resumed ends with the same bits, buffers included.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as torch from '@twoview/torch';
import type { MetricsRow, RunFolder } from '../../runs/index.js';
import { DivergenceError } from '../../training/index.js';
import { Agent, loadAgent, ReplayBuffers, StepBatch, type StepLosses, Stream } from '../agent/index.js';
import type { TaskFamily, TaskSplit, VectorEnvironments } from '../environments/index.js';
import { checkFit, sizesOf, tasksOf } from './check.js';
import { type CollectionContext, initialCollection, iterationCollection } from './collection.js';
import { type MetaRlConfig, metaTestSteps } from './config.js';
import { type MetaTestSummary, metaTest, summarize } from './meta-test.js';
import { type Collecting, type EpisodePlayer, runInRounds } from './rounds.js';
import { SeedSource } from './seeds.js';
import { beginning, type MetaProgress, readMetaState, writeMetaState } from './state.js';

/** What a run reports while it works. */
export interface MetaTrainingProgress {
  phase: 'collecting' | 'training' | 'testing';
  iteration: number;
  iterations: number;
  gradientSteps: number;
  totalGradientSteps: number;
  environmentSteps: number;
  /** Of the last logged step and meta-test, by metric name. */
  measures: MetricsRow;
  gradientStepsPerSecond: number;
  secondsLeft: number;
}

export interface MetaTrainOptions {
  /** In place of those that the configuration draws from the family, to choose tasks by hand. */
  tasks?: TaskSplit;
  onProgress?: (progress: MetaTrainingProgress) => void;
  /**
   * Asked between some episodes and the next, and between gradient steps; true ends the run as interrupted, with nothing lost: saved
   * or, in a collection whose beginning is saved, given up, to be played again.
   */
  shouldStop?: () => boolean;
}

const measureNames: Readonly<Record<keyof StepLosses, string>> = {
  q: 'loss.q',
  policy: 'loss.policy',
  value: 'loss.value',
  kl: 'kl',
  temperature: 'loss.temperature',
  alpha: 'temperature',
  tcl: 'loss.tcl',
  tclAccuracy: 'pretext.accuracy',
};

export class MetaTrainer {
  readonly agent: Agent;
  readonly buffers: ReplayBuffers;
  readonly tasks: TaskSplit;
  private readonly batch: StepBatch;
  private readonly stream: Stream;
  private readonly seeds: SeedSource;
  private readonly horizon: number;
  private progress: MetaProgress = beginning();
  private readonly measures: MetricsRow = { step: 0 };
  /** Checkpoints that `resume` found damaged and did not use. */
  passedOver: readonly { name: string; reason: string }[] = [];
  /** The iteration whose beginning is what `resume` would find. */
  private savedIteration = 0;
  /** Whether `last` is what `resume` went on from. */
  private resumedFromLast = false;
  private givenUp = false;
  /** The gradient step whose meta-test was written down by a session that was killed before it could save. */
  private keptTest = -1;
  private startedAt = 0;
  private firstStep = 0;
  private firstStepAt = 0;

  /** @param folder open for writing; holds nothing yet, or what `resume` goes on from */
  constructor(
    readonly config: MetaRlConfig,
    readonly family: TaskFamily,
    private readonly folder: RunFolder,
    private readonly environments: Pick<VectorEnvironments, 'collect'>,
    private readonly options: MetaTrainOptions = {},
  ) {
    const { seed, threads } = config.training;
    if (threads !== null) torch.setNumThreads(threads);
    this.tasks = options.tasks ?? tasksOf(family, config);
    checkFit(config, family, this.tasks);
    const sizes = sizesOf(family, this.tasks);
    this.agent = new Agent(sizes, config.agent, { seed });
    this.buffers = new ReplayBuffers(sizes, config.agent, { seed });
    this.batch = new StepBatch(sizes, config.agent);
    this.stream = new Stream(seed, 2);
    this.seeds = new SeedSource(seed, 2);
    this.horizon = config.environment.horizon ?? family.horizon;
  }

  get totalGradientSteps(): number {
    const { iterations, gradientSteps } = this.config.training;
    return iterations * gradientSteps;
  }

  /**
   * Goes on from the newest intact checkpoint, forgetting metrics after it; from the start where there is none.
   * @returns the gradient step it goes on from; null if there is no checkpoint
   * @throws Error if there are checkpoints and none is intact, or if the configuration now has other training tasks
   */
  resume(): number | null {
    const { checkpoints } = this.folder;
    const { checkpoint, damaged } = checkpoints.latest();
    this.passedOver = damaged;
    for (const { name, reason } of damaged)
      this.folder.log(`checkpoint ${name} is damaged and was passed over: ${reason}`);
    if (!checkpoint && damaged.length > 0) {
      const named = damaged.map(({ name, reason }) => `${name} (${reason})`).join(', ');
      throw new Error(
        `no checkpoint of ${this.folder.dir} is intact: ${named}; restore one from a copy, or train anew with --force`,
      );
    }
    if (checkpoint) {
      this.progress = readMetaState(checkpoint.path, this);
      const { tasks } = this.progress;
      // Earlier versions wrote none.
      if (tasks && tasks !== this.taskDigest)
        throw new Error(
          `the training tasks of ${this.folder.dir} are others than when it was saved, and its buffers are theirs: give environment the settings of before, or train anew`,
        );
      this.savedIteration = this.progress.collected ? -1 : this.progress.iteration;
      this.resumedFromLast = checkpoint.path === checkpoints.find('last')?.path;
      this.stream.position = this.progress.position;
      this.seeds.count = this.progress.seeds;
    }
    this.folder.rewind(checkpoint?.step ?? -1);
    this.keptTest = this.folder.metrics().rows.findLast((row) => row['return.test'] !== undefined)?.step ?? -1;
    return checkpoint?.step ?? null;
  }

  private get taskDigest(): string {
    return createHash('sha256').update(JSON.stringify(this.tasks.train)).digest('hex').slice(0, 16);
  }

  /** Takes the agent of a checkpoint, to test it. @returns its gradient step. @throws Error if there is no such checkpoint, or it is damaged */
  load(name: string): number {
    const checkpoint = this.folder.checkpoints.find(name);
    if (!checkpoint) {
      const names = this.folder.checkpoints.list().map((known) => known.name);
      throw new Error(
        `the run ${this.folder.dir} has no checkpoint ${name}${names.length > 0 ? `; it has ${names.join(', ')}` : ': it has not saved one yet'}`,
      );
    }
    const damage = this.folder.checkpoints.damage(checkpoint);
    if (damage !== undefined)
      throw new Error(`checkpoint ${name} of ${this.folder.dir} is damaged: ${damage}; use another, or restore it`);
    loadAgent(checkpoint.path, this.agent);
    return checkpoint.step;
  }

  private get seconds(): number {
    return this.progress.seconds + (performance.now() - this.startedAt) / 1000;
  }

  /** Plays by the policy as it is now. */
  private get player(): EpisodePlayer {
    const policy = this.agent.policyWeights();
    return { play: (requests) => this.environments.collect(policy, requests) };
  }

  private get stopping(): boolean {
    return this.options.shouldStop?.() ?? false;
  }

  private row(measures: Record<string, unknown>): void {
    const { gradientSteps, environmentSteps, iteration } = this.progress;
    const row = { step: gradientSteps, epoch: iteration, time: this.seconds, environmentSteps, ...measures };
    Object.assign(this.measures, row);
    this.folder.record(row as MetricsRow);
  }

  private report(phase: MetaTrainingProgress['phase']): void {
    const { gradientSteps, environmentSteps, iteration, gradientSeconds } = this.progress;
    const done = gradientSteps - this.firstStep;
    const elapsed = (performance.now() - this.firstStepAt) / 1000;
    this.folder.beat(gradientSteps, this.totalGradientSteps);
    this.options.onProgress?.({
      phase,
      iteration,
      iterations: this.config.training.iterations,
      gradientSteps,
      totalGradientSteps: this.totalGradientSteps,
      environmentSteps,
      measures: this.measures,
      gradientStepsPerSecond: gradientSteps / Math.max(gradientSeconds, 1e-9),
      secondsLeft: done > 0 ? ((this.totalGradientSteps - gradientSteps) * elapsed) / done : Number.POSITIVE_INFINITY,
    });
  }

  /**
   * Plays what is asked for. What is saved must be whole collections: it stops on the way only where this one's beginning is saved.
   * @returns false when it stopped
   */
  private async collect(collecting: readonly Collecting[]): Promise<boolean> {
    const began = performance.now();
    const isSaved = this.savedIteration === this.progress.iteration;
    const done = await runInRounds(collecting, {
      player: this.player,
      shouldStop: () => isSaved && this.stopping,
      onPlayed: (steps) => {
        this.progress.environmentSteps += steps;
        this.report('collecting');
      },
    });
    this.progress.collectionSeconds += (performance.now() - began) / 1000;
    return done !== undefined;
  }

  private get context(): CollectionContext {
    const { agent, buffers, horizon, stream, seeds } = this;
    return { agent, buffers, tasks: this.tasks.train, horizon, stream, seeds };
  }

  /** The gradient steps of this iteration that are left. @returns false when it was asked to stop between two */
  private async train(): Promise<boolean> {
    const { gradientSteps, logEvery } = this.config.training;
    const { progress } = this;
    let breathed = performance.now();
    while (progress.stepInIteration < gradientSteps) {
      if (this.stopping) return false;
      const began = performance.now();
      torch.scope(() => {
        const losses = this.agent.step(this.buffers.sample(this.batch));
        progress.stepInIteration++;
        progress.gradientSteps++;
        const total = progress.gradientSteps;
        const logs = total % logEvery === 0 || total === 1 || total === this.totalGradientSteps;
        if (logs) this.log(losses);
      });
      const now = performance.now();
      progress.gradientSeconds += (now - began) / 1000;
      if (now - breathed < 50) continue;
      breathed = now;
      this.report('training');
      await setImmediate(); // messages, signals and finalizers of this thread
    }
    this.checkWeights(); // before a policy plays that gives no actions
    return true;
  }

  private log(losses: StepLosses): void {
    const measures: Record<string, number> = {};
    for (const [name, tensor] of Object.entries(losses) as [keyof StepLosses, torch.Tensor][])
      measures[measureNames[name]] = tensor.item();
    for (const [name, value] of Object.entries(measures)) {
      if (Number.isFinite(value)) continue;
      throw new DivergenceError(
        `${name} became ${value} at gradient step ${this.progress.gradientSteps}; lower agent.learningRate or agent.rewardScale, or look at the metrics before it`,
      );
    }
    this.row(measures);
  }

  /** Meta-test on test tasks and on training tasks. @returns false when it was asked to stop */
  private async test(): Promise<boolean> {
    const { evaluation, training } = this.config;
    const { runs, explorationTrajectories, trainTasks } = evaluation;
    const { player } = this;
    const of = async (tasks: TaskSplit['train'], seed: number): Promise<MetaTestSummary | undefined> => {
      const result = await metaTest({
        agent: this.agent,
        tasks,
        player,
        runs,
        steps: metaTestSteps(evaluation, this.horizon),
        explorationTrajectories,
        seed,
        onProgress: () => this.report('testing'),
        shouldStop: () => this.stopping,
      });
      return result && summarize(result);
    };
    const test = await of(this.tasks.test, training.seed);
    if (!test) return false;
    const chosen = this.tasks.train.slice(0, trainTasks ?? this.tasks.test.length);
    const isSame = isDeepStrictEqual(chosen, this.tasks.test);
    // With other random numbers, as these are other tasks.
    const train = chosen.length === 0 || isSame ? null : await of(chosen, training.seed + 1);
    if (train === undefined) return false;
    const { progress } = this;
    const row = {
      'return.test': test.last,
      'return.test.first': test.first,
      'return.test.byTrajectory': test.byTrajectory,
      ...(test.success === null ? {} : { 'success.test': test.success }),
      ...(train && { 'return.train': train.last, 'return.train.first': train.first }),
      gradientStepsPerSecond: progress.gradientSteps / Math.max(progress.gradientSeconds, 1e-9),
      environmentStepsPerSecond: progress.environmentSteps / Math.max(progress.collectionSeconds, 1e-9),
      ...(this.family.sparse ? { 'context.rewarded': this.buffers.rewardedContexts() } : {}),
      'memory.resident': process.memoryUsage.rss(),
      'memory.buffers': this.buffers.bytes,
    };
    if (this.keptTest !== progress.gradientSteps) this.row(row);
    progress.tested = progress.gradientSteps;
    if (progress.gradientSteps > 0 && (progress.best === null || test.last > progress.best.value))
      progress.best = { step: progress.gradientSteps, value: test.last };
    return true;
  }

  private checkWeights(): void {
    for (const [name, tensor] of this.agent.networks.stateDict()) {
      const finite = torch.scope(() => tensor.isfinite().all().item());
      if (!finite)
        throw new DivergenceError(
          `${name} holds a value that is not finite at gradient step ${this.progress.gradientSteps}${this.folder.checkpoints.find('last') ? '; the last checkpoint is from before' : ''}`,
        );
    }
  }

  private async save(): Promise<void> {
    this.checkWeights();
    const { gradientSteps: step, iteration: epoch } = this.progress;
    const progress = {
      ...this.progress,
      tasks: this.taskDigest,
      position: this.stream.position,
      seeds: this.seeds.count,
      seconds: this.seconds,
    };
    await this.folder.saveCheckpoint('last', { step, epoch }, (dir) => writeMetaState(dir, this, progress));
    this.savedIteration = this.progress.collected ? -1 : epoch;
    await this.keepBest();
  }

  /** Keeps `last` as `best` too, where it is the best state and not kept as such, or not intact. */
  private async keepBest(): Promise<void> {
    const { checkpoints } = this.folder;
    const { best, gradientSteps } = this.progress;
    if (best?.step !== gradientSteps) return;
    const kept = checkpoints.find('best');
    if (kept?.step === best.step && checkpoints.damage(kept) === undefined) return;
    await checkpoints.copy('last', 'best', { 'return.test': best.value });
  }

  /**
   * Trains to the end, or until it is asked to stop.
   * @throws DivergenceError if a loss or a weight stops being finite; the last checkpoint stays
   * @throws Error after a collection was given up: what goes on is another trainer, by `resume`
   */
  async run(): Promise<'done' | 'interrupted'> {
    const { iterations, checkpointEvery } = this.config.training;
    const { progress, config } = this;
    if (this.givenUp) throw new Error('this training has given up a collection: go on with another, by its resume()');
    this.startedAt = performance.now();
    this.firstStep = progress.gradientSteps;
    this.firstStepAt = performance.now();
    // A session that was killed between its last two saves left the best state under its first name alone.
    if (this.resumedFromLast) await this.keepBest();
    while (progress.iteration < iterations) {
      if (!progress.collected) {
        const isFirst = progress.iteration === 0;
        progress.collected =
          (!isFirst || (await this.collect(initialCollection(this.context, config.collection)))) &&
          (await this.collect(iterationCollection(this.context, config.collection)));
        this.givenUp = !progress.collected;
        if (this.givenUp) return 'interrupted';
      }
      if (progress.tested < 0 && !(await this.test())) return this.interrupt();
      if (!(await this.train())) return this.interrupt();
      const last = progress.iteration + 1 === iterations;
      const tests = last || (progress.iteration + 1) % config.evaluation.everyIterations === 0;
      if (tests && progress.tested !== progress.gradientSteps && !(await this.test())) return this.interrupt();
      progress.iteration++;
      progress.collected = false;
      progress.stepInIteration = 0;
      const isBest = progress.best?.step === progress.gradientSteps;
      if (last || isBest || progress.iteration % checkpointEvery === 0) await this.save();
      this.report('training');
    }
    return 'done';
  }

  private async interrupt(): Promise<'interrupted'> {
    await this.save();
    return 'interrupted';
  }
}
