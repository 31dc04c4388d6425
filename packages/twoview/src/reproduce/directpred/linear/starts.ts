// Random starts of the linear model that claims share.
import * as torch from '@twoview/torch';
import { matrix } from '../../../theory/dynamics/index.js';

export const generatorOf = (seed: number): torch.Generator => new torch.Generator({ seed });

/** A generic start: W ~ N(0, 0.5^2 / n1), Wp ~ N(0, 0.1^2 / n2), entry by entry. */
export function genericStart(
  { inputs, outputs }: { inputs: number; outputs: number },
  generator: torch.Generator,
): { w: matrix.Matrix; wp: matrix.Matrix } {
  return {
    w: matrix.normalMatrix(outputs, inputs, 0.5 / Math.sqrt(inputs), generator),
    wp: matrix.normalMatrix(outputs, outputs, 0.1 / Math.sqrt(outputs), generator),
  };
}

/** A mode with a larger s has survived. */
export const alive = 1e-3;
