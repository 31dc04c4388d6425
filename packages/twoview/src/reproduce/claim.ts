// What a paper claims, as something that can be measured: a statement, a threshold, and the experiments it rests on.
import type { ReportTable } from '../report/index.js';
import type { Experiment } from './experiment.js';

/** `minutes`: on two cores while one waits. `paper`: the published setting, on a GPU. */
export type Scale = 'minutes' | 'paper';

export const scales: readonly Scale[] = ['minutes', 'paper'];

/** What a claim is measured with. */
export interface ReproduceContext {
  scale: Scale;
  /** Experiments are repeated with each. */
  seeds: readonly number[];
  /** Folder with the public data sets, such as CIFAR-10. */
  dataFolder: string;
  /** `cpu` or `cuda:N`. */
  device: string;
}

/** A context while claims are being measured. */
export interface RunContext extends ReproduceContext {
  /** The experiment's result: from memory, from the folder of results, or computed now. */
  result<R>(experiment: Experiment<R>): Promise<R>;
}

/** Whether a claim came out, with the numbers by name beside their thresholds by the same name. */
export interface Verdict {
  status: 'pass' | 'fail' | 'notRun';
  measured: Record<string, number>;
  threshold: Record<string, string>;
  /** Names of the numbers that miss their threshold; left out where none does. */
  failed?: readonly string[];
  /** Seeds it was measured with, where they are not all that were asked for. */
  seeds?: readonly number[];
  /** Why it failed or was not run, or what a reader has to know of a pass. */
  reason?: string;
}

export interface Claim {
  /** Unique within its paper, such as `E1`. */
  id: string;
  /** One sentence. */
  statement: string;
  /** Where the paper says so. */
  source: string;
  /** The threshold in words. */
  expected: string;
  /** Scales at which it can be measured. */
  scales: readonly Scale[];
  /** What it rests on, so that the work is known beforehand; empty where it cannot be measured in this context. */
  experiments(context: ReproduceContext): readonly Experiment<unknown>[];
  /** Measures and judges. Throws only where something is broken, never because the claim fails. */
  run(context: RunContext): Promise<Verdict>;
}

/** The verdict on a claim, as it is written down. */
export interface ClaimOutcome extends Verdict {
  paper: string;
  claim: string;
  /** Computing time of all experiments the claim rests on, shared ones and those of earlier calls included, and its own. */
  seconds: number;
  seeds: readonly number[];
}

export interface Paper {
  /** As named on the command line, such as `feature-decorrelation`. */
  id: string;
  title: string;
  /** Authors, venue, year, arXiv number. */
  citation: string;
  claims: readonly Claim[];
  /** Draws the report of what was measured. */
  report(input: ReportInput): PaperReport;
}

export interface PaperReport {
  /** A whole HTML page. */
  page: string;
  /** What was measured setting by setting, as it is written down with the claims. */
  tables: readonly ReportTable[];
}

export interface ReportInput {
  context: ReproduceContext;
  outcomes: readonly ClaimOutcome[];
  /** Results that are there already; undefined for what was not computed. */
  known<R>(experiment: Experiment<R>): R | undefined;
  /** What was typed, to do it again. */
  command: string;
  environment: Readonly<Record<string, unknown>>;
}
