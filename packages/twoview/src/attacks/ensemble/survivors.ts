// Which images of a set are left, what they fell to, and the adversarial version of those that fell.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Ball, checkInside } from '../common/ball.js';
import { type Classifier, logitsOf, withMode } from '../common/classifier.js';
import type { AttackResult } from '../common/outcome.js';
import { share } from '../evaluation/sets.js';
import type { EnsembleRecord, EnsembleStage } from './record.js';

/** Some images of the set. */
export interface Batch {
  /** Where they are in the set. */
  rows: readonly number[];
  /** [B, C, H, W], before the attack. */
  images: Tensor;
  /** int64 [B] */
  labels: Tensor;
}

export class Survivors {
  readonly robust: Uint8Array;
  readonly fellTo: (string | null)[];
  /** [N, C, H, W]: the image itself where it has not fallen. */
  readonly adversarial: Tensor;

  /** @param correct 1 for each image that is classified correctly */
  constructor(
    images: Tensor,
    private readonly correct: Uint8Array,
  ) {
    this.robust = correct.slice();
    this.fellTo = Array.from(correct, () => null);
    this.adversarial = torch.noGrad(() => images.clone());
  }

  rows(): number[] {
    return Array.from(this.robust.keys()).filter((row) => this.robust[row] === 1);
  }

  /**
   * Takes out the images that an attack says have fallen, after another look at them: they must lie in the ball, and an image
   * that is classified correctly when it is looked at again has not fallen.
   *
   * @returns how many fell
   * @throws RangeError when one lies outside the ball or [0, 1]
   */
  strike(name: string, model: Classifier, { rows, images, labels }: Batch, result: AttackResult, ball: Ball): number {
    return torch.scope(() =>
      torch.noGrad(() => {
        const said = result.fooled.nonzero().squeeze(1);
        if (said.numel === 0) return 0;
        const [found, truth] = [result.images.indexSelect(0, said), labels.indexSelect(0, said)];
        checkInside(`standardEnsemble: ${name}`, found, images.indexSelect(0, said), ball);
        const logits = withMode(model, 'eval', () => logitsOf('standardEnsemble', model, found, 0));
        const wrong = logits.argmax(1).ne(truth).nonzero().squeeze(1);
        const fallen = (said.indexSelect(0, wrong).tolist() as unknown as (number | bigint)[]).map(
          (i) => rows[Number(i)]!,
        );
        if (fallen.length === 0) return 0;
        const index = torch.tensor(BigInt64Array.from(fallen, BigInt)).to({ device: images.device });
        this.adversarial.indexCopy_(0, index, found.indexSelect(0, wrong));
        for (const row of fallen) {
          this.robust[row] = 0;
          this.fellTo[row] = name;
        }
        return fallen.length;
      }),
    );
  }

  record(stages: EnsembleStage[]): EnsembleRecord {
    const { correct, robust, fellTo } = this;
    const total = correct.length;
    return { total, naturalAccuracy: share(correct), robustAccuracy: share(robust), stages, correct, robust, fellTo };
  }
}
