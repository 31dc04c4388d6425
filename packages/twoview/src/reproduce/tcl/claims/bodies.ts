// B1: the simulated bodies are those that others use.
import { environments } from '../../../metarl/index.js';
import { atMost } from '../../checks.js';
import { unitClaim } from '../../unit-claim.js';
import { type BodyReference, bodyReferences } from '../bodies.js';
import { pearlPaper } from './paper.js';
import { difference } from './small-agent.js';

async function measureBody(
  reference: BodyReference,
): Promise<{ masses: number; centre: number; one: number; twenty: number }> {
  const simulation = await environments.Simulation.create(reference.body);
  try {
    simulation.reset();
    simulation.forward();
    const { body_mass } = simulation.modelViews;
    const masses = difference(body_mass.subarray(1), reference.masses);
    const total = body_mass.reduce((sum, mass) => sum + mass, 0);
    const { xipos } = simulation.views;
    const centre = [0, 1, 2].map(
      (axis) => body_mass.reduce((sum, mass, i) => sum + mass * xipos[3 * i + axis]!, 0) / total,
    );
    let one = Number.NaN;
    for (let t = 0; t < 20; t++) {
      const { ctrl } = simulation.views;
      for (let i = 0; i < ctrl.length; i++) ctrl[i] = reference.amplitude * Math.sin(0.35 * t + 1.1 * i);
      simulation.step();
      if (t === 0) one = difference(simulation.views.qpos, reference.after1);
    }
    const twenty = difference(simulation.views.qpos, reference.after20);
    return { masses, centre: difference(centre, reference.centre), one, twenty };
  } finally {
    simulation.dispose();
  }
}

const names = Object.keys(bodyReferences) as (keyof typeof bodyReferences)[];

/** Six decimals are known. */
const tolerance = 1e-6;

export const bodies = unitClaim({
  id: 'B1',
  statement: 'Half-cheetah, ant, walker and humanoid have the masses of the public models and move as they do.',
  source: pearlPaper('its environments; the numbers are those of the public models in native MuJoCo 3.14.0'),
  expected:
    'six decimals, so within 1e-6: masses, centre of mass in the first position, positions after 1 and after 20 steps',
  seeded: false,
  async measure() {
    const errors: Record<string, number> = {};
    for (const name of names)
      for (const [what, error] of Object.entries(await measureBody(bodyReferences[name])))
        errors[`${name}: ${what}`] = error;
    return errors;
  },
  checks: (worst) =>
    names.flatMap((name) => [
      atMost(`${name}: masses, kg`, worst(`${name}: masses`), tolerance),
      atMost(`${name}: centre of mass, m`, worst(`${name}: centre`), tolerance),
      atMost(`${name}: position after 1 step`, worst(`${name}: one`), tolerance),
      atMost(`${name}: position after 20 steps`, worst(`${name}: twenty`), tolerance),
    ]),
});
