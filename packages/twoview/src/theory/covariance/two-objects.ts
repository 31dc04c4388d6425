// Why ReLU and locality matter: two objects on a ring of pixels, seen at every shift, and one neuron that looks at pairs of neighbours
// (after an example in Tian et al. 2020; numbers derived). A linear neuron cannot tell the objects and learns nothing; a
// ReLU grows what little selectivity it begins with.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { simpleContrastiveOf } from '../../objectives/index.js';
import { checkWhole } from './check.js';
import { betweenCore } from './cores.js';
import { ConnectionOperator } from './operator.js';
import { contrastivePopulationLoss } from './population-loss.js';
import { enumerateDraws } from './samples.js';

export type Activation = 'relu' | 'linear';

const mostPixels = 64;
const mostSteps = 1_000_000;

/**
 * Object A is two ones side by side, object B two ones with a gap; augmentation is every shift of the ring.
 *
 * @param pixels d, from 5 to 64: below that B is its own mirror image or meets A
 * @returns [2, d, d]: objects, shifts, pixels
 */
export function twoObjects(pixels: number): Tensor {
  checkWhole('twoObjects', 'pixels', pixels, 5, mostPixels);
  const values = new Float64Array(2 * pixels * pixels);
  [1, 2].forEach((gap, object) => {
    for (let shift = 0; shift < pixels; shift++) {
      const row = (object * pixels + shift) * pixels;
      values[row + shift] = 1;
      values[row + ((shift + gap) % pixels)] = 1;
    }
  });
  return torch.tensor(values, { shape: [2, pixels, pixels] });
}

/** All windows (x_i, x_{i+1}) of images [..., d] on a ring: [..., d, 2]. */
export function windows(images: Tensor): Tensor {
  return torch.stack([images, images.roll([-1], [-1])], -1);
}

/** How often an image [d] of zeros and ones shows each window, by its two pixels. */
export function windowCounts(image: Tensor): Record<'11' | '10' | '01' | '00', number> {
  const counts = { '11': 0, '10': 0, '01': 0, '00': 0 };
  for (const [a, b] of windows(image).tolist() as number[][]) counts[`${a}${b}` as keyof typeof counts]++;
  return counts;
}

/** The neuron's response, mean_i sigma(w . (x_i, x_{i+1})), to images [..., d]: [...]. @param weight [2] */
export function response(images: Tensor, weight: Tensor, activation: Activation = 'relu'): Tensor {
  const h = windows(images).matmul(weight);
  return (activation === 'relu' ? h.relu() : h).mean([-1]);
}

/** Response to A less response to B of the ReLU: -min(|w1|, |w2|) / d where the signs differ, 0 where they agree. */
export function responseDifference(weight: readonly [number, number], pixels: number): number {
  const [w1, w2] = weight;
  return w1 * w2 < 0 ? -Math.min(Math.abs(w1), Math.abs(w2)) / pixels : 0;
}

/** -dL/dw of the simple contrastive loss by autograd over all draws: [2]. */
export function neuronDescent(weight: readonly [number, number], pixels: number, activation: Activation = 'relu') {
  return torch.enableGrad(() =>
    torch.scope((): [number, number] => {
      const w = torch.tensor([...weight], { dtype: 'float64' }).requiresGrad_();
      const images = twoObjects(pixels).reshape([2 * pixels, pixels]);
      const loss = contrastivePopulationLoss((r) => simpleContrastiveOf(r), enumerateDraws(2, pixels));
      const [gradient] = torch.grad(loss(response(images, w, activation).unsqueeze(-1)), [w]);
      return gradient!.neg().tolist() as [number, number];
    }),
  );
}

/** The neuron's covariance operator over objects and shifts; its connection is the mean of the windows that it responds to. */
export function neuronOperator(
  weight: readonly [number, number],
  pixels: number,
  activation: Activation = 'relu',
): ConnectionOperator {
  const { jacobians, inputs, core } = torch.scope(() => {
    const seen = windows(twoObjects(pixels)).reshape([2 * pixels, pixels, 2]);
    const h = seen.matmul(torch.tensor([...weight], { dtype: 'float64' }));
    const open = activation === 'relu' ? h.gt(0).to({ dtype: 'float64' }) : torch.onesLike(h);
    const inputs = seen.mul(open.unsqueeze(-1)).mean([1]);
    const jacobians = torch.ones([2 * pixels, 1, 1], { dtype: 'float64' });
    return { jacobians, inputs, core: betweenCore(2, pixels) };
  });
  return new ConnectionOperator({ jacobians, inputs }, core);
}

export interface NeuronTraining {
  /** d. */
  pixels: number;
  learningRate: number;
  steps: number;
}

/**
 * Gradient descent on the simple contrastive loss from `start`, with -dL/dw = 2 V_x[K̄] w. Nothing normalises the response, so
 * that selective weights grow without bound.
 *
 * @returns weights before each step and after the last, steps + 1 of them
 * @throws RangeError on settings that are not positive, or more than a million steps
 */
export function trainNeuron(start: readonly [number, number], options: NeuronTraining): [number, number][] {
  const { pixels, learningRate, steps } = options;
  checkWhole('trainNeuron', 'pixels', pixels, 5, mostPixels);
  checkWhole('trainNeuron', 'steps', steps, 0, mostSteps);
  if (!(learningRate > 0) || !Number.isFinite(learningRate) || !start.every(Number.isFinite)) {
    throw new RangeError('trainNeuron: the learning rate must be positive, and the weights finite');
  }
  const path: [number, number][] = [[...start]];
  for (let step = 0; step < steps; step++) {
    const [w1, w2] = path[step]!;
    const [d1, d2] = differenceOfConnections([w1, w2], pixels);
    // Two equally likely objects: 2 V = (K̄_A - K̄_B)(K̄_A - K̄_B)^T / 2.
    const rate = (learningRate / 2) * (d1 * w1 + d2 * w2);
    path.push([w1 + rate * d1, w2 + rate * d2]);
  }
  return path;
}

/** K̄_A - K̄_B of the ReLU by window counts: A shows 11, 10 and 01 once each, B shows 10 and 01 twice. */
function differenceOfConnections([w1, w2]: readonly [number, number], pixels: number): [number, number] {
  const both = w1 + w2 > 0 ? 1 : 0;
  return [(both - (w1 > 0 ? 1 : 0)) / pixels, (both - (w2 > 0 ? 1 : 0)) / pixels];
}
