// The slots of a siamese method as configuration. A method is one point of this space; an ablation changes one slot.
//
//   views --encoder--> h --projector--> z --[normalizer]--> u --[predictor]--> p      online branch
//                                                           u --[target]-----> t      target branch
//   loss = objective(p, t)
//
// With a classifier, logits o = g(h) are at hand too; with an attack, every view has an adversarial version beside it.
import { z } from 'zod';
import { normalizerSchema } from '../../normalizers/index.js';
import { attackSchema, classifierSchema } from './attack.js';
import { isDirectional, isSupervised, type ObjectiveConfig, objectiveSchema } from './objective.js';
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
    .describe(
      'Whether views pass the network one by one or as one batch: BatchNorm sees the difference. Adversarial versions are always passed apart from images.',
    ),
  classifier: classifierSchema
    .nullable()
    .default(null)
    .describe('A linear layer from features h to logits, trained by an objective that has labels; null: none.'),
  attack: attackSchema
    .nullable()
    .default(null)
    .describe('Makes an adversarial version of every view in every step; null: none. {} for its defaults.'),
});

/** A point of the space, with every slot filled. */
export type MethodConfig = z.infer<typeof methodSchema>;

/** What the slots of adversarial training ask of each other. */
function checkClassifier({ objective, classifier, attack, target }: MethodConfig): void {
  if (isSupervised(objective)) {
    if (classifier === null) {
      throw new Error(`method.objective ${objective.name} compares logits with labels: give method.classifier={}`);
    }
    if (target.name !== 'online') {
      throw new Error(
        `method.target is ${target.name}, but objective ${objective.name} compares outputs of one network: it needs online`,
      );
    }
  } else if (classifier !== null) {
    throw new Error(
      `method.classifier would not be trained by objective ${objective.name}: leave it out, or take crossEntropy, adversarial or adr`,
    );
  }
  if (attack !== null && classifier === null) {
    throw new Error('method.attack raises the loss of a classifier: give method.classifier={} and an objective for it');
  }
  if (needsAttack(objective) && attack === null) {
    throw new Error(`method.objective ${objective.name} is about adversarial images: give method.attack={}`);
  }
  checkLabelsAreSeen(objective);
}

/** Terms that compare predictions with each other are least for a classifier that always says the same. */
function checkLabelsAreSeen(objective: ObjectiveConfig): void {
  if (!needsAttack(objective) || objective.natural > 0) return;
  const { robust } = objective;
  const robustLoss = objective.name === 'adversarial' ? objective.robustLoss : 'crossEntropy';
  if (robust > 0 && robustLoss === 'crossEntropy') return;
  throw new Error(
    robust > 0
      ? `method.objective.natural is 0 and robustLoss ${robustLoss} compares predictions alone: nothing tells the classifier its classes; give natural=1, or robustLoss=crossEntropy`
      : 'method.objective.natural and robust are both 0: nothing tells the classifier its classes; give one of them a weight',
  );
}

const needsAttack = (
  objective: ObjectiveConfig,
): objective is Extract<ObjectiveConfig, { name: 'adversarial' | 'adr' }> =>
  objective.name === 'adversarial' || objective.name === 'adr';

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
  checkClassifier(method);
}

/**
 * @param views how many ways an image is seen
 * @throws Error if that is fewer than the method compares
 */
export function checkViewCount({ objective, attack }: MethodConfig, views: number): void {
  if (isSupervised(objective) || views * (attack === null ? 1 : 2) >= 2) return;
  throw new Error(`augment.views has ${views} entry, but objective ${objective.name} compares two views: give two`);
}

export { type AttackConfig, attackSchema, type ClassifierConfig, classifierSchema } from './attack.js';
export {
  type DirectionalObjective,
  isDirectional,
  isSupervised,
  type JointObjective,
  type ObjectiveConfig,
  objectiveSchema,
  type SupervisedObjective,
} from './objective.js';
export { type PredictorConfig, predictorSchema } from './predictor.js';
export { type ProjectorConfig, projectorSchema } from './projector.js';
export { type TargetConfig, targetSchema } from './target.js';
