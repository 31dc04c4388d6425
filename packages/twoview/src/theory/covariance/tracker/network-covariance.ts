// The covariance operator of each layer of a real network (convolutions, batch normalisation, biases), from a few images with a few
// views each: by autograd in place of the closed form that plain ReLU networks have.
import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { AnyModule } from '@twoview/torch/nn';
import { DivergenceError } from '../../../training/index.js';
import { checkWhole } from '../check.js';
import type { Sampling } from '../cores.js';
import { type CovarianceEstimate, estimateCovariance } from './estimate.js';
import { layerGram } from './layer-gram.js';
import { recordLayers, type WeightLayer, weightLayers } from './record.js';

/** Images times views times directions: the side of a Gram matrix. */
const mostColumns = 2048;

/** Elements of all output gradients held at a time: 256 MB of float32. */
const mostGradients = 2 ** 26;

export interface NetworkCovarianceOptions {
  /** The parts of the network by the name that goes before their layers'. */
  modules: Readonly<Record<string, AnyModule>>;
  /** Runs them in evaluation mode: inputs [S, ...] to outputs z [S, D]. */
  forward: (inputs: Tensor) => Tensor;
  /** R views of M images, [M, R, ...]; two or more of each. */
  views: Tensor;
  /** P: directions v of z that the connection is seen along. Fewer than D estimate it, D give all of it. */
  projections: number;
  /** Draws the directions. */
  seed: number;
  /** Names of the layers to measure, such as `encoder.body.0`: all Linear and Conv2d if left out. */
  layers?: readonly string[];
  /** Whether images and views stand for more of their kind (`sample`, the default) or for themselves (`population`). */
  sampling?: Sampling;
}

/**
 * Random directions v_1 to v_P, [P, D], orthogonal, each of length sqrt(D / P): the mean of sum_p v_p v_p^T over seeds is the identity, so that
 * traces and operators are without bias, and with P = D it is the identity itself.
 */
export function outputDirections(size: number, count: number, seed: number): Tensor {
  checkWhole('outputDirections', 'projections', count, 1, size);
  return torch.scope(() => {
    const random = torch.randn([count, size], { dtype: 'float64', generator: new torch.Generator({ seed }) });
    const [values, vectors] = random.matmul(random.t()).linalgEigh();
    const inverseRoot = vectors.div(values.sqrt()).matmul(vectors.t());
    return inverseRoot.matmul(random).mul(Math.sqrt(size / count));
  });
}

/**
 * Measures V_x[K̄_l] and Va_l of every layer l. K_l(x) v is the gradient of v . z(x) in the layer's weights.
 *
 * The work is a forward and P backward passes of the M R views for every 256 MB of gradients, and for each layer the
 * smaller of two products (`layerGram`). Nothing of the network is changed, and no global random numbers are drawn. The event loop gets its
 * turn between groups of layers.
 *
 * @returns estimates by layer, in the order of the network
 * @throws RangeError on shapes, counts or names that do not fit; DivergenceError where gradients overflow
 */
export async function networkCovariance(options: NetworkCovarianceOptions): Promise<Map<string, CovarianceEstimate>> {
  const { views, projections, sampling } = options;
  const [images, perImage] = checkViews(views, projections);
  const layers = chooseLayers(options.modules, options.layers);
  const names = [...layers.keys()];
  const result = new Map<string, CovarianceEstimate>();
  while (result.size < names.length) {
    const grams = torch.enableGrad(() => torch.scope(() => nextGrams(options, layers, result.size)));
    for (const gram of grams) {
      const name = names[result.size]!;
      if (!torch.scope(() => gram.isfinite().all().item())) {
        throw new DivergenceError(
          `the gradients of ${name} are not finite; lower optimizer.learningRate, or look at the metrics before it`,
        );
      }
      result.set(name, estimateCovariance(gram, { images, views: perImage, sampling }));
      gram.dispose();
    }
    await setImmediate();
  }
  return result;
}

function checkViews(views: Tensor, projections: number): [number, number] {
  const [images = 0, perImage = 0] = views.shape;
  if (views.ndim < 3) {
    throw new RangeError(`views are [images, views, ...], not [${views.shape.join(', ')}]`);
  }
  checkWhole('networkCovariance', 'images', images, 2, mostColumns);
  checkWhole('networkCovariance', 'views of an image', perImage, 2, mostColumns);
  checkWhole('networkCovariance', 'projections', projections, 1, mostColumns);
  checkWhole(
    'networkCovariance',
    'images times views times projections',
    images * perImage * projections,
    1,
    mostColumns,
  );
  return [images, perImage];
}

function chooseLayers(
  modules: NetworkCovarianceOptions['modules'],
  names: readonly string[] | undefined,
): ReadonlyMap<string, WeightLayer> {
  const all = new Map(
    Object.entries(modules).flatMap(([prefix, module]) =>
      [...weightLayers(module)].map(([name, layer]) => [name ? `${prefix}.${name}` : prefix, layer] as const),
    ),
  );
  for (const name of names ?? []) {
    if (!all.has(name)) throw new RangeError(`the network has no layer ${name}; it has ${[...all.keys()].join(', ')}`);
  }
  const chosen = names ? new Map([...all].filter(([name]) => names.includes(name))) : all;
  if (chosen.size === 0) throw new RangeError('the network has no Linear or Conv2d layer to measure');
  return chosen;
}

/** Gram matrices of as many layers, from number `first` on, as fit into memory at a time. */
function nextGrams(
  options: NetworkCovarianceOptions,
  layers: ReadonlyMap<string, WeightLayer>,
  first: number,
): Tensor[] {
  const { modules, forward, views, projections, seed } = options;
  const { output, records } = recordLayers(Object.values(modules), layers, () => forward(views.flatten(0, 1)));
  const samples = views.shape[0]! * views.shape[1]!;
  if (output.ndim !== 2 || output.shape[0] !== samples) {
    throw new RangeError(`the network gave [${output.shape.join(', ')}] for ${samples} inputs; one row each is needed`);
  }
  let last = first + 1;
  let elements = records[first]!.output.numel * projections;
  while (last < records.length) {
    elements += records[last]!.output.numel * projections;
    if (elements > mostGradients) break;
    last++;
  }
  const group = records.slice(first, last);
  const directions = outputDirections(output.shape[1]!, projections, seed).to({
    device: output.device,
    dtype: output.dtype,
  });
  const gradients = Array.from({ length: projections }, (_, p) =>
    torch.grad(
      output,
      group.map((record) => record.output),
      { gradOutputs: [directions.narrow(0, p, 1).expandAs(output)], retainGraph: p < projections - 1 },
    ),
  );
  return torch.noGrad(() =>
    group.map((record, i) =>
      layerGram(
        record,
        gradients.map((all) => all[i]!),
      ),
    ),
  );
}
