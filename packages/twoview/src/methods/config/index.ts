// The slots of a siamese method as configuration. A method is one point of this space; an ablation changes one slot.
//
//   views --encoder--> h --projector--> z --[normalizer]--> u --[predictor]--> p      online branch
//                                                           u --[target]-----> t      target branch
//   loss = objective(p, t)
import { z } from 'zod';
import { normalizerSchema } from '../../normalizers/index.js';
import { isDirectional, objectiveSchema } from './objective.js';
import { predictorSchema, predictorTrainingSchema } from './predictor.js';
import { projectorSchema } from './projector.js';
import { targetSchema } from './target.js';

export const methodSchema = z.strictObject({
  name: z.string().min(1).describe('Preset that the slots start from.'),
  objective: objectiveSchema.describe('What is minimised.'),
  projector: projectorSchema.prefault({}).describe('From features h to embeddings z.'),
  normalizer: normalizerSchema
    .prefault({ name: 'none' })
    .describe('Standardises z by the statistics of the batch, before predictor and target.'),
  predictor: predictorSchema.describe('From embeddings to the prediction p of the other view.'),
  predictorTraining: predictorTrainingSchema.prefault({}).describe('How the optimiser treats the predictor.'),
  target: targetSchema.describe('What is predicted.'),
  pairing: z
    .enum(['symmetric', 'asymmetric', 'allAnchors'])
    .default('symmetric')
    .describe(
      'symmetric: each view predicts every other; asymmetric: the first predicts the others; allAnchors: one loss over all views, where the objective is one.',
    ),
  forward: z
    .enum(['perView', 'concatenated'])
    .default('perView')
    .describe('Whether views pass the network one by one or as one batch: BatchNorm sees the difference.'),
});

/** A point of the space, with every slot filled. */
export type MethodConfig = z.infer<typeof methodSchema>;

/**
 * What a slot must not be combined with.
 * @throws Error naming both slots and the remedy
 */
export function checkMethod(method: MethodConfig): void {
  const { objective, pairing, target } = method;
  if (isDirectional(objective) && pairing === 'allAnchors') {
    throw new Error(
      `method.pairing is allAnchors, but objective ${objective.name} compares a prediction with a target: it needs symmetric or asymmetric`,
    );
  }
  if (!isDirectional(objective) && pairing === 'asymmetric') {
    throw new Error(
      `method.pairing is asymmetric, but objective ${objective.name} is one loss over all views: it needs allAnchors or symmetric`,
    );
  }
  if (objective.name === 'infoNce' && objective.queue > 0 && target.name === 'online') {
    throw new Error(
      'method.objective.queue holds keys of earlier batches, which carry no gradient, but method.target is online: it needs ema or stopGradient',
    );
  }
}

export {
  type DirectionalObjective,
  isDirectional,
  type JointObjective,
  type ObjectiveConfig,
  objectiveSchema,
} from './objective.js';
export { type PredictorConfig, predictorSchema } from './predictor.js';
export { type ProjectorConfig, projectorSchema } from './projector.js';
export { type TargetConfig, targetSchema } from './target.js';
