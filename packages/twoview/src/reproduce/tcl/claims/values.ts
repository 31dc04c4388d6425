// U1, U2, U3, U5: values of the posterior, of the policy's density and of the contrastive loss.
import * as torch from '@twoview/torch';
import { agent as agents } from '../../../metarl/index.js';
import { infoNceFromLogits } from '../../../objectives/index.js';
import { atMost } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { golden, goldenInput } from '../published.js';
import { pearlPaper, tclPaper } from './paper.js';
import { difference, double, f64, numbers, smallAgent } from './small-agent.js';

const { bilinearSimilarity, gaussianSimilarity, klFromPrior, productOfGaussians } = agents;

const rows = (values: readonly (readonly number[])[]) => f64(values.map((row) => [...row]));

export const goldenValues = unitClaim({
  id: 'U1',
  statement: 'Posterior, KL, density of actions and contrastive loss have the values that their formulas give by hand.',
  source: pearlPaper('section 4, and the loss of Wang et al. 2021'),
  expected: 'within 1e-5',
  seeded: false,
  measure: () =>
    torch.scope(() => {
      const { means, variances, policy, queries, keys, skewed } = goldenInput;
      const posterior = productOfGaussians(rows(means).unsqueeze(0), rows(variances).unsqueeze(0));
      const outputs = f64([[policy.mean, Math.log(policy.std)]]);
      const xi = f64([[(policy.u - policy.mean) / policy.std]]);
      const { action, logDensity } = agents.tanhGaussian(agents.actionGaussian(outputs), xi);
      const [q, k] = [rows(queries), rows(keys)];
      const loss = (logits: torch.Tensor) => infoNceFromLogits(logits).item();
      const plain = bilinearSimilarity(q, torch.eye(2, double), k);
      return {
        posterior: Math.max(
          difference(numbers(posterior.mean), golden.mean),
          difference(numbers(posterior.variance), golden.variance),
          Math.abs(klFromPrior(posterior).item() - golden.kl),
        ),
        action: Math.max(Math.abs(action.item() - golden.action), Math.abs(logDensity.item() - golden.logDensity)),
        contrast: Math.max(
          Math.abs(loss(plain) - golden.bilinear),
          Math.abs(loss(bilinearSimilarity(q, rows(skewed), k)) - golden.skewed),
          Math.abs(loss(gaussianSimilarity(q, k)) - golden.distance),
          Math.abs(loss(agents.subtractMaximaFromColumns(plain)) - golden.maximaFromColumns),
          Math.abs(loss(torch.zeros([3, 3], double)) - golden.equal),
        ),
      };
    }),
  checks: (worst) => [
    atMost('posterior and KL: largest error', worst('posterior'), 1e-5),
    atMost('action and log-density: largest error', worst('action'), 1e-5),
    atMost('InfoNCE: largest error', worst('contrast'), 1e-5),
  ],
});

export const anyOrder = unitClaim({
  id: 'U2',
  statement: 'The posterior does not depend on the order of transitions, and n equal ones divide its variance by n.',
  source: pearlPaper('section 4'),
  expected: 'differences of rounding: <= 1e-12',
  measure(seed) {
    const small = smallAgent(seed);
    const { agent } = small;
    const [features, count] = [6, 7];
    const stream = new agents.Stream(seed, 5);
    const transitions = Array.from({ length: count }, () => Array.from({ length: features }, () => stream.normal()));
    const forwards = agent.posterior(transitions.flat());
    const backwards = agent.posterior([...transitions].reverse().flat());
    const one = agent.posterior(transitions[0]!);
    const equal = agent.posterior(Array.from({ length: count }, () => transitions[0]!).flat());
    small.dispose();
    return {
      order: Math.max(difference(forwards.mean, backwards.mean), difference(forwards.variance, backwards.variance)),
      equal: Math.max(
        difference(equal.mean, one.mean),
        difference(
          equal.variance.map((value) => value * count),
          one.variance,
        ),
      ),
    };
  },
  checks: (worst) => [
    atMost('another order: M and V', worst('order'), 1e-12),
    atMost('7 equal transitions: M, and 7 V', worst('equal'), 1e-12),
  ],
});

export const priorDivergence = unitClaim({
  id: 'U3',
  statement: 'The KL divergence of the prior from itself is 0.',
  source: pearlPaper('section 4'),
  expected: 'KL of the prior from itself: exactly 0',
  seeded: false,
  measure: () =>
    torch.scope(() => ({
      kl: Math.abs(klFromPrior({ mean: torch.zeros([4, 5], double), variance: torch.ones([4, 5], double) }).item()),
    })),
  checks: (worst) => [atMost('KL(N(0, I) || N(0, I))', worst('kl'), 0)],
});

export const contrastEnds = unitClaim({
  id: 'U5',
  statement:
    'The contrastive loss vanishes for orthonormal pairs far apart and is log n where all embeddings are equal.',
  source: tclPaper('InfoNCE, its loss'),
  expected: 'orthonormal pairs scaled by 20: < 1e-6; equal embeddings: log n within 1e-9; both similarities',
  seeded: false,
  measure: () =>
    torch.scope(() => {
      const [n, size, length] = [8, 8, 10];
      const own = torch.arange(n, { dtype: 'int64' });
      const windows = (rowsOf: torch.Tensor) => rowsOf.unsqueeze(1).expand([n, length, size]);
      const far = windows(torch.eye(n, double).mul(20));
      const equal = windows(torch.ones([n, size], double));
      const loss = (x: torch.Tensor, weight: torch.Tensor | null) =>
        agents.windowContrast(x, x, { bottleneck: false, weight, own }).loss.item();
      const identity = torch.eye(size, double);
      const off = (weight: torch.Tensor | null) => Math.abs(loss(equal, weight) - Math.log(n));
      return {
        far: Math.max(loss(far, null), loss(far, identity)),
        equal: Math.max(off(null), off(identity)),
      };
    }),
  checks: (worst) => [
    atMost('orthonormal pairs: loss', worst('far'), 1e-6),
    atMost('equal embeddings: |loss - log n|', worst('equal'), 1e-9),
  ],
});
