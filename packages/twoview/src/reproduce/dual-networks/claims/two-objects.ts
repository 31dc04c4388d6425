// T19: two objects that a linear neuron cannot tell, and how a ReLU that is a little selective becomes very much so.
import * as torch from '@twoview/torch';
import { covariance } from '../../../theory/index.js';
import { atMost, below, type Check, within } from '../../checks.js';
import { largest } from '../../statistics.js';
import { exactClaim } from './exact-claim.js';

const pixels = 8;
const selective: readonly [number, number] = [0.5, -0.3];
const agreeing: readonly [number, number] = [0.5, 0.3];

const size = (gradient: readonly number[]): number => largest(gradient.map(Math.abs));

/** Windows of A and B that are not as often as they have to be, over all shifts. */
function wrongCounts(): number {
  const expected = [
    { '11': 1, '10': 1, '01': 1, '00': pixels - 3 },
    { '11': 0, '10': 2, '01': 2, '00': pixels - 4 },
  ];
  const images = covariance.twoObjects(pixels);
  let wrong = 0;
  for (let object = 0; object < 2; object++) {
    for (let shift = 0; shift < pixels; shift++) {
      const counts = covariance.windowCounts(images.narrow(0, object, 1).narrow(1, shift, 1).flatten());
      for (const [window, count] of Object.entries(expected[object]!)) {
        if (counts[window as keyof typeof counts] !== count) wrong++;
      }
    }
  }
  return wrong;
}

/** |response to A - response to B - closed form| over weights of both signs. */
function differenceGap(): number {
  const weights: [number, number][] = [
    [0.5, -0.3],
    [0.2, -0.7],
    [-0.4, 0.9],
    [0.5, 0.3],
    [-0.5, -0.3],
  ];
  const images = covariance.twoObjects(pixels).narrow(1, 0, 1).squeeze(1);
  return largest(
    weights.map((weight) => {
      const [a, b] = covariance.response(images, torch.tensor(weight, { dtype: 'float64' })).tolist() as number[];
      return Math.abs(a! - b! - covariance.responseDifference(weight, pixels));
    }),
  );
}

export function twoObjectChecks(): Check[] {
  const descent = covariance.neuronDescent(selective, pixels).map((value) => pixels ** 2 * value);
  const path = covariance.trainNeuron(selective, { pixels, learningRate: 2, steps: 400 });
  const [w1, w2] = path.at(-1)!;
  return [
    atMost('windows that are counted wrongly', wrongCounts(), 0),
    below('response A - B, difference from the closed form', differenceGap(), 1e-12),
    below('linear neuron: gradient', size(covariance.neuronDescent(selective, pixels, 'linear')), 1e-12),
    below('w = (.5, .3): gradient', size(covariance.neuronDescent(agreeing, pixels)), 1e-12),
    below('w = (.5, -.3): |-d^2 dL - (0, -.15)|', size([descent[0]!, descent[1]! + 0.15]), 1e-12),
    within('w1 after 400 steps', w1, 8.665, 8.675),
    within('w2 after 400 steps', w2, -8.545, -8.535),
  ];
}

export const twoObjects = exactClaim({
  id: 'T19',
  statement:
    'Of two objects that differ in how neighbours go together, a linear neuron sees nothing and has no gradient; a ReLU grows the selectivity that it begins with.',
  source: 'example after Tian et al. 2020; numbers derived',
  expected:
    'd = 8: windows 11, 10, 01 once each for A, 10 and 01 twice for B; linear neuron and w = (.5, .3): gradient < 1e-12; w = (.5, -.3): -d^2 dL = (0, -.15); descent at lr 2: w = (8.67, -8.54) after 400 steps, to the digits given',
  measure: twoObjectChecks,
});
