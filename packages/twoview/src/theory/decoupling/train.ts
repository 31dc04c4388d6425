// Trains a run through its three phases, with curves and snapshots on the way.
import { setImmediate } from 'node:timers/promises';
import { type Alignment, alignment, type Cosines, cosines } from './alignment.js';
import { type Behaviour, measureBehaviour } from './behaviour.js';
import type { DecouplingSettings } from './config.js';
import { BiasSchedule, lengths, type Phase } from './schedule.js';
import { DecouplingModel } from './step.js';

/** How a run is watched and stopped. */
export interface RunWatch {
  onProgress?(share: number): void;
  shouldStop?(): boolean;
}

/** A point of the curves. */
export interface CurvePoint extends Alignment {
  /** Steps taken. */
  step: number;
  phase: Phase;
  /** Of the batch of the step before; NaN at step 0. */
  loss: number;
}

/** The network at a turn of the phases. */
export interface Snapshot {
  moment: 'start' | 'T1' | 'T2' | 'end';
  step: number;
  cosines: Cosines;
  alignment: Alignment;
  behaviour: Behaviour;
}

export interface DecouplingRun {
  /**
   * `done`; `silenced` where no neuron was active at the end of Phase II, so that nothing more is learnt; `diverged` where a
   * weight was no longer finite; `stopped` where it was asked to.
   */
  outcome: 'done' | 'silenced' | 'diverged' | 'stopped';
  steps: number;
  /** Steps after which Phases I and II ended; null where the run ended before. */
  t1: number | null;
  t2: number | null;
  curve: CurvePoint[];
  snapshots: Snapshot[];
}

/** Steps between turns of the event loop. */
const turn = 10;

/** Trains. Every run ends: each phase has a largest number of steps. */
export async function trainDecoupling(settings: DecouplingSettings, watch: RunWatch = {}): Promise<DecouplingRun> {
  const model = new DecouplingModel(settings);
  try {
    return await new Training(model).run(watch);
  } finally {
    model.dispose();
  }
}

class Training {
  private readonly schedule: BiasSchedule;
  private readonly curve: CurvePoint[] = [];
  private readonly snapshots: Snapshot[] = [];
  private steps = 0;

  constructor(private readonly model: DecouplingModel) {
    const { schedule, network, data } = model.settings;
    this.schedule = new BiasSchedule(schedule, network, data.atoms, lengths(model.weights));
  }

  async run({ onProgress, shouldStop }: RunWatch): Promise<DecouplingRun> {
    this.log(Number.NaN);
    this.snapshot('start');
    while (!this.finished()) {
      if (this.steps % turn === 0) {
        onProgress?.(this.share());
        await setImmediate();
        if (shouldStop?.()) return this.result('stopped');
      }
      const loss = this.step();
      if (loss !== undefined && !this.log(loss)) return this.result('diverged');
      if (this.steps === this.schedule.t2 && this.snapshots.at(-1)!.behaviour.active === 0)
        return this.result('silenced');
    }
    if (!lengths(this.model.weights).every(Number.isFinite)) return this.result('diverged');
    this.snapshot('end');
    onProgress?.(1);
    return this.result('done');
  }

  private finished(): boolean {
    const { t2 } = this.schedule;
    return t2 !== null && this.steps >= t2 + this.model.settings.schedule.thirdSteps;
  }

  /** About how much is done: Phases I and II are counted by a guess until they are over. */
  private share(): number {
    const { thirdSteps, secondSteps } = this.model.settings.schedule;
    const { t1, t2 } = this.schedule;
    const early = t2 ?? Math.max((t1 ?? 50) + secondSteps, this.steps);
    return Math.min(1, this.steps / (early + thirdSteps));
  }

  /** @returns the loss at steps that are logged; NaN where a weight was found not to be finite */
  private step(): number | undefined {
    const { model, schedule } = this;
    const next = this.steps + 1;
    const loss = model.step(next % model.settings.logEvery === 0);
    this.steps = next;
    if (!schedule.open) return loss;
    const now = lengths(model.weights);
    if (!now.every(Number.isFinite)) return Number.NaN;
    const ended = schedule.advance(next, now);
    model.setThresholds(schedule.thresholds);
    if (ended) this.snapshot(schedule.phase === 'II' ? 'T1' : 'T2');
    return loss;
  }

  /** @returns whether everything is finite */
  private log(loss: number): boolean {
    const { model, schedule, steps } = this;
    const values = alignment(cosines(model.weights, model.dictionary), lengths(model.weights));
    if (!Number.isFinite(values.fracM) || (steps > 0 && !Number.isFinite(loss))) return false;
    this.curve.push({ step: steps, phase: schedule.phase, loss, ...values });
    return true;
  }

  private snapshot(moment: Snapshot['moment']): void {
    const { model, steps } = this;
    const table = cosines(model.weights, model.dictionary);
    this.snapshots.push({
      moment,
      step: steps,
      cosines: table,
      alignment: alignment(table, lengths(model.weights)),
      behaviour: measureBehaviour(model),
    });
  }

  private result(outcome: DecouplingRun['outcome']): DecouplingRun {
    const { steps, curve, snapshots } = this;
    const { t1, t2 } = this.schedule;
    return { outcome, steps, t1, t2, curve, snapshots };
  }
}
