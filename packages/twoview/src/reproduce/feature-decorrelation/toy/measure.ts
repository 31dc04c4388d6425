// What is measured of a trained toy, on fresh views: spread, correlation and rank of z, and how well z and h tell the classes.
import * as torch from '@twoview/torch';
import { ridgeProbe } from '../../../evaluation/index.js';
import {
  correlationCoefficients,
  covarianceEigenvalues,
  normalizedStd,
  offDiagonalCorrelation,
  participationRatio,
  rankMe,
} from '../../../metrics/index.js';
import { classes } from './data.js';
import { createToyNormalizer } from './normalize.js';
import type { ToySettings } from './settings.js';
import { type TrainedToy, toyGenerator } from './train.js';

/** The numbers of one run. All NaN but `loss` where training diverged. */
export interface ToyMeasures {
  /** Mean of the last 100 training steps; for an untrained network, of test views. */
  loss: number;
  divergedAt: number | null;
  /** Mean over axes of the standard deviation of z. */
  std: number;
  /** The same of z scaled to length one, times sqrt(D). */
  normalizedStd: number;
  /** Mean |correlation| of two axes; and of two axes of one group alone, NaN where there are no groups. */
  correlation: number;
  correlationWithin: number;
  rankMe: number;
  participationRatio: number;
  /** Accuracy of the ridge probe on z and on h. */
  probeZ: number;
  probeH: number;
  /** Eigenvalues of the covariance of z, descending. */
  spectrum: number[];
  /** z of some test views with their classes, where D = 2. */
  points: { x: number; y: number; label: number }[];
}

/** Points of a scatter plot. */
const shownPoints = 600;

/**
 * Normalizers use the statistics of the views they are given, and groups stand in their order.
 */
export function measureToy(trained: TrainedToy, settings: ToySettings): ToyMeasures {
  const { data, network, loss, divergedAt } = trained;
  if (divergedAt !== null) return { ...nothing, loss, divergedAt };
  const generator = toyGenerator(settings.seed, 'evaluation');
  const normalize = createToyNormalizer(settings.normalizer, settings.dimension, null);
  const embed = (count: number) => {
    const contents = data.contents(count, generator);
    const h = network.backbone.forward(data.view(contents, generator));
    const other = network.forward(data.view(contents, generator));
    const [z, second] = normalize([network.projector.forward(h), other]) as [torch.Tensor, torch.Tensor];
    return { h, z, labels: contents.labels, distance: z.sub(second).square().sum([1]).mean().item() };
  };
  return torch.noGrad(() =>
    torch.scope(() => {
      const train = embed(settings.trainViews);
      const test = embed(settings.testViews);
      const probe = (space: 'h' | 'z'): number =>
        ridgeProbe({
          train: train[space],
          trainLabels: train.labels,
          test: test[space],
          testLabels: test.labels,
          classes,
          alpha: 1,
        }).accuracy;
      const eigenvalues = covarianceEigenvalues(test.z);
      const coefficients = correlationCoefficients(test.z);
      return {
        loss: settings.steps === 0 ? test.distance : loss,
        divergedAt,
        std: test.z.std([0], false).mean().item(),
        normalizedStd: normalizedStd(test.z),
        correlation: offDiagonalCorrelation(coefficients).mean,
        correlationWithin: meanWithin(coefficients.matrix, settings),
        rankMe: rankMe(eigenvalues),
        participationRatio: participationRatio(eigenvalues),
        probeZ: probe('z'),
        probeH: probe('h'),
        spectrum: Array.from(eigenvalues),
        points: settings.dimension === 2 ? pointsOf(test.z, test.labels) : [],
      };
    }),
  );
}

const nothing: ToyMeasures = {
  loss: Number.NaN,
  divergedAt: null,
  std: Number.NaN,
  normalizedStd: Number.NaN,
  correlation: Number.NaN,
  correlationWithin: Number.NaN,
  rankMe: Number.NaN,
  participationRatio: Number.NaN,
  probeZ: Number.NaN,
  probeH: Number.NaN,
  spectrum: [],
  points: [],
};

/** Mean |C_ij| over i != j of one group, from correlation coefficients [D, D]. */
function meanWithin(matrix: ArrayLike<number>, { normalizer, dimension }: ToySettings): number {
  const groups = 'groups' in normalizer ? (normalizer.groups ?? dimension) : dimension;
  if (groups === dimension) return Number.NaN;
  const width = dimension / groups;
  let sum = 0;
  for (let i = 0; i < dimension; i++) {
    const start = i - (i % width);
    for (let j = start; j < start + width; j++) if (j !== i) sum += Math.abs(matrix[i * dimension + j]!);
  }
  return sum / (dimension * (width - 1));
}

function pointsOf(z: torch.Tensor, labels: ArrayLike<number>): ToyMeasures['points'] {
  const values = z.data();
  return Array.from({ length: Math.min(shownPoints, labels.length) }, (_, i) => ({
    x: Number(values[2 * i]),
    y: Number(values[2 * i + 1]),
    label: labels[i]!,
  }));
}
