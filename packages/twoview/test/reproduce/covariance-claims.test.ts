// Dual networks' exact claims: they hold with other seeds too, and one number out of place fails.
import { type Check, type Claim, findPaper, judge, type RunContext } from 'twoview/reproduce';
import { describe, expect, test } from 'vitest';

const context: RunContext = {
  scale: 'minutes',
  seeds: [3, 4],
  dataFolder: '/none',
  device: 'cpu',
  result: () => Promise.reject(new Error('nothing is kept')),
};

function claim(id: string): Claim {
  const found = findPaper('dual-networks').claims.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no claim ${id}`);
  return found;
}

/** The judgement of a claim on numbers of seeds, given as such a claim has it. */
function verdict(id: string, measured: readonly unknown[]) {
  const { checks } = claim(id) as unknown as { checks(measured: readonly unknown[]): Check[] };
  return judge(checks(measured));
}

test.each(['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T19'])('%s holds', async (id) => {
  const { status, measured, reason } = await claim(id).run(context);
  expect(reason).toBeUndefined();
  expect(status).toBe('pass');
  expect(Object.values(measured).every(Number.isFinite)).toBe(true);
  expect(claim(id).experiments(context)).toEqual([]);
});

describe('one seed with one number beyond its threshold fails', () => {
  const good = { gap: 1e-17, lowest: -1e-17 };
  const byol = { plain: 1e-17, zeroMean: 1e-17, alone: 1e-17, rate: -0.001 };
  const gaps = ['simple', 'softTriplet', 'infoNce'].map((name) => ({ name, weights: 1e-11, balance: 1e-11 }));
  const family = { gaps, same: 0, uniform: 1e-7 };
  const spoiled = [{ ...gaps[0]!, weights: 2e-9 }, ...gaps.slice(1)];
  const cases: [string, unknown, unknown][] = [
    ['T1', [1e-16], [1e-16, 2e-12]],
    ['T2', good, { ...good, gap: 2e-9 }],
    ['T2', good, { ...good, lowest: -2e-12 }],
    ['T3', { attracting: 0, tolerating: 0 }, { attracting: 0, tolerating: 2e-9 }],
    ['T4', 0, 2e-9],
    ['T5', byol, { ...byol, zeroMean: 2e-9 }],
    ['T5', byol, { ...byol, rate: 1e-6 }],
    ['T6', family, { ...family, gaps: spoiled }],
    ['T6', family, { ...family, same: 2e-12 }],
    ['T7', { gradient: 0, pair: 0 }, { gradient: 0, pair: Number.NaN }],
  ];
  test.each(cases)('%s', (id, right, wrong) => {
    expect(verdict(id, [right, right]).status).toBe('pass');
    expect(verdict(id, [right, wrong]).status).toBe('fail');
  });
});
