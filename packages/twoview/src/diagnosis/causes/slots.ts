// What the slots of a method amount to, as far as collapse is concerned.
import { isSupervised } from '../../methods/index.js';
import type { Config } from '../../training/index.js';

type Method = Config['method'];

/** Losses that only draw views together: nothing in them keeps images apart. */
const attraction: readonly string[] = ['cosine', 'mse', 'distance'];

/** Whether the objective only attracts; also a decorrelating one whose repulsion has weight 0. */
export function onlyAttracts({ objective }: Method): boolean {
  if (objective.name === 'vicreg') return objective.variance === 0;
  if (objective.name === 'alignmentUniformity') return objective.uniformityWeight === 0;
  return attraction.includes(objective.name);
}

/** Whether the loss compares views of an image, so that what they have in common decides what is learned. */
export function comparesViews({ objective }: Method): boolean {
  return !isSupervised(objective);
}

/** Whether the loss looks at z; without a contrast adversarial training reads features and logits alone, and z stays a random projection. */
export function looksAtEmbeddings({ objective }: Method): boolean {
  if (objective.name === 'adversarial') return objective.contrastive > 0 || objective.compactness > 0;
  return !isSupervised(objective);
}

/** What standardises z: the normalizer, or a BatchNorm at the end of the projector, which does as `bn`. */
export function standardizer({ normalizer, projector }: Method): Method['normalizer']['name'] {
  if (normalizer.name !== 'none') return normalizer.name;
  return projector.lastNorm === 'plain' ? 'bn' : 'none';
}
