// Schedules against the formulas of the papers, and the moving average against its definition.
import { tensor } from '@twoview/torch';
import {
  byolMomentum,
  constant,
  cosine,
  emaUpdate,
  exponential,
  linear,
  multiStep,
  type Schedule,
  scheduleAt,
  warmup,
} from '@twoview/torch/optim';
import { describe, expect, it } from 'vitest';

const at = (schedule: Schedule, steps: number[]) =>
  steps.map((step) => scheduleAt(JSON.parse(JSON.stringify(schedule)), step));

describe('a schedule', () => {
  it('is plain data that says a number for every step', () => {
    expect(at(constant(0.3), [0, 10])).toEqual([0.3, 0.3]);
    expect(at(linear(1, 0, 4), [0, 1, 4, 9])).toEqual([1, 0.75, 0, 0]);
    expect(at(multiStep(1, [2, 4], 0.5), [0, 1, 2, 3, 4, 99])).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(at(exponential(2, 0.25, 2), [0, 1, 2])).toEqual([2, 1, 0.5]);
  });

  it('cosine goes from start to minimum by half a period and stays there', () => {
    const [start, quarter, half, end, past] = at(cosine(0.5, 100, 0.1), [0, 25, 50, 100, 150]);
    expect(start).toBe(0.5);
    expect(quarter).toBeCloseTo(0.1 + 0.2 * (1 + Math.SQRT1_2), 12);
    expect(half).toBeCloseTo(0.3, 12);
    expect(end).toBe(0.1);
    expect(past).toBe(0.1);
  });

  it('warm-up rises on a line to where the next schedule starts, which then counts from its own zero', () => {
    const schedule = warmup(4, cosine(1, 10), 0);
    expect(at(schedule, [0, 1, 2, 3, 4])).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(scheduleAt(schedule, 9)).toBeCloseTo(0.5, 12);
    expect(scheduleAt(schedule, 14)).toBe(0);
    expect(scheduleAt(warmup(0, constant(2)), 0)).toBe(2);
  });

  it('of the EMA momentum is the BYOL paper’s', () => {
    const [base, steps] = [0.996, 1000];
    for (const k of [0, 1, 333, 500, 999, 1000]) {
      const tau = 1 - ((1 - base) * (Math.cos((Math.PI * k) / steps) + 1)) / 2;
      expect(scheduleAt(byolMomentum(base, steps), k)).toBeCloseTo(tau, 14);
    }
  });
});

describe('emaUpdate', () => {
  it('moves every target tensor towards the online one', () => {
    const target = [tensor([1, 2]), tensor([[4]])];
    const online = [tensor([3, 4], { requiresGrad: true }), tensor([[0]])];
    emaUpdate(target, online, 0.75);
    expect(target.map((t) => t.tolist())).toEqual([[1.5, 2.5], [[3]]]);
    expect(target[0]?.requiresGrad).toBe(false);
  });

  it('refuses lists that do not match and a momentum outside [0, 1]', () => {
    expect(() => emaUpdate([tensor([1])], [], 0.5)).toThrow(/1 tensors, the online network 0/);
    expect(() => emaUpdate([tensor([1])], [tensor([1, 2])], 0.5)).toThrow(/shape \[1\]/);
    expect(() => emaUpdate([], [], 1.5)).toThrow(/momentum is from 0 to 1/);
  });
});
