// Meta-training: collect, take gradient steps, test on new tasks; rows, checkpoints. Every number depends only on configuration and
// counters, so that a run that was killed and resumed ends with the same bits, buffers included.
import { setImmediate } from 'node:timers/promises';
import * as torch from '@twoview/torch';
import type { MetricsRow, RunFolder } from '../../runs/index.js';
import { DivergenceError } from '../../training/index.js';
import {
  Agent,
  type AgentSizes,
  loadAgent,
  ReplayBuffers,
  StepBatch,
  type StepLosses,
  Stream,
} from '../agent/index.js';
import type { TaskFamily, TaskSplit, VectorEnvironments } from '../environments/index.js';
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
  /** Asked between rounds and gradient steps; true saves and ends the run as interrupted. */
  shouldStop?: () => boolean;
}

/** The tasks of a configuration. */
export function tasksOf(family: TaskFamily, { environment }: Pick<MetaRlConfig, 'environment'>): TaskSplit {
  const { trainTasks, testTasks, taskSeed } = environment;
  return family.tasks({
    ...(taskSeed === null ? {} : { seed: taskSeed }),
    ...(trainTasks === null ? {} : { train: trainTasks }),
    ...(testTasks === null ? {} : { test: testTasks }),
  });
}

/** What environments determine of an agent. */
export function sizesOf(family: TaskFamily, tasks: TaskSplit): AgentSizes {
  return {
    observation: family.observationSize,
    action: family.actionSize,
    tasks: tasks.train.length,
    nextObservation: family.usesNextObservation,
  };
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
   */
  resume(): number | null {
    const { checkpoint, damaged } = this.folder.checkpoints.latest();
    for (const { name, reason } of damaged)
      this.folder.log(`checkpoint ${name} is damaged and was passed over: ${reason}`);
    if (checkpoint) {
      this.progress = readMetaState(checkpoint.path, this);
      this.stream.position = this.progress.position;
      this.seeds.count = this.progress.seeds;
    }
    this.folder.rewind(checkpoint?.step ?? -1);
    this.keptTest = this.folder.metrics().rows.findLast((row) => row['return.test'] !== undefined)?.step ?? -1;
    return checkpoint?.step ?? null;
  }

  /** Takes the agent of a checkpoint, to test it. @returns its gradient step. @throws Error if there is no such checkpoint */
  load(name: string): number {
    const checkpoint = this.folder.checkpoints.find(name);
    if (!checkpoint) {
      const names = this.folder.checkpoints.list().map((known) => known.name);
      throw new Error(
        `the run ${this.folder.dir} has no checkpoint ${name}${names.length > 0 ? `; it has ${names.join(', ')}` : ': it has not saved one yet'}`,
      );
    }
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

  /** Plays what is asked for, to its end: what lies in buffers must be whole collections. */
  private async collect(collecting: readonly Collecting[]): Promise<void> {
    const began = performance.now();
    await runInRounds(collecting, {
      player: this.player,
      onPlayed: (steps) => {
        this.progress.environmentSteps += steps;
        this.report('collecting');
      },
    });
    this.progress.collectionSeconds += (performance.now() - began) / 1000;
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
    const of = async (tasks: TaskSplit['train']): Promise<MetaTestSummary | undefined> => {
      const result = await metaTest({
        agent: this.agent,
        tasks,
        player,
        runs,
        steps: metaTestSteps(evaluation, this.horizon),
        explorationTrajectories,
        seed: training.seed,
        onProgress: () => this.report('testing'),
        shouldStop: () => this.stopping,
      });
      return result && summarize(result);
    };
    const test = await of(this.tasks.test);
    if (!test) return false;
    const count = Math.min(trainTasks ?? this.tasks.test.length, this.tasks.train.length);
    const train = count === 0 ? null : await of(this.tasks.train.slice(0, count));
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
          `${name} holds a value that is not finite at gradient step ${this.progress.gradientSteps}; the last checkpoint is from before`,
        );
    }
  }

  private async save(): Promise<void> {
    this.checkWeights();
    const { gradientSteps: step, iteration: epoch, best } = this.progress;
    const progress = {
      ...this.progress,
      position: this.stream.position,
      seeds: this.seeds.count,
      seconds: this.seconds,
    };
    await this.folder.saveCheckpoint('last', { step, epoch }, (dir) => writeMetaState(dir, this, progress));
    if (best?.step === step && this.folder.checkpoints.find('best')?.step !== step)
      await this.folder.checkpoints.copy('last', 'best', { 'return.test': best.value });
  }

  /**
   * Trains to the end, or until it is asked to stop.
   * @throws DivergenceError if a loss or a weight stops being finite; the last checkpoint stays
   */
  async run(): Promise<'done' | 'interrupted'> {
    const { iterations, checkpointEvery } = this.config.training;
    const { progress, config } = this;
    this.startedAt = performance.now();
    this.firstStep = progress.gradientSteps;
    this.firstStepAt = performance.now();
    while (progress.iteration < iterations) {
      if (!progress.collected) {
        if (progress.iteration === 0) await this.collect(initialCollection(this.context, config.collection));
        await this.collect(iterationCollection(this.context, config.collection));
        progress.collected = true;
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
