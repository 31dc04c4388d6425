// Runs a paper's claims: the experiments they share once each, then every claim's judgement.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeReport } from '../report/index.js';
import { writeFileAtomic } from '../runs/index.js';
import { notRun } from './checks.js';
import type { Claim, ClaimOutcome, Paper, ReproduceContext, RunContext } from './claim.js';
import { type Experiment, experimentKey, InterruptedError } from './experiment.js';
import { stringifyJson } from './json.js';
import { ExperimentStore } from './store.js';

/** How far the experiments are. */
export interface ReproduceProgress {
  /** The experiment at work. */
  experiment: string;
  /** Experiments finished in this call, and how many have to be computed in it. */
  finished: number;
  total: number;
  /** Share of all work in this call that is done, from 0 to 1. */
  share: number;
  secondsLeft: number;
}

export interface ReproduceOptions extends ReproduceContext {
  /** Folder of results: `claims.json`, `report.html`, `experiments/`. */
  out: string;
  /** One claim alone; all of them if left out. */
  claim?: string;
  /** What was typed, for the report. */
  command: string;
  /** Machine and versions, written down with the results. */
  environment: Readonly<Record<string, unknown>>;
  onProgress?: (progress: ReproduceProgress) => void;
  /** Sees each claim as soon as it is judged. */
  onOutcome?: (outcome: ClaimOutcome) => void;
  shouldStop?: () => boolean;
}

export interface Reproduction {
  outcomes: readonly ClaimOutcome[];
  /** Paths of what was written. */
  claims: string;
  report: string;
}

/**
 * Measures a paper's claims and writes `claims.json` and `report.html` into the folder. Experiments that the folder holds
 * already are not computed again.
 *
 * @throws InterruptedError when it was asked to stop; finished experiments are kept
 * @throws Error if there is no such claim, or an experiment breaks
 */
export async function reproduce(paper: Paper, options: ReproduceOptions): Promise<Reproduction> {
  const chosen = chooseClaims(paper, options.claim);
  mkdirSync(options.out, { recursive: true });
  const store = new ExperimentStore(options.out);
  const { scale, seeds, dataFolder, device } = options;
  const context: ReproduceContext = { scale, seeds, dataFolder, device };
  const work = new Workload(store, options);
  const runnable = chosen.filter((claim) => claim.scales.includes(scale));
  const needed = runnable.flatMap((claim) => claim.experiments(context));
  for (const experiment of work.plan(needed)) await work.compute(experiment);

  const outcomes: ClaimOutcome[] = [];
  for (const claim of chosen) {
    const outcome = await judgeClaim(paper, claim, context, work);
    outcomes.push(outcome);
    options.onOutcome?.(outcome);
  }
  const { command, environment } = options;
  const known = <R>(experiment: Experiment<R>): R | undefined => store.find(experiment)?.result;
  const { page, tables } = paper.report({ context, outcomes, known, command, environment });
  const claims = path.join(options.out, 'claims.json');
  const record = {
    paper: paper.id,
    citation: paper.citation,
    scale,
    seeds,
    command,
    environment,
    claims: outcomes,
    tables,
  };
  writeFileAtomic(claims, `${stringifyJson(record)}\n`);
  return { outcomes, claims, report: writeReport(options.out, page) };
}

function chooseClaims(paper: Paper, id: string | undefined): readonly Claim[] {
  if (id === undefined) return paper.claims;
  const found = paper.claims.filter((claim) => claim.id === id);
  if (found.length > 0) return found;
  throw new RangeError(`${paper.id} has no claim ${id}; it has ${paper.claims.map((claim) => claim.id).join(', ')}`);
}

async function judgeClaim(
  paper: Paper,
  claim: Claim,
  context: ReproduceContext,
  work: Workload,
): Promise<ClaimOutcome> {
  const began = performance.now();
  let computed = 0;
  let waited = 0;
  const running: RunContext = {
    ...context,
    async result(experiment) {
      const asked = performance.now();
      const { seconds, result } = await work.compute(experiment);
      waited += (performance.now() - asked) / 1000;
      computed += seconds;
      return result;
    },
  };
  const verdict = claim.scales.includes(context.scale)
    ? await claim.run(running)
    : notRun(`it is measured at scale ${claim.scales.join(' and ')} alone`);
  const own = (performance.now() - began) / 1000 - waited;
  const seeds = verdict.seeds ?? (verdict.status === 'notRun' ? [] : context.seeds);
  return { paper: paper.id, claim: claim.id, ...verdict, seconds: computed + own, seeds };
}

/** Computes experiments once each, and knows how much is left. */
class Workload {
  private readonly began = performance.now();
  private total = 0;
  private count = 0;
  private finished = 0;
  private done = 0;

  constructor(
    private readonly store: ExperimentStore,
    private readonly options: Pick<ReproduceOptions, 'onProgress' | 'shouldStop'>,
  ) {}

  /** Those that have no result yet, each once; they are counted as the work to come. */
  plan(experiments: readonly Experiment<unknown>[]): Experiment<unknown>[] {
    const distinct = new Map(experiments.map((experiment) => [experimentKey(experiment), experiment]));
    const missing = [...distinct.values()].filter((experiment) => !this.store.find(experiment));
    this.count += missing.length;
    this.total += missing.reduce((sum, { cost }) => sum + cost, 0);
    return missing;
  }

  async compute<R>(experiment: Experiment<R>): Promise<{ seconds: number; result: R }> {
    const stored = this.store.find(experiment);
    if (stored) return stored;
    if (this.stops()) throw new InterruptedError('asked to stop');
    const began = performance.now();
    this.report(experiment, 0);
    const result = await experiment.run({
      folder: this.store.folderOf(experiment),
      onProgress: (part) => this.report(experiment, part),
      shouldStop: () => this.stops(),
    });
    const computed = { seconds: (performance.now() - began) / 1000, result };
    this.store.save(experiment, computed);
    this.done += experiment.cost;
    this.finished += 1;
    return computed;
  }

  private stops(): boolean {
    return this.options.shouldStop?.() ?? false;
  }

  private report(experiment: Experiment<unknown>, part: number): void {
    const share = Math.min((this.done + part) / Math.max(this.total, this.done + experiment.cost), 1);
    const seconds = (performance.now() - this.began) / 1000;
    this.options.onProgress?.({
      experiment: experiment.name,
      finished: this.finished,
      total: Math.max(this.count, this.finished + 1),
      share,
      secondsLeft: share > 0 ? (seconds * (1 - share)) / share : Number.POSITIVE_INFINITY,
    });
  }
}
