// E7: the gradient of the loss.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { below, type Check } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { goldenTemperatures } from '../published.js';
import { differentiate, distances, gaussian, largestOf, loss, selections } from './latents.js';
import { paper } from './paper.js';

/** How far the gradient is from central differences, relative to its largest entry. */
function gradientError(z: Tensor, of: (z: Tensor) => Tensor): number {
  const { gradient } = differentiate(z, of);
  const step = 1e-6;
  const flat = Float64Array.from(z.data() as Float64Array);
  const at = (element: number, delta: number): number =>
    torch.scope(() => {
      const moved = Float64Array.from(flat);
      moved[element]! += delta;
      return of(torch.tensor(moved, { shape: z.shape })).item();
    });
  const numeric = Float64Array.from(flat, (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
  return largestOf(gradient.map((g, i) => g - numeric[i]!)) / largestOf(numeric);
}

export const gradients = unitClaim({
  id: 'E7',
  statement: 'The gradient of the loss is that of central differences.',
  source: paper('the loss'),
  expected: 'float64, 12 latents: relative error < 1e-5 for every selection, over all distances',
  measure(seed) {
    const z = gaussian(seed);
    return Object.fromEntries(
      selections.map((selection) => [
        selection,
        Math.max(
          ...distances.map((distance) =>
            gradientError(z, (latents) => loss(latents, selection, distance, goldenTemperatures[distance])),
          ),
        ),
      ]),
    );
  },
  checks: (worst): Check[] =>
    selections.map((selection) => below(`${selection}: relative error`, worst(selection), 1e-5)),
});
