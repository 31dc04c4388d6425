// A made-up paper with two claims on shared experiments, which counts what it computes.
import type { Claim, Experiment, Paper, ReportInput } from 'twoview/reproduce';
import { atLeast, InterruptedError, judge } from 'twoview/reproduce';

export interface Counted {
  paper: Paper;
  /** Names of the experiments in the order in which they were computed. */
  computed: string[];
  reports: ReportInput[];
}

/** @param values what the experiments `a`, `b`, `c` find */
export function countingPaper(values: Record<string, number>): Counted {
  const computed: string[] = [];
  const reports: ReportInput[] = [];
  const experiment = (name: string, seed: number): Experiment<{ value: number; list: number[] }> => ({
    name: `${name} ${seed}`,
    settings: { name, seed },
    cost: 10,
    async run({ onProgress, shouldStop }) {
      onProgress(5);
      if (shouldStop()) throw new InterruptedError('asked to stop');
      computed.push(`${name} ${seed}`);
      return { value: values[name]!, list: [Number.NaN, Number.POSITIVE_INFINITY, seed] };
    },
  });
  const claim = (id: string, names: string[], scales: Claim['scales'] = ['minutes']): Claim => ({
    id,
    statement: `${id} holds.`,
    source: 'table 1',
    expected: 'at least 1',
    scales,
    experiments: ({ seeds }) => names.flatMap((name) => seeds.map((seed) => experiment(name, seed))),
    async run({ seeds, result }) {
      const checks = [];
      for (const name of names) {
        for (const seed of seeds)
          checks.push(atLeast(`${name} ${seed}`, (await result(experiment(name, seed))).value, 1));
      }
      return judge(checks);
    },
  });
  const paper: Paper = {
    id: 'made-up',
    title: 'Made up',
    citation: 'Nobody, never',
    claims: [claim('C1', ['a', 'b']), claim('C2', ['b', 'c']), claim('C3', ['c'], ['paper'])],
    report: (input) => {
      reports.push(input);
      return { page: '<!doctype html><title>made up</title>', tables: [{ caption: 't', head: ['x'], rows: [] }] };
    },
  };
  return { paper, computed, reports };
}
