// twoview theory decoupling: trains the sparse coding model and says what its neurons learnt, phase by phase.
import * as torch from '@twoview/torch';
import type { Command } from 'commander';
import { type NamedRun, neuronHeatmaps, phaseLines, renderTheoryPage } from '../../report/index.js';
import { decoupling } from '../../theory/index.js';
import { exitCode, print, printError, printJson, table } from '../output.js';
import { listenForStop } from '../stop.js';
import { createProgress } from './progress.js';
import { readSettings, saveReport, type TheoryFlags, theoryCommand, typedCommand } from './settings.js';

const name = 'decoupling';

interface ArmRun extends NamedRun {
  settings: decoupling.DecouplingSettings;
}

const columns = [
  ['loss', 'loss'],
  ['frac_M', 'fracM'],
  ['maxcos', 'medianMaxcos'],
  ['pure', 'pure'],
  ['coverage', 'coverage'],
  ['c_noise', 'noiseCosine'],
  ['c_sig', 'signalCosine'],
  ['act', 'active'],
  ['R2', 'r2'],
  ['acc', 'accuracy'],
  ['kNN', 'knn'],
] as const;

/** The measures of every snapshot. */
function phaseTable({ run }: ArmRun): string {
  const rows = run.snapshots.map(({ moment, step, alignment, behaviour }) => {
    const values = { ...alignment, ...behaviour };
    return [`${moment} (step ${step})`, ...columns.map(([, key]) => values[key].toFixed(3))];
  });
  return table(['', ...columns.map(([title]) => title)], rows);
}

const outcomes: Readonly<Record<decoupling.DecouplingRun['outcome'], string | undefined>> = {
  done: undefined,
  stopped: undefined,
  silenced:
    'No neuron is active at the end of Phase II: the thresholds outgrew the weights, and nothing more is learnt. Try a smaller schedule.rho.',
  diverged: 'A weight is no longer finite: try a smaller training.learningRate.',
};

/** What came out, a sentence each. */
function findings({ label, run, settings }: ArmRun): string[] {
  const problem = outcomes[run.outcome];
  if (problem !== undefined) return [`${label}: ${problem}`];
  const k = decoupling.expectedGrowth(settings.data, settings.kind);
  const { kept } = decoupling.lottery(run.snapshots[0]!.cosines, run.snapshots.at(-1)!.cosines);
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const { alignment, behaviour } = run.snapshots.at(-1)!;
  return [
    `${label}: in Phase I the signal grows by ${k.signal.toFixed(3)} and the noise by ${k.noise.toFixed(3)} (eigenvalues of E[x+ x++^T], derived).`,
    `${label}: ${percent(alignment.coverage)} of the atoms are learnt, ${percent(alignment.pure)} of the neurons are pure, ${percent(kept)} end on the atom they started nearest to; the loss is ${behaviour.loss.toFixed(2)}.`,
  ];
}

/** Trains every arm with every seed. Returns undefined when it was interrupted. */
async function train(
  arms: readonly { label: string; settings: decoupling.DecouplingSettings }[],
  silent: boolean,
): Promise<ArmRun[] | undefined> {
  const progress = createProgress(silent);
  const { shouldStop, release } = listenForStop();
  try {
    const runs: ArmRun[] = [];
    for (const [i, arm] of arms.entries()) {
      const onProgress = (share: number): void => progress.update((i + share) / arms.length, arm.label);
      const run = await decoupling.trainDecoupling(arm.settings, { onProgress, shouldStop });
      if (run.outcome === 'stopped') return undefined;
      runs.push({ ...arm, run });
    }
    return runs;
  } finally {
    progress.close();
    release();
  }
}

async function run(overrides: string[], flags: TheoryFlags): Promise<void> {
  const { arms, seeds, ...shared } = readSettings(decoupling.decouplingCommandSchema, overrides, name);
  torch.setNumThreads(1);
  const named = arms.flatMap((kind) =>
    seeds.map((seed) => ({
      label: seeds.length > 1 ? `${kind}, seed ${seed}` : kind,
      settings: decoupling.decouplingSettings({ ...shared, kind, seed }),
    })),
  );
  const runs = await train(named, flags.json ?? false);
  if (!runs) {
    printError('interrupted; nothing is kept');
    process.exitCode = exitCode.interrupted;
    return;
  }
  if (!flags.json) for (const one of runs) print(`${one.label}\n${phaseTable(one)}\n`);
  const lead = runs.flatMap(findings);
  if (flags.json) printJson({ runs, findings: lead });
  else print(lead.join('\n'));
  const page = renderTheoryPage({
    title: 'Feature decoupling',
    lead,
    figures: [
      {
        title: 'What neurons learn',
        note: 'Cosine of each neuron with each atom; rows are sorted by their largest atom.',
        figures: runs.flatMap(neuronHeatmaps),
      },
      { title: 'The three phases', figures: phaseLines(runs) },
    ],
    command: typedCommand(),
  });
  saveReport(flags, name, page);
}

export function defineDecoupling(theory: Command): void {
  theoryCommand(theory, name, decoupling.decouplingCommandSchema)
    .description(
      'Trains a network of one layer on sparse codes under dense noise (Wen, Li 2021), for each kind of views and each seed, and prints what its neurons learnt in each phase. A run takes some seconds.',
    )
    .action(run);
}
