// The latent tree's claims: their arithmetic on made-up numbers, where one number out of place fails, and those that are
// checked at once.
import * as torch from '@twoview/torch';
import { type Claim, findPaper, type ReportInput, type RunContext } from 'twoview/reproduce';
import {
  atLeastSeeds,
  boundChecks,
  type HltmClaim,
  HltmRuns,
  hltmExperiment,
  type ReferenceRuns,
  reference,
  smallReference,
} from 'twoview/reproduce/dual-networks';
import type { hltm } from 'twoview/theory';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const paper = findPaper('dual-networks');

const claim = (id: string): Claim => {
  const found = paper.claims.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no claim ${id}`);
  return found;
};

const trained = (id: string): HltmClaim => {
  const found = claim(id);
  if (!('checks' in found)) throw new Error(`${id} rests on no training`);
  return found as HltmClaim;
};

/** A run whose correlations are those of a reference, `offset` at the root added. */
function run(rows: ReferenceRuns, offset = 0, covariance: readonly number[][] = []): hltm.HltmResult {
  const moment = (epoch: number): hltm.HltmEpoch => {
    const { levels } = rows.rows.findLast((row) => row.epoch <= epoch)!;
    return {
      epoch,
      levels: levels.map((correlation, level) => ({
        correlation: correlation + (level === 0 ? offset : 0),
        selectivity: 0.1,
        weightNorm: 1,
      })),
      loss: epoch === 0 ? null : { mean: -0.5, deviation: 0.01 },
      covariance: covariance[epoch] ? [...covariance[epoch]] : null,
    };
  };
  const last = rows.rows.at(-1)!.epoch;
  return { bound: rows.bound, leafSum: 0.5, epochs: Array.from({ length: last + 1 }, (_, epoch) => moment(epoch)) };
}

/** Two seeds around the reference's mean, as far apart as its own. */
function seeds(rows: ReferenceRuns): hltm.HltmResult[] {
  const deviation = rows.rows.at(-1)!.rootDeviation ?? 0;
  return [run(rows, deviation), run(rows, -deviation)].map((each) => ({ ...each, bound: rows.bound + 0.2 }));
}

const find = (rows: readonly ReferenceRuns[], low: number, width: number): ReferenceRuns =>
  rows.find((row) => row.low === low && row.width === width)!;

/** Everything a claim asks for, as the reference has it. */
function runsOf({ groups }: HltmClaim): Record<string, hltm.HltmResult[]> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, { variant }]) => {
      const rows = find(variant.depth === 3 ? smallReference : reference, variant.low, variant.hidden ?? 10);
      return [name, seeds(rows)];
    }),
  );
}

const failed = (id: string, runs: Record<string, hltm.HltmResult[]>): string[] =>
  trained(id)
    .checks(new HltmRuns(runs))
    .filter(({ holds }) => !holds)
    .map(({ name }) => name);

/** The same with every run of a group changed. */
const changed = (
  runs: Record<string, hltm.HltmResult[]>,
  name: string,
  change: (levels: hltm.LevelMeasures[], epoch: number) => void,
): Record<string, hltm.HltmResult[]> => {
  const copy = structuredClone(runs);
  for (const { epochs } of copy[name]!) for (const { levels, epoch } of epochs) change(levels, epoch);
  return copy;
};

describe('claims on the reference’s numbers', () => {
  const bounded = (id: string): Record<string, hltm.HltmResult[]> => {
    const runs = runsOf(trained(id));
    for (const group of Object.values(runs)) for (const each of group) each.bound -= 0.2;
    return runs;
  };

  test('T13 holds, and fails where nothing is gained', () => {
    const runs = bounded('T13');
    expect(failed('T13', runs)).toEqual([]);
    const [name] = Object.keys(runs) as [string];
    const flat = changed(runs, name, (levels) => {
      levels[0]!.correlation = 0.8;
    });
    expect(failed('T13', flat)).toEqual(['root: gain', 'root at the end', 'Bayes bound - root']);
  });

  test('T14 holds, and fails where five units are no better than two', () => {
    const runs = bounded('T14');
    expect(failed('T14', runs)).toEqual([]);
    const same = { ...runs, 'L=5, polarity from 0.7, 5 units': runs['L=5, polarity from 0.7, 2 units']! };
    expect(failed('T14', same)).toEqual([
      'L=5, untrained: 5 - 2 units',
      'L=5, trained: 5 - 2 units',
      'L=5, trained: deviation, 5 - 2 units',
    ]);
  });

  test('T15 holds, and fails where more reliable edges do not help', () => {
    const runs = bounded('T15');
    expect(failed('T15', runs)).toEqual([]);
    const flat = { ...runs, 'L=5, polarity from 0.9, 10 units': runs['L=5, polarity from 0.8, 10 units']! };
    expect(failed('T15', flat)).toEqual(['10 units: from 0.9 - from 0.8']);
  });

  test('T16 holds, and fails where the bottom gains most', () => {
    const runs = bounded('T16');
    expect(failed('T16', runs)).toEqual([]);
    const bottom = changed(runs, 'L=5, polarity from 0.7, 10 units', (levels, epoch) => {
      if (epoch === 0) levels[4]!.correlation -= 0.5;
    });
    expect(failed('T16', bottom)).toEqual(['gain at the root - largest below', 'gain at the bottom - smallest above']);
    const low = changed(runs, 'L=5, polarity from 0.9, 5 units', (levels) => {
      levels[1]!.correlation = 0.99;
    });
    expect(failed('T16', low)).toEqual(['from 0.9, 5 units: lower level - upper, smallest']);
  });

  test('T20 holds with slower learning at T = .01, and not with faster', () => {
    const runs = bounded('T20');
    const slow = changed(runs, 'T=.01', (levels) => {
      levels[0]!.correlation -= 0.06;
    });
    expect(failed('T20', slow)).toEqual([]);
    const fast = changed(runs, 'T=.01', (levels) => {
      levels[0]!.correlation += 0.06;
    });
    expect(failed('T20', fast)).toEqual(['T=.1 - T=.01']);
  });

  test('T9 fails where a root is better than its bound', () => {
    expect(failed('T9', runsOf(trained('T9')))).toEqual([]);
    const runs = changed(runsOf(trained('T9')), 'watched', (levels, epoch) => {
      if (epoch === 1) levels[0]!.correlation = 1.2;
    });
    expect(failed('T9', runs)).toEqual(['root - bound, largest of all runs and epochs']);
  });

  test('T17 holds where the operator grows most at the root', () => {
    const rows = find(reference, 0.8, 10);
    const grown = (last: number[]) => ({
      watched: [run(rows, 0, [[0.0039, 0.0045], [0.46, 0.07], [1, 0.1], [2, 0.2], [3, 0.3], ...Array(16).fill(last)])],
    });
    expect(failed('T17', grown([3.4, 0.5]))).toEqual([]);
    expect(failed('T17', grown([3.4, 3.5]))).toEqual([
      'after five epochs: a level over the next below, smallest ratio',
    ]);
  });

  test('T18 fails for a loss that is not -1/2, a correlation that drifts, or a root that is known', () => {
    const rows = find(reference, 0.8, 10);
    const flat = run({ ...rows, rows: [rows.rows[0]!, { ...rows.rows[0]!, epoch: 5 }] });
    const severed = changed({ severed: [flat] }, 'severed', (levels) => {
      levels[0]!.correlation = 0.03;
    });
    const runs: Record<string, hltm.HltmResult[]> = {
      still: [flat],
      sameRoot: [flat, run({ ...rows, rows: [rows.rows[0]!, { ...rows.rows[0]!, epoch: 5 }] }, 0.01)],
      ...severed,
    };
    expect(failed('T18', runs)).toEqual([]);
    const biased = structuredClone(runs);
    for (const { epochs } of biased.sameRoot!) for (const { loss } of epochs) if (loss) loss.mean = -0.51;
    biased.still![0]!.epochs[3]!.levels[2]!.correlation += 0.02;
    biased.severed![0]!.epochs[2]!.levels[0]!.correlation = 0.1;
    expect(failed('T18', biased)).toEqual([
      '(i) change of a correlation, largest',
      '(ii) |mean loss + 1/2| in standard errors',
      '(iii) root, largest',
    ]);
  });
});

describe('claims that are checked at once', () => {
  const context: RunContext = {
    scale: 'minutes',
    seeds: [0],
    dataFolder: 'data',
    device: 'cpu',
    result: () => Promise.reject(new Error('no experiment is asked for')),
  };

  test.each(['T8', 'T11', 'T12'])('%s holds', async (id) => {
    expect(claim(id).experiments(context)).toEqual([]);
    const { status, reason } = await claim(id).run(context);
    expect(reason).toBeUndefined();
    expect(status).toBe('pass');
  });

  test('T9’s closed forms hold', () => {
    for (const { holds, name, measured } of boundChecks(3)) expect(holds, `${name}: ${measured}`).toBe(true);
  });
});

describe('experiments', () => {
  test('take more seeds where more are asked for', () => {
    expect(atLeastSeeds(5, [0, 1, 2])).toEqual([0, 1, 2, 3, 4]);
    expect(atLeastSeeds(2, [7, 8, 9])).toEqual([7, 8, 9]);
    expect(trained('T13').experiments({ scale: 'minutes', seeds: [0], dataFolder: '', device: 'cpu' })).toHaveLength(
      10,
    );
  });

  test('run, stop when asked, and are told apart by what they depend on', async () => {
    const variant = { low: 0.8, hidden: 2, depth: 2, samplesPerEpoch: 1280, epochs: 1 };
    const io = { folder: 'unused', onProgress: () => {}, shouldStop: () => false };
    const experiment = hltmExperiment(variant, 0);
    const { epochs } = await experiment.run(io);
    expect(epochs).toHaveLength(2);
    expect((await hltmExperiment({ ...variant, severed: true }, 0).run(io)).bound).toBeLessThan(0.02);
    await expect(experiment.run({ ...io, shouldStop: () => true })).rejects.toThrow('asked to stop');
    expect(hltmExperiment({ ...variant, severed: true }, 0).settings).not.toEqual(experiment.settings);
  });
});

test('the report draws what is known, and nothing where nothing is', () => {
  const claims = paper.claims.map(({ id }) => ({
    paper: paper.id,
    claim: id,
    status: 'notRun' as const,
    measured: {},
    threshold: {},
    seconds: 0,
    seeds: [],
  }));
  const input = (known: ReportInput['known']): ReportInput => ({
    context: { scale: 'minutes', seeds: [0, 1, 2], dataFolder: '', device: 'cpu' },
    outcomes: claims,
    known,
    command: 'npx twoview reproduce dual-networks',
    environment: {},
  });
  const empty = paper.report(input(() => undefined));
  expect(empty.page).not.toContain('The root over width');
  const covariance = Array.from({ length: 21 }, (_, epoch) => [5, 4, 3, 2, 1].map((norm) => norm * (1 + epoch)));
  const known = (({ name }: { name: string }) => {
    if (!name.startsWith('hltm')) return undefined;
    const rows = name.includes('L 3') ? find(smallReference, 0.8, 10) : find(reference, 0.8, 10);
    return run(rows, 0, covariance);
  }) as ReportInput['known'];
  const { page, tables } = paper.report(input(known));
  const captions = tables.map(({ caption }) => caption);
  expect(captions).toContain('Correlation by level, depth 5');
  expect(captions).toContain('Published: BYOL with BatchNorm replaced');
  const deep = tables.find(({ caption }) => caption === 'Correlation by level, depth 5')!;
  expect(deep.rows).toHaveLength(72);
  expect(deep.rows[1]).toEqual({
    name: '  reference',
    cells: ['0.298 ± 0.194', '0.307', '0.426', '0.696', '0.859', '0.866'],
  });
  for (const text of ['The root over width', 'The root over polarity', 'Covariance operator, 10 units', 'Bayes bound'])
    expect(page).toContain(text);
});
