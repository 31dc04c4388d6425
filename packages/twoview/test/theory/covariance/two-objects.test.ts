// The two objects: windows, what a neuron sees of them, and how it trains; golden values.
import * as torch from '@twoview/torch';
import {
  neuronDescent,
  neuronOperator,
  response,
  responseDifference,
  trainNeuron,
  twoObjects,
  windowCounts,
} from 'twoview/theory/covariance';
import { expect, test } from 'vitest';

const images = twoObjects(8);
const image = (object: number, shift: number) => images.narrow(0, object, 1).narrow(1, shift, 1).flatten();

test('every shift of A shows 11, 10 and 01 once, of B 10 and 01 twice', () => {
  for (let shift = 0; shift < 8; shift++) {
    expect(windowCounts(image(0, shift))).toEqual({ '11': 1, '10': 1, '01': 1, '00': 5 });
    expect(windowCounts(image(1, shift))).toEqual({ '11': 0, '10': 2, '01': 2, '00': 4 });
  }
  const different = new Set((images.flatten(0, 1).tolist() as number[][]).map(String));
  expect(different.size).toBe(16);
});

test('a ReLU tells the objects by the smaller weight if the signs differ; a linear neuron never does', () => {
  for (const weight of [
    [0.5, -0.3],
    [-0.2, 0.9],
    [0.4, 0.7],
    [-0.4, -0.7],
  ] as [number, number][]) {
    const w = torch.tensor(weight, { dtype: 'float64' });
    const [a, b] = [response(image(0, 3), w).item(), response(image(1, 3), w).item()];
    expect(a - b).toBeCloseTo(responseDifference(weight, 8), 15);
    expect(response(image(0, 3), w, 'linear').item()).toBeCloseTo(response(image(1, 3), w, 'linear').item(), 15);
  }
  expect(responseDifference([0.5, -0.3], 8)).toBeCloseTo(-0.0375, 15);
});

test('the gradient by autograd: (0, -.15) / d^2 where the signs differ, nothing else', () => {
  const [w1, w2] = neuronDescent([0.5, -0.3], 8);
  expect(64 * w1).toBeCloseTo(0, 14);
  expect(64 * w2).toBeCloseTo(-0.15, 14);
  expect(neuronDescent([0.5, 0.3], 8).map(Math.abs)).toEqual([0, 0]);
  for (const value of neuronDescent([0.5, -0.3], 8, 'linear')) expect(Math.abs(value)).toBeLessThan(1e-12);
});

test('the covariance operator gives the same direction', () => {
  for (const weight of [
    [0.5, -0.3],
    [-0.3, 0.8],
    [0.5, 0.3],
  ] as [number, number][]) {
    const w = torch.tensor(weight, { shape: [1, 2], dtype: 'float64' });
    const predicted = (neuronOperator(weight, 8).apply(w).mul(2).tolist() as number[][])[0]!;
    for (const [i, value] of neuronDescent(weight, 8).entries()) expect(predicted[i]).toBeCloseTo(value, 15);
  }
  expect(neuronOperator([0.5, -0.3], 8, 'linear').norm()).toBeLessThan(1e-15);
});

test('descent: the smaller weight catches up, then both grow without bound', () => {
  const path = trainNeuron([0.5, -0.3], { pixels: 8, learningRate: 2, steps: 400 });
  expect(path).toHaveLength(401);
  expect(path[0]).toEqual([0.5, -0.3]);
  path.slice(0, -1).forEach(([w1, w2], step) => {
    // One weight moves at a time: the smaller one.
    const [v1, v2] = path[step + 1]!;
    expect([v1 > w1 + 1e-9, v2 < w2 - 1e-9]).toEqual([w1 < -w2, w1 >= -w2]);
  });
  expect(path[400]![0]).toBeCloseTo(8.67, 2);
  expect(path[400]![1]).toBeCloseTo(-8.54, 2);
  // Each step is 2 V_x[K] w, by autograd.
  for (const step of [0, 50, 399]) {
    for (const [i, value] of neuronDescent(path[step]!, 8).entries()) {
      expect(path[step + 1]![i]).toBeCloseTo(path[step]![i]! + 2 * value, 13);
    }
  }
  expect(trainNeuron([0.5, 0.3], { pixels: 8, learningRate: 2, steps: 5 }).at(-1)).toEqual([0.5, 0.3]);
});

test('rings that are too small, and settings that make no sense, are refused', () => {
  expect(() => twoObjects(4)).toThrow(/from 5 to 64/);
  expect(() => trainNeuron([1, -1], { pixels: 8, learningRate: 0, steps: 1 })).toThrow(RangeError);
  expect(() => trainNeuron([1, -1], { pixels: 8, learningRate: 1, steps: 1e7 })).toThrow(/steps/);
  expect(() => trainNeuron([Number.NaN, 1], { pixels: 8, learningRate: 1, steps: 1 })).toThrow(RangeError);
});
