// U7, U8: what buffers keep, and what they keep of an episode's end.
import { agent as agents, environments as rooms } from '../../../metarl/index.js';
import { atMost } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { pearlPaper } from './paper.js';
import { smallAgent } from './small-agent.js';

export const clearing = unitClaim({
  id: 'U7',
  statement: 'Clearing the context of a task empties its encoder buffer and nothing else.',
  source: pearlPaper('released program'),
  expected: 'transitions left in the encoder buffer 0; lost from any other buffer 0',
  seeded: false,
  measure() {
    const small = smallAgent(0);
    const { buffers } = small;
    const count = () => buffers.tasks.map(({ encoder, rl }) => ({ encoder: encoder.size, rl: rl.size }));
    const before = count();
    buffers.clearContext(1);
    const after = count();
    small.dispose();
    const lost = before.reduce(
      (sum, { encoder, rl }, i) =>
        sum + Math.abs(rl - after[i]!.rl) + (i === 1 ? 0 : Math.abs(encoder - after[i]!.encoder)),
      0,
    );
    return { left: before[1]!.encoder > 0 ? after[1]!.encoder : Number.NaN, lost };
  },
  checks: (worst) => [
    atMost('left in the cleared buffer', worst('left'), 0),
    atMost('lost from others', worst('lost'), 0),
  ],
});

/** d of every transition in a task's RL buffer: the last number of its rows. */
function terminals(buffers: agents.ReplayBuffers): number[] {
  const { rl } = buffers.task(0);
  const { rows } = rl.save();
  return Array.from({ length: rl.size }, (_, i) => rows[(i + 1) * rl.width - 1]!);
}

export const timeLimit = unitClaim({
  id: 'U8',
  statement: 'Reaching the time limit is no end of the task: it is stored as d = 0.',
  source: pearlPaper('released program'),
  expected: 'episodes of the point robot: all d are 0; a true end: d is 1 in its last transition and 0 before',
  async measure(seed) {
    const family = rooms.findFamily('point-robot');
    const { train } = family.tasks();
    const sizes = { observation: 2, action: 2, tasks: 1, nextObservation: false };
    const config = agents.agentSchema.parse({ hidden: [8], encoderHidden: [8] });
    const agent = new agents.Agent(sizes, config, { seed });
    const environments = await rooms.createVectorEnvironments({ family, workers: 0 });
    try {
      const latent = new Float64Array(config.latent);
      const requests = [0, 1].map((i) => ({ task: train[i]!, latent, seed: seed + i }));
      const episodes = await environments.collect(agent.policyWeights(), requests);
      const buffers = () => new agents.ReplayBuffers(sizes, config, { seed });
      const [limited, ended] = [buffers(), buffers()];
      for (const episode of episodes) limited.add(0, episode);
      ended.add(0, { ...episodes[0]!, terminated: true });
      const ends = terminals(ended);
      const stored = terminals(limited);
      return {
        limited: stored.length === 2 * family.horizon ? Math.max(...stored) : Number.NaN,
        ended: Math.abs(1 - (ends.pop() ?? Number.NaN)) + Math.max(...ends),
      };
    } finally {
      await environments.close();
      agent.networks.dispose();
    }
  },
  checks: (worst) => [
    atMost('time limit: largest d', worst('limited'), 0),
    atMost('true end: d that are wrong', worst('ended'), 0),
  ],
});
