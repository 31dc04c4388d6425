// Sets of images that are attacked in batches: which are classified correctly, and batches of chosen ones.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Classifier, logitsOf, withMode } from '../common/classifier.js';

/** Lets messages, signals and finalizers of this thread through. */
export const breathe = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

/** Share of ones, in [0, 1]. */
export const share = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0) / flags.length;

/** 1 for each image from `first` to before `end` that is classified correctly in mode `eval`. */
export function correctOf(
  where: string,
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  first: number,
  end: number,
): Uint8Array {
  return torch.scope(() =>
    torch.noGrad(() => {
      const [x, y] = [images.slice(0, first, end), labels.slice(0, first, end)];
      const highest = Number(y.amax().item());
      const logits = withMode(model, 'eval', () => logitsOf(where, model, x, highest));
      return Uint8Array.from(logits.argmax(1).eq(y).tolist() as unknown as ArrayLike<number>);
    }),
  );
}

/** Copies of the rows, in their order. */
export function choose(images: Tensor, labels: Tensor, rows: readonly number[]): [Tensor, Tensor] {
  return torch.scope(() => {
    const index = torch.tensor(BigInt64Array.from(rows, BigInt)).to({ device: images.device });
    return [images.indexSelect(0, index), labels.indexSelect(0, index)];
  });
}
