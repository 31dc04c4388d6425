// Gradients by central differences in float64, to compare autograd's with.

import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Standard normal [rows, columns] in float64 from a seed. */
export function gaussian(seed: number, rows: number, columns: number): Tensor {
  return torch.randn([rows, columns], { dtype: 'float64', generator: new torch.Generator({ seed }) });
}

/** d loss / d x of each input, by central differences with step `h`; the error is about h^2. */
export function numericGradients(
  loss: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  h = 1e-5,
): number[][] {
  return inputs.map((input, which) => {
    const flat = input.detach().data() as Float64Array;
    const at = (element: number, delta: number): number =>
      torch.scope(() => {
        const moved = Float64Array.from(flat);
        moved[element]! += delta;
        const replaced = inputs.map((x, i) => (i === which ? torch.tensor(moved, { shape: x.shape }) : x.detach()));
        return loss(...replaced).item();
      });
    return Array.from(flat, (_, i) => (at(i, h) - at(i, -h)) / (2 * h));
  });
}

/** The loss and autograd's gradient of each input, flattened. */
export function valueAndGradients(
  loss: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): { value: number; gradients: number[][] } {
  return torch.scope(() => {
    const leaves = inputs.map((x) => x.detach().clone().requiresGrad_());
    const value = loss(...leaves);
    const gradients = torch.grad(value, leaves).map((g) => Array.from(g.data() as Float64Array, Number));
    return { value: value.item(), gradients };
  });
}

/** The largest absolute difference between two lists of vectors. */
export function largestDifference(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}

/** The largest absolute difference in units of the largest element of `reference`. */
export function relativeError(actual: readonly number[][], reference: readonly number[][]): number {
  return largestDifference(actual, reference) / Math.max(...reference.flat().map(Math.abs));
}

/** How far autograd's gradient of a loss is from central differences, relative to the largest element. */
export function gradientError(loss: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): number {
  return relativeError(valueAndGradients(loss, inputs).gradients, numericGradients(loss, inputs));
}
