// An encoder's weights from files of several origins: a run of ours, torchvision, or training code that wraps the encoder.
import type { Tensor } from '@twoview/torch';
import type { Encoder } from '../models/index.js';

/** What other programs put before an encoder's names, the most specific first. */
const prefixes = [
  'encoder.',
  'module.encoder_q.',
  'module.backbone.',
  'module.encoder.',
  'online_encoder.net.',
  'backbone.',
  'module.',
  'model.',
  '',
];

/**
 * Loads into an encoder the weights of a state dict that holds it under any usual prefix; a classifier `fc` is left out.
 * @returns the prefix that fitted
 * @throws Error that says which names are missing, or whose shape differs, under the prefix that fits best
 */
export function loadEncoderWeights(encoder: Encoder, state: ReadonlyMap<string, Tensor>): string {
  const wanted = encoder.stateDict();
  let best = { prefix: '', found: -1 };
  for (const prefix of prefixes) {
    const found = [...wanted.keys()].filter((name) => state.has(prefix + name)).length;
    if (found > best.found) best = { prefix, found };
  }
  const { prefix } = best;
  // torchvision files from before 2018 have no batch counters; evaluation does not need them.
  const optional = (name: string): boolean => name.endsWith('num_batches_tracked');
  const missing = [...wanted.keys()].filter((name) => !optional(name) && !state.has(prefix + name));
  if (missing.length > 0) {
    const some = missing.slice(0, 4).join(', ');
    throw new Error(
      `the file does not hold this encoder: ${missing.length} of ${wanted.size} tensors are missing (${some}${missing.length > 4 ? ', ...' : ''}); check encoder.name, encoder.stem and encoder.width`,
    );
  }
  const own = new Map(
    [...wanted.keys()]
      .filter((name) => state.has(prefix + name))
      .map((name) => [name, state.get(prefix + name) as Tensor]),
  );
  encoder.loadStateDict(own, { strict: false });
  return prefix;
}
