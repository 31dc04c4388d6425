// What the representation holds: its loss, how much of it is noise, how sparse it is, and what is read from it.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { SampleSource } from './data.js';
import { readout } from './heads.js';
import { represent } from './network.js';
import type { DecouplingModel } from './step.js';
import { stream } from './streams.js';

/** Measures on fresh samples without masks, with the network's thresholds. */
export interface Behaviour {
  /** Contrastive loss of fresh batches, with the views of training; ln B by chance. */
  loss: number;
  /** Mean cos(f(x), f(xi)): how much of the representation the noise alone gives. 0 where either is 0. */
  noiseCosine: number;
  /** Mean cos(f(x), f(M z)) over z != 0. */
  signalCosine: number;
  /** Share of h_i(x) that are not 0. */
  active: number;
  /** R^2 of y = <w*, z> by ridge regression on f, and how often its sign is right where y != 0. */
  r2: number;
  accuracy: number;
  /** The sign of y by the nearest neighbours in cosine. */
  knn: number;
}

/** Batches whose mean loss is measured. */
const lossBatches = 10;

export function measureBehaviour(model: DecouplingModel): Behaviour {
  const { data, evaluation, seed } = model.settings;
  const generator = stream(seed, 'evaluation');
  const loss = model.freshLoss(lossBatches, generator);
  return torch.noGrad(() =>
    torch.scope(() => {
      const weights = model.weights.double();
      const thresholds = model.thresholds.double();
      const encode = (x: Tensor): Tensor => represent(x, weights, thresholds);
      const draw = (count: number) => {
        const source = new SampleSource(data, model.dictionary, count, 'float64');
        try {
          return source.parts(generator);
        } finally {
          source.dispose();
        }
      };
      const known = draw(evaluation.labels);
      const asked = draw(evaluation.tests);
      const f = encode(asked.x);
      const present = asked.codes.abs().sum([1]).gt(0).double();
      const task = torch.randn([data.atoms], { generator: stream(seed, 'task'), dtype: 'float64' });
      return {
        loss,
        noiseCosine: rowCosines(f, encode(asked.noise)).mean().item(),
        signalCosine: rowCosines(f, encode(asked.signal)).mul(present).sum().div(present.sum()).item(),
        active: f.ne(0).double().mean().item(),
        ...readout({
          train: encode(known.x),
          trainTargets: known.codes.mv(task),
          test: f,
          testTargets: asked.codes.mv(task),
          ridge: evaluation.ridge,
          neighbors: evaluation.neighbors,
        }),
      };
    }),
  );
}

/** Cosines of corresponding rows `[N]`; 0 where a row is 0. */
function rowCosines(a: Tensor, b: Tensor): Tensor {
  const lengths = a.linalgVectorNorm(2, [1]).mul(b.linalgVectorNorm(2, [1]));
  return a.mul(b).sum([1]).div(lengths.clampMin(1e-300));
}
