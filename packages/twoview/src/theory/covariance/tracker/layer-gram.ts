// Inner products of the connections of a real layer: K(x) v is the gradient of v . z(x) in the layer's weights, input times
// back-propagated v, summed over positions where a convolution shares its weights. A layer of millions of weights and a few
// hundred gradients: only their products are kept.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Conv2d } from '@twoview/torch/nn';
import type { LayerRecord } from './record.js';

/** Elements of the largest tensor made on the way: 128 MB of float32. */
const mostElements = 2 ** 25;

/** Input of a layer as what each output position sees: [S, Q, n_in] with Q positions, in the order of the weight's own axes. */
function patches({ layer, input }: Pick<LayerRecord, 'layer' | 'input'>): Tensor {
  if (!(layer instanceof Conv2d)) return input.unsqueeze(1);
  const { kernelSize, dilation, padding, stride } = layer;
  return input.im2col(kernelSize, dilation, padding, stride).transpose(1, 2);
}

/** Output gradients [S, n_out] or [S, C', H', W'] by position: [S, Q, n_out]. */
const byPosition = (gradient: Tensor): Tensor =>
  gradient.ndim === 4 ? gradient.flatten(2).transpose(1, 2) : gradient.unsqueeze(1);

interface Sizes {
  samples: number;
  directions: number;
  positions: number;
  inputs: number;
  outputs: number;
}

/**
 * <K(x_s) v_p, K(x_t) v_q> of S samples and P directions.
 *
 * @param record of S samples
 * @param gradients of v_p . z in the layer's output, one a direction
 * @returns [S P, S P] in float64 on the CPU, a sample's directions one after the other
 */
export function layerGram(record: LayerRecord, gradients: readonly Tensor[]): Tensor {
  return torch.scope(() => {
    const directions = gradients.length;
    const outer = torch.stack(gradients.map(byPosition), 1); // [S, P, Q, n_out]
    const [samples, , positions, outputs] = outer.shape as [number, number, number, number];
    if (patches({ layer: record.layer, input: record.input.narrow(0, 0, 1) }).shape[1] !== positions) {
      throw new RangeError("a convolution with padding 'same' is not supported here: give its padding in pixels");
    }
    const inputs = record.layer.weight.numel / outputs;
    const sizes: Sizes = { samples, directions, positions, inputs, outputs };
    const gram = productsAreCheaper(sizes)
      ? gramOfProducts(record, outer, sizes)
      : gramOfGradients(record, outer, sizes);
    return gram.to({ device: 'cpu', dtype: 'float64' });
  });
}

/** Multiplications of the two ways: through products of positions, or through the gradients themselves. */
function productsAreCheaper({ samples: s, directions: p, positions: q, inputs, outputs }: Sizes): boolean {
  const products = (s * q) ** 2 * (inputs + p * p * outputs);
  const gradients = s * p * (q + s * p) * inputs * outputs;
  return products < gradients;
}

/** Of inputs and output gradients position by position, as sum_{q,q'} (x_q . x'_q') (d_q . d'_q'); no gradient is made. */
function gramOfProducts(record: LayerRecord, outer: Tensor, sizes: Sizes): Tensor {
  const { samples, directions, positions, inputs } = sizes;
  const x = patches(record).reshape([samples * positions, inputs]);
  const rows = samples * directions;
  const step = Math.max(1, Math.floor(mostElements / (samples * positions ** 2 * directions ** 2)));
  const every = outer.reshape([rows * positions, -1]).t();
  const blocks: Tensor[] = [];
  for (let from = 0; from < samples; from += step) {
    const count = Math.min(step, samples - from);
    const block = torch.scope(() => {
      const near = x.narrow(0, from * positions, count * positions).matmul(x.t());
      const here = outer.narrow(0, from, count).reshape([count * directions * positions, -1]);
      const products = here.matmul(every).reshape([count, directions, positions, samples, directions, positions]);
      return products
        .mul(near.reshape([count, 1, positions, samples, 1, positions]))
        .sum([2, 5])
        .reshape([count * directions, rows]);
    });
    blocks.push(block);
  }
  return torch.cat(blocks, 0);
}

/** Of the gradients themselves, for some output units at a time. */
function gramOfGradients(record: LayerRecord, outer: Tensor, sizes: Sizes): Tensor {
  const { samples, directions, positions, inputs, outputs } = sizes;
  const rows = samples * directions;
  const units = Math.max(1, Math.min(outputs, Math.floor(mostElements / (rows * inputs))));
  const atOnce = Math.max(1, Math.min(samples, Math.floor(mostElements / (positions * inputs))));
  const gram = torch.zeros([rows, rows], { dtype: 'float64', device: outer.device });
  for (let unit = 0; unit < outputs; unit += units) {
    torch.scope(() => {
      const some = outer.narrow(3, unit, Math.min(units, outputs - unit));
      const parts: Tensor[] = [];
      for (let from = 0; from < samples; from += atOnce) {
        const count = Math.min(atOnce, samples - from);
        const seen = patches({ layer: record.layer, input: record.input.narrow(0, from, count) });
        // [s, P units, Q] times [s, Q, n_in]: one product a sample for all directions.
        const back = some.narrow(0, from, count).transpose(2, 3).reshape([count, -1, positions]);
        parts.push(back.matmul(seen).reshape([count * directions, -1]));
      }
      const gradients = torch.cat(parts, 0); // [S P, units n_in]
      gram.add_(gradients.matmul(gradients.t()));
    });
  }
  return gram;
}
