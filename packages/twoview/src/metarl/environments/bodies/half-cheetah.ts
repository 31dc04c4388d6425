// The half-cheetah: a planar runner of seven links and six motors. Numbers: OpenAI Gym 0.12.1.
import { body, capsule, floor, hinge, model, motor, planarRoot, tiltedCapsule } from '../mjcf/parts.js';
import { type Element, toXml, type Vector3 } from '../mjcf/writer.js';
import type { Body } from './body.js';

const RADIUS = 0.046;

interface Link {
  readonly name: string;
  readonly pos: Vector3;
  readonly range: readonly [number, number];
  readonly damping: number;
  readonly stiffness: number;
  readonly gear: number;
  /** The capsule: centre, angle about y, half length. */
  readonly shape: readonly [Vector3, number, number];
}

const BACK: readonly Link[] = [
  {
    name: 'bthigh',
    pos: [-0.5, 0, 0],
    range: [-0.52, 1.05],
    damping: 6,
    stiffness: 240,
    gear: 120,
    shape: [[0.1, 0, -0.13], -3.8, 0.145],
  },
  {
    name: 'bshin',
    pos: [0.16, 0, -0.25],
    range: [-0.785, 0.785],
    damping: 4.5,
    stiffness: 180,
    gear: 90,
    shape: [[-0.14, 0, -0.07], -2.03, 0.15],
  },
  {
    name: 'bfoot',
    pos: [-0.28, 0, -0.14],
    range: [-0.4, 0.785],
    damping: 3,
    stiffness: 120,
    gear: 60,
    shape: [[0.03, 0, -0.097], -0.27, 0.094],
  },
];

const FRONT: readonly Link[] = [
  {
    name: 'fthigh',
    pos: [0.5, 0, 0],
    range: [-1, 0.7],
    damping: 4.5,
    stiffness: 180,
    gear: 120,
    shape: [[-0.07, 0, -0.12], 0.52, 0.133],
  },
  {
    name: 'fshin',
    pos: [-0.14, 0, -0.24],
    range: [-1.2, 0.87],
    damping: 3,
    stiffness: 120,
    gear: 60,
    shape: [[0.065, 0, -0.09], -0.6, 0.106],
  },
  {
    name: 'ffoot',
    pos: [0.13, 0, -0.18],
    range: [-0.5, 0.5],
    damping: 1.5,
    stiffness: 60,
    gear: 30,
    shape: [[0.045, 0, -0.07], -0.6, 0.07],
  },
];

/** The links as a chain, each the child of the one before. */
function leg(links: readonly Link[]): readonly Element[] {
  const [link, ...rest] = links;
  if (!link) return [];
  const { name, pos, range, damping, stiffness, shape } = link;
  const [centre, angle, half] = shape;
  return [
    body(
      name,
      pos,
      {},
      hinge(name, [0, 1, 0], range, { damping, stiffness }),
      tiltedCapsule(centre, angle, RADIUS, half),
      ...leg(rest),
    ),
  ];
}

export const halfCheetah: Body = {
  name: 'half-cheetah',
  frameSkip: 5,
  contactForces: false,
  xml: toXml(
    model({
      name: 'half-cheetah',
      compiler: { angle: 'radian', settotalmass: 14 },
      option: { timestep: 0.01, integrator: 'Euler' },
      joint: {
        armature: 0.1,
        damping: 0.01,
        stiffness: 8,
        limited: true,
        solimplimit: [0, 0.8, 0.03],
        solreflimit: [0.02, 1],
      },
      geom: {
        contype: 1,
        conaffinity: 0,
        condim: 3,
        friction: [0.4, 0.1, 0.1],
        solimp: [0, 0.8, 0.01],
        solref: [0.02, 1],
      },
      control: [-1, 1],
      world: [
        floor([40, 40, 40], { conaffinity: 1, condim: 3 }),
        body(
          'torso',
          [0, 0, 0.7],
          {},
          ...planarRoot([0, 0, 0]),
          capsule([-0.5, 0, 0], [0.5, 0, 0], RADIUS),
          tiltedCapsule([0.6, 0, 0.1], 0.87, RADIUS, 0.15),
          ...leg(BACK),
          ...leg(FRONT),
        ),
      ],
      motors: [...BACK, ...FRONT].map(({ name, gear }) => motor(name, gear)),
    }),
  ),
};
