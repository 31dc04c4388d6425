// Random streams: one for each purpose, so that arms of one seed see the same dictionary, weights and samples.
import * as torch from '@twoview/torch';

const purposes = ['dictionary', 'weights', 'samples', 'masks', 'evaluation', 'task', 'moments'] as const;
export type Purpose = (typeof purposes)[number];

export function stream(seed: number, purpose: Purpose): torch.Generator {
  return new torch.Generator({ seed: purposes.length * seed + purposes.indexOf(purpose) });
}
