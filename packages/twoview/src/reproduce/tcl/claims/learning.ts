// U4, U6: who is trained by what in a gradient step.
import * as torch from '@twoview/torch';
import { atMost } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { pearlPaper, tclPaper } from './paper.js';
import { difference, numbers, type SmallAgent, smallAgent } from './small-agent.js';

/** Gradients of the encoder after a step, tensor by tensor. */
const encoderGradients = ({ agent }: SmallAgent): number[][] =>
  agent.networks.encoder.parameters().flatMap(({ grad }) => (grad ? [numbers(grad)] : []));

/** Other weights of the policy and of V, whose losses then have other gradients; V's target stays. */
function changeActors({ agent }: SmallAgent): void {
  const { policy, v } = agent.networks;
  torch.noGrad(() => {
    for (const parameter of [...policy.parameters(), ...(v?.parameters() ?? [])]) parameter.mul_(-3);
  });
}

export const encoderLearns = unitClaim({
  id: 'U4',
  statement: 'The losses of V and of the policy train no encoder; that of the Qs does.',
  source: pearlPaper('algorithm 1'),
  expected:
    'one step without KL: the encoder’s gradient is the same to the bit whatever V and the policy are, and no tensor of it is zero',
  measure(seed) {
    const [one, other] = [smallAgent(seed, { klLambda: 0 }), smallAgent(seed, { klLambda: 0 })];
    changeActors(other);
    one.step();
    other.step();
    const [a, b] = [encoderGradients(one), encoderGradients(other)];
    one.dispose();
    other.dispose();
    const silent = a.filter((gradient) => gradient.every((value) => value === 0)).length;
    return { actors: difference(a.flat(), b.flat()), silent: a.length === 0 ? Number.NaN : silent };
  },
  checks: (worst) => [
    atMost('gradient by V and policy', worst('actors'), 0),
    atMost('J_Q: tensors of the encoder without gradient', worst('silent'), 0),
  ],
});

const elements = (network: { parameters(): torch.Tensor[]; buffers(): torch.Tensor[] } | null): number[] =>
  network ? [...network.parameters(), ...network.buffers()].flatMap(numbers) : [];

/** Weights of the query and of the key network. */
const weights = ({ agent }: SmallAgent) => ({
  query: elements(agent.networks.encoder.query),
  key: elements(agent.networks.encoder.key),
});

export const keysFollow = unitClaim({
  id: 'U6',
  statement: 'The optimiser never changes the key network; it follows the query network by averaging.',
  source: tclPaper('released program'),
  expected:
    'momentum 1: not a bit changes in ten steps; default: after one step key = .995 old + .005 query within 1e-12, for both kinds of key network',
  measure(seed) {
    const tcl = { enabled: true, window: 4 } as const;
    let changed = 0;
    let off = 0;
    for (const key of ['head', 'encoder'] as const) {
      const fixed = smallAgent(seed, { tcl: { ...tcl, key, momentum: 1 } });
      const start = weights(fixed);
      for (let i = 0; i < 10; i++) fixed.step();
      const end = weights(fixed);
      changed = Math.max(changed, difference(end.key, start.key), end.key.length > 0 ? 0 : Number.NaN);
      if (difference(end.query, start.query) === 0) changed = Number.NaN;
      fixed.dispose();

      const following = smallAgent(seed, { tcl: { ...tcl, key } });
      const before = weights(following).key;
      following.step();
      const after = weights(following);
      off = Math.max(
        off,
        difference(
          after.key,
          before.map((value, i) => 0.995 * value + 0.005 * after.query[i]!),
        ),
        difference(after.key, before) > 0 ? 0 : Number.NaN,
      );
      following.dispose();
    }
    return { changed, off };
  },
  checks: (worst) => [
    atMost('momentum 1: change of keys', worst('changed'), 0),
    atMost('one step: key - average', worst('off'), 1e-12),
  ],
});
