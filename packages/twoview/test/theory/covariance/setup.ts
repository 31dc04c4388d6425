// Small populations, and distances between tensors.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { createReluNetwork, type LayerOnData, type ReluNetwork } from 'twoview/theory/covariance';

export const sizes = [6, 7, 5, 4];
export const [points, views] = [5, 4];

export interface Small {
  network: ReluNetwork;
  /** [5, 4, 6] */
  data: Tensor;
  generator: torch.Generator;
}

/** @param scatter of views around their point, whose deviation is 1 */
export function small(seed: number, scatter = 0.5): Small {
  const generator = new torch.Generator({ seed });
  const network = createReluNetwork({ sizes, generator });
  const draw = (count: number): Tensor => torch.randn([points, count, sizes[0]!], { generator, dtype: 'float64' });
  const centres = draw(1);
  return { network, data: centres.add(draw(views), { alpha: scatter }), generator };
}

export const layersOf = ({ network, data }: Small): (LayerOnData & { weight: Tensor })[] =>
  network.weights.map((weight, i) => ({ network, data, layer: i + 1, weight }));

/** Largest absolute difference in units of the largest element of `expected`. */
export function relative(actual: Tensor, expected: Tensor): number {
  return actual.sub(expected).abs().max().item() / expected.abs().max().item();
}

export const absolute = (actual: Tensor, expected: Tensor): number => actual.sub(expected).abs().max().item();
