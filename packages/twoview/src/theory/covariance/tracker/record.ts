// A network run once, with the inputs and outputs of its linear and convolution layers kept: in evaluation mode, so that every
// sample has a pass of its own and batch normalisation is a fixed affine map.
import type { Tensor } from '@twoview/torch';
import { type AnyModule, Conv2d, Linear } from '@twoview/torch/nn';
import { inEvalMode } from '../../../evaluation/index.js';

/** A layer whose weights have a connection: Linear or Conv2d without groups. */
export type WeightLayer = Linear | Conv2d;

/** What one layer saw and made. */
export interface LayerRecord {
  layer: WeightLayer;
  /** `[S, n_in]` or `[S, C, H, W]`. */
  input: Tensor;
  /** h_l, the layer's own output before anything else: `[S, n_out]` or `[S, C', H', W']`; part of the graph. */
  output: Tensor;
}

/**
 * The layers of a module by name, in its order.
 * @throws RangeError for a convolution with groups, whose connection is not computed here
 */
export function weightLayers(module: AnyModule): Map<string, WeightLayer> {
  const layers = new Map<string, WeightLayer>();
  for (const [name, child] of module.namedModules()) {
    if (child instanceof Conv2d && child.groups > 1) {
      throw new RangeError(
        `${name} is a convolution of ${child.groups} groups; the covariance operator knows only whole ones`,
      );
    }
    if (child instanceof Linear || child instanceof Conv2d) layers.set(name, child);
  }
  return layers;
}

/**
 * Runs `forward` and records the given layers; the modules' modes and their own forwards are put back before it returns.
 * Call it with gradients on, and use the records before the scope ends.
 *
 * @param modules that `forward` runs, put in evaluation mode for it
 * @returns what `forward` gave, and a record for each layer, in their order
 * @throws Error if a layer runs more than once or never, for then its weights have not one connection
 */
export function recordLayers(
  modules: readonly AnyModule[],
  layers: ReadonlyMap<string, WeightLayer>,
  forward: () => Tensor,
): { output: Tensor; records: LayerRecord[] } {
  const found = new Map<string, LayerRecord>();
  try {
    for (const [name, layer] of layers) {
      const own = layer.forward.bind(layer);
      layer.forward = (input: Tensor): Tensor => {
        if (found.has(name)) throw new Error(`${name} runs more than once in a pass; it has no single connection`);
        const output = own(input);
        if (!output.requiresGrad) output.requiresGrad_();
        found.set(name, { layer, input: input.detach(), output });
        // An activation in place would overwrite what the gradient is to be taken of.
        return output.clone();
      };
    }
    const output = inEvalMode(modules, forward);
    const missing = [...layers.keys()].filter((name) => !found.has(name));
    if (missing.length > 0) throw new Error(`${missing.join(', ')} did not run; leave out layers that are not in use`);
    return { output, records: [...layers.keys()].map((name) => found.get(name)!) };
  } finally {
    for (const layer of layers.values()) Reflect.deleteProperty(layer, 'forward');
  }
}
