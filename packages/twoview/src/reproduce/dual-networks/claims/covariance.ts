// T1 to T5: the covariance operator is what gradient descent applies to weights, checked by autograd on populations that are
// written out, x' = x among the pairs.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { simpleContrastiveOf } from '../../../objectives/index.js';
import { covariance } from '../../../theory/index.js';
import { above, atMost, below } from '../../checks.js';
import { largest, smallest } from '../../statistics.js';
import { covarianceSource, difference, seededClaim } from './covariance-claim.js';

const sizes = [6, 7, 5, 4];
const [points, views] = [5, 4];
const where = `network of ${sizes.join('-')} without biases, ${points} points with ${views} views, all pairs, every layer, all seeds`;

interface Setting {
  network: covariance.ReluNetwork;
  /** [5, 4, 6] */
  data: Tensor;
  draws: covariance.Draws;
  generator: torch.Generator;
}

/** Views scatter by half as much as points do. */
function setting(seed: number): Setting {
  const generator = new torch.Generator({ seed });
  const network = covariance.createReluNetwork({ sizes, generator });
  const centres = torch.randn([points, 1, sizes[0]!], { generator, dtype: 'float64' });
  const scatter = torch.randn([points, views, sizes[0]!], { generator, dtype: 'float64' });
  return {
    network,
    data: centres.add(scatter, { alpha: 0.5 }),
    draws: covariance.enumerateDraws(points, views),
    generator,
  };
}

/** Something of every layer. */
function layerwise<T>({ network, data }: Setting, of: (at: covariance.LayerOnData, weight: Tensor) => T): T[] {
  return network.weights.map((weight, i) => of({ network, data, layer: i + 1 }, weight));
}

/** Largest difference over layers of autograd's -dL and an operator times the weights. */
function gap(
  at: Setting,
  loss: covariance.PopulationLoss,
  update: (at: covariance.LayerOnData) => covariance.ConnectionOperator,
): number {
  const descent = covariance.steepestDescent(at.network, at.data, loss);
  return largest(layerwise(at, (layer, weight) => difference(descent[layer.layer - 1]!, update(layer).apply(weight))));
}

const simpleLoss = (draws: covariance.Draws, beta: number): covariance.PopulationLoss =>
  covariance.contrastivePopulationLoss((r) => simpleContrastiveOf(r, { beta }), draws);

const contrastiveGap = (at: Setting, beta: number): number =>
  gap(at, simpleLoss(at.draws, beta), (layer) => covariance.contrastiveUpdate(layer, { beta }));

export const connectionIdentity = seededClaim({
  id: 'T1',
  statement: 'The output is the connection of any layer times its weights.',
  source: covarianceSource('definition of the connection'),
  expected: `${where}: ||f_L(x) - K_l(x)^T vec(W_l)|| < 1e-12`,
  measure(seed) {
    const at = setting(seed);
    const x = at.data.flatten(0, 1);
    const output = covariance.outputs(at.network, x);
    return layerwise(at, ({ network, layer }, weight) => {
      const through = covariance.connection(network, x, layer).transpose(1, 2).matmul(weight.flatten());
      return through.sub(output).linalgVectorNorm(2, [-1]).max().item();
    });
  },
  checks: (measured) => [below('||f - K^T vec(W)||, largest', largest(measured.flat()), 1e-12)],
});

export const simpleUpdate = seededClaim({
  id: 'T2',
  statement:
    'One step of the simple contrastive loss multiplies the weights of each layer by twice the covariance operator, which is positive semi-definite.',
  source: covarianceSource('covariance operator theorem'),
  expected: `${where}: |-dL - 2 V vec(W)| < 1e-9; smallest eigenvalue of V > -1e-12`,
  measure(seed) {
    const at = setting(seed);
    const lowest = layerwise(at, (layer) => {
      const matrix = covariance.covarianceOperator(layer).dense();
      return torch.linalgEigvalsh(matrix).min().item();
    });
    return { gap: contrastiveGap(at, 0), lowest: smallest(lowest) };
  },
  checks: (measured) => [
    below('|-dL - 2 V vec(W)|, largest', largest(measured.map((one) => one.gap)), 1e-9),
    above('eigenvalue of V, smallest', smallest(measured.map((one) => one.lowest)), -1e-12),
  ],
});

export const betaUpdate = seededClaim({
  id: 'T3',
  statement: 'Attraction beyond balance takes the covariance within views away: the operator is V - beta Va.',
  source: covarianceSource('beta-weighted loss'),
  expected: `${where}: |-dL - 2 (V - beta Va) vec(W)| < 1e-9 at beta = .3 and -.3`,
  measure(seed) {
    const at = setting(seed);
    return { attracting: contrastiveGap(at, 0.3), tolerating: contrastiveGap(at, -0.3) };
  },
  checks: (measured) => [
    below('beta = .3: largest difference', largest(measured.map((one) => one.attracting)), 1e-9),
    below('beta = -.3: largest difference', largest(measured.map((one) => one.tolerating)), 1e-9),
  ],
});

export const weightedUpdate = seededClaim({
  id: 'T4',
  statement: 'Weights of pairs of data points make a weighted covariance operator.',
  source: covarianceSource('weighted covariance operator'),
  expected: `${where}, a random symmetric xi >= 0: |-dL - E xi (K - K')(K - K')^T vec(W)| < 1e-9`,
  measure(seed) {
    const at = setting(seed);
    const random = torch.rand([points, points], { generator: at.generator, dtype: 'float64' });
    const xi = random.add(random.t());
    return gap(at, covariance.weightedPopulationLoss(xi, at.draws), (layer) => covariance.weightedUpdate(layer, xi));
  },
  checks: (measured) => [below('largest difference', largest(measured), 1e-9)],
});

/** vec(W)^T (-dL) + vec(W)^T Va vec(W) and the first of them, with c = 1: without a predictor. */
function shrinkage(at: Setting, zeroMean: boolean): { gap: number; rate: number } {
  const loss = covariance.byolPopulationLoss(at.draws, { predictor: 1, zeroMean });
  const descent = covariance.steepestDescent(at.network, at.data, loss);
  const rates = layerwise(at, (layer, weight) => {
    const rate = descent[layer.layer - 1]!.mul(weight).sum().item();
    return { rate, gap: Math.abs(rate + covariance.withinViewOperator(layer).quadraticForm(weight)) };
  });
  return { gap: largest(rates.map((one) => one.gap)), rate: largest(rates.map((one) => one.rate)) };
}

export const byolUpdate = seededClaim({
  id: 'T5',
  statement:
    'Without negatives, outputs of mean zero and a predictor below one bring the covariance operator back; without a predictor weights only shrink.',
  source: 'Tian et al. 2020, abstract of earlier versions (BYOL and BatchNorm); closed forms derived',
  expected: `${where}: c = .6, -dL = c ((1 - c) E[KK^T] - c Va) vec(W), and with zero mean c ((1 - c) V - c Va) vec(W), within 1e-9; c = 1: vec(W)^T (-dL) = -vec(W)^T Va vec(W) <= 0`,
  measure(seed) {
    const at = setting(seed);
    const byolGap = (zeroMean: boolean): number => {
      const options = { predictor: 0.6, zeroMean };
      return gap(at, covariance.byolPopulationLoss(at.draws, options), (layer) =>
        covariance.byolUpdate(layer, options),
      );
    };
    const alone = [shrinkage(at, false), shrinkage(at, true)];
    return {
      plain: byolGap(false),
      zeroMean: byolGap(true),
      alone: largest(alone.map((one) => one.gap)),
      rate: largest(alone.map((one) => one.rate)),
    };
  },
  checks: (measured) => [
    below('c = .6: largest difference', largest(measured.map((one) => one.plain)), 1e-9),
    below('c = .6, zero mean: largest difference', largest(measured.map((one) => one.zeroMean)), 1e-9),
    below('c = 1: largest difference', largest(measured.map((one) => one.alone)), 1e-9),
    atMost('c = 1: rate of ||W||^2 / 2, largest', largest(measured.map((one) => one.rate)), 0),
  ],
});
