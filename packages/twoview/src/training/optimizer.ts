// The optimiser of a configuration: its parameter groups, and its learning rate at each step.
import type { Tensor } from '@twoview/torch';
import {
  Adam,
  AdamW,
  constant,
  cosine,
  LARS,
  multiStep,
  type Schedule,
  SGD,
  scheduleAt,
  splitBiasAndNorm,
  warmup,
} from '@twoview/torch/optim';
import type { MethodConfig, Siamese } from '../methods/index.js';
import type { OptimizerConfig } from './config.js';

/** An optimiser of any kind: all have a learning rate by group. */
export type AnyOptimizer = SGD | Adam | AdamW | LARS;

interface GroupOptions {
  lr: number;
  weightDecay: number;
  excluded: boolean;
}

interface GroupOfParameters extends GroupOptions {
  params: [string, Tensor][];
}

function splitGroups(
  config: OptimizerConfig,
  predictor: MethodConfig['predictorTraining'],
  groups: ReturnType<Siamese['parameterGroups']>,
): GroupOfParameters[] {
  return groups
    .flatMap(({ name, parameters }): GroupOfParameters[] => {
      const own = name === 'predictor';
      const lr = config.learningRate * (own ? predictor.learningRateFactor : 1);
      const weightDecay = own ? (predictor.weightDecay ?? config.weightDecay) : config.weightDecay;
      if (config.exclude === 'none') return [{ params: parameters, lr, weightDecay, excluded: false }];
      const { weights, biasAndNorm } = splitBiasAndNorm(parameters);
      return [
        { params: weights, lr, weightDecay, excluded: false },
        { params: biasAndNorm, lr, weightDecay: 0, excluded: true },
      ];
    })
    .filter(({ params }) => params.length > 0);
}

/** Makes the optimiser; the predictor is a group of its own, with its own learning rate and decay. */
export function createOptimizer(
  config: OptimizerConfig,
  predictor: MethodConfig['predictorTraining'],
  parameters: ReturnType<Siamese['parameterGroups']>,
): AnyOptimizer {
  const groups = splitGroups(config, predictor, parameters);
  const plain = groups.map(({ excluded: _, ...group }) => group);
  const { learningRate: lr, momentum, nesterov } = config;
  switch (config.name) {
    case 'sgd':
      return new SGD(plain, { lr, momentum, nesterov });
    case 'adam':
      return new Adam(plain, { lr });
    case 'adamw':
      return new AdamW(plain, { lr });
    case 'lars':
      return new LARS(groups, { lr, momentum });
  }
}

/** The schedule of the learning rate as a factor of its highest value. */
function factorSchedule(config: OptimizerConfig, totalSteps: number, stepsPerEpoch: number): Schedule {
  const { schedule } = config;
  const warmupSteps = Math.round(schedule.warmupEpochs * stepsPerEpoch);
  const rest = Math.max(1, totalSteps - warmupSteps);
  const main = (): Schedule => {
    if (schedule.name === 'constant') return constant(1);
    if (schedule.name === 'cosine') return cosine(1, rest, schedule.minFactor);
    const milestones = schedule.milestones.map((epoch) => Math.round(epoch * stepsPerEpoch) - warmupSteps);
    return multiStep(1, milestones, schedule.gamma);
  };
  return warmupSteps > 0 ? warmup(warmupSteps, main()) : main();
}

/** The learning rate's factor at a step, counted from 0: a pure function, so that nothing of it needs saving. */
export function learningRateFactor(
  config: OptimizerConfig,
  step: number,
  totalSteps: number,
  stepsPerEpoch: number,
): number {
  return scheduleAt(factorSchedule(config, totalSteps, stepsPerEpoch), step);
}

/** Sets every group's learning rate to its highest value times `factor`. */
export function setLearningRates(optimizer: AnyOptimizer, highest: readonly number[], factor: number): void {
  optimizer.groups.forEach((group, i) => {
    group.lr = (highest[i] as number) * factor;
  });
}
