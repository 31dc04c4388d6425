// The ant: a free torso on four legs of two motors each. Numbers: OpenAI Gym 0.12.1, as PEARL uses them.
import { body, capsule, floor, freeJoint, hinge, model, motor, sphere } from '../mjcf/parts.js';
import { type Element, toXml, type Vector3 } from '../mjcf/writer.js';
import type { Body } from './body.js';

interface Leg {
  readonly name: string;
  /** Signs of x and y. */
  readonly side: readonly [number, number];
  readonly ankleAxis: Vector3;
  readonly ankleRange: readonly [number, number];
}

const LEGS: readonly Leg[] = [
  { name: 'front_left_leg', side: [1, 1], ankleAxis: [-1, 1, 0], ankleRange: [30, 70] },
  { name: 'front_right_leg', side: [-1, 1], ankleAxis: [1, 1, 0], ankleRange: [-70, -30] },
  { name: 'back_leg', side: [-1, -1], ankleAxis: [-1, 1, 0], ankleRange: [-70, -30] },
  { name: 'right_back_leg', side: [1, -1], ankleAxis: [1, 1, 0], ankleRange: [30, 70] },
];

const ORIGIN: Vector3 = [0, 0, 0];
const RADIUS = 0.08;

/** A leg: a holder fixed to the torso, the hip's link and the ankle's. */
function leg({ name, side, ankleAxis, ankleRange }: Leg, index: number): Element {
  const at = (length: number): Vector3 => [length * side[0], length * side[1], 0];
  const number = index + 1;
  return body(
    name,
    ORIGIN,
    {},
    capsule(ORIGIN, at(0.2), RADIUS),
    body(
      `aux_${number}`,
      at(0.2),
      {},
      hinge(`hip_${number}`, [0, 0, 1], [-30, 30]),
      capsule(ORIGIN, at(0.2), RADIUS),
      body(
        `foot_${number}`,
        at(0.2),
        {},
        hinge(`ankle_${number}`, ankleAxis, ankleRange),
        capsule(ORIGIN, at(0.4), RADIUS),
      ),
    ),
  );
}

export const ant: Body = {
  name: 'ant',
  frameSkip: 5,
  contactForces: true,
  xml: toXml(
    model({
      name: 'ant',
      compiler: { angle: 'degree' },
      option: { timestep: 0.01, integrator: 'RK4' },
      joint: { armature: 1, damping: 1, limited: true },
      geom: { contype: 1, conaffinity: 0, condim: 3, density: 5, friction: [1, 0.5, 0.5], margin: 0.01 },
      control: [-1, 1],
      world: [
        floor([40, 40, 40], { conaffinity: 1, condim: 3 }),
        body('torso', [0, 0, 0.75], {}, freeJoint({ margin: 0.01 }), sphere(ORIGIN, 0.25), ...LEGS.map(leg)),
      ],
      motors: [4, 1, 2, 3].flatMap((i) => [motor(`hip_${i}`, 150), motor(`ankle_${i}`, 150)]),
    }),
  ),
};
