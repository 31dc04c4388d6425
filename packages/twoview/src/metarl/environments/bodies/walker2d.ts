// The walker: a planar torso on two legs of three motors each. Numbers: OpenAI Gym 0.12.1; the variant whose physics are
// drawn at random has the time step of rand_param_envs, twice as long.
import { body, capsule, floor, hinge, model, motor, planarRoot } from '../mjcf/parts.js';
import { type Element, toXml } from '../mjcf/writer.js';
import type { Body } from './body.js';

const friction = (sliding: number) => ({ friction: [sliding, 0.1, 0.1] });

function leg(suffix: '' | '_left', footFriction: number): Element {
  const joint = (name: string) => `${name}${suffix}_joint`;
  return body(
    `thigh${suffix}`,
    [0, 0, -0.2],
    {},
    hinge(joint('thigh'), [0, -1, 0], [-150, 0]),
    capsule([0, 0, 0], [0, 0, -0.45], 0.05, friction(0.9)),
    body(
      `leg${suffix}`,
      [0, 0, -0.7],
      {},
      hinge(joint('leg'), [0, -1, 0], [-150, 0], { pos: [0, 0, 0.25] }),
      capsule([0, 0, 0.25], [0, 0, -0.25], 0.04, friction(0.9)),
      body(
        `foot${suffix}`,
        [0.2, 0, -0.35],
        {},
        hinge(joint('foot'), [0, -1, 0], [-45, 45], { pos: [-0.2, 0, 0.1] }),
        capsule([-0.2, 0, 0.1], [0, 0, 0.1], 0.06, friction(footFriction)),
      ),
    ),
  );
}

const walker = (name: string, timestep: number): Body => ({
  name,
  frameSkip: 4,
  contactForces: false,
  xml: toXml(
    model({
      name,
      compiler: { angle: 'degree' },
      option: { timestep, integrator: 'RK4' },
      joint: { armature: 0.01, damping: 0.1, limited: true },
      geom: { contype: 1, conaffinity: 0, condim: 3, density: 1000, friction: [0.7, 0.1, 0.1] },
      control: [-1, 1],
      world: [
        floor([40, 40, 40], { conaffinity: 1, condim: 3 }),
        body(
          'torso',
          [0, 0, 1.25],
          {},
          ...planarRoot([0, 0, -1.25], { ref: 1.25 }),
          capsule([0, 0, 0.2], [0, 0, -0.2], 0.05, friction(0.9)),
          leg('', 0.9),
          leg('_left', 1.9),
        ),
      ],
      motors: ['', '_left'].flatMap((suffix) =>
        ['thigh', 'leg', 'foot'].map((name) => motor(`${name}${suffix}_joint`, 100)),
      ),
    }),
  ),
});

export const walker2d: Body = walker('walker2d', 0.002);
export const walker2dParams: Body = walker('walker2d-params', 0.004);
