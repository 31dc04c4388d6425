// The humanoid: thirteen bodies, seventeen motors, limbs that collide with each other. Numbers: OpenAI Gym 0.12.1.
import { body, capsule, floor, freeJoint, hinge, model, motor, sphere } from '../mjcf/parts.js';
import { type Element, toXml } from '../mjcf/writer.js';
import type { Body } from './body.js';

type Side = 'right' | 'left';
const SIDES: readonly Side[] = ['right', 'left'];
const sign = (side: Side) => (side === 'right' ? -1 : 1);

function leg(side: Side): Element {
  const s = sign(side);
  const hip = { armature: 0.01, damping: 5, stiffness: 10 };
  return body(
    `${side}_thigh`,
    [0, s * 0.1, -0.04],
    {},
    hinge(`${side}_hip_x`, [-s, 0, 0], [-25, 5], hip),
    hinge(`${side}_hip_z`, [0, 0, -s], [-60, 35], hip),
    hinge(`${side}_hip_y`, [0, 1, 0], [-110, 20], {
      armature: side === 'right' ? 0.008 : 0.01,
      damping: 5,
      stiffness: 20,
    }),
    capsule([0, 0, 0], [0, -s * 0.01, -0.34], 0.06),
    body(
      `${side}_shin`,
      [0, -s * 0.01, -0.403],
      {},
      hinge(`${side}_knee`, [0, -1, 0], [-160, -2], {
        pos: [0, 0, 0.02],
        armature: 0.006,
        damping: 1,
        stiffness: side === 'right' ? 0 : 1,
      }),
      capsule([0, 0, 0], [0, 0, -0.3], 0.049),
      body(`${side}_foot`, [0, 0, -0.45], {}, sphere([0, 0, 0.1], 0.075)),
    ),
  );
}

function arm(side: Side): Element {
  const s = sign(side);
  const shoulder: readonly [number, number] = side === 'right' ? [-85, 60] : [-60, 85];
  return body(
    `${side}_upper_arm`,
    [0, s * 0.17, 0.06],
    {},
    hinge(`${side}_shoulder1`, [2, -s, 1], shoulder, { armature: 0.0068, damping: 1, stiffness: 1 }),
    hinge(`${side}_shoulder2`, [0, s, 1], shoulder, { armature: 0.0051, damping: 1, stiffness: 1 }),
    capsule([0, 0, 0], [0.16, s * 0.16, -0.16], 0.04),
    body(
      `${side}_lower_arm`,
      [0.18, s * 0.18, -0.18],
      {},
      hinge(`${side}_elbow`, [0, -1, -s], [-90, 50], { armature: 0.0028, damping: 1, stiffness: 0 }),
      capsule([0.01, -s * 0.01, 0.01], [0.17, -s * 0.17, 0.17], 0.031),
      sphere([0.18, -s * 0.18, 0.18], 0.04),
    ),
  );
}

const abdomen = (stiffness: number, z: number) => ({ pos: [0, 0, z], armature: 0.02, damping: 5, stiffness });
const TILT = { quat: [1, 0, -0.002, 0] };

const torso = body(
  'torso',
  [0, 0, 1.4],
  {},
  freeJoint(),
  capsule([0, -0.07, 0], [0, 0.07, 0], 0.07),
  sphere([0, 0, 0.19], 0.09),
  capsule([-0.01, -0.06, -0.12], [-0.01, 0.06, -0.12], 0.06),
  body(
    'lwaist',
    [-0.01, 0, -0.26],
    TILT,
    hinge('abdomen_z', [0, 0, 1], [-45, 45], abdomen(20, 0.065)),
    hinge('abdomen_y', [0, 1, 0], [-75, 30], abdomen(10, 0.065)),
    capsule([0, -0.06, 0], [0, 0.06, 0], 0.06),
    body(
      'pelvis',
      [0, 0, -0.165],
      TILT,
      hinge('abdomen_x', [1, 0, 0], [-35, 35], abdomen(10, 0.1)),
      capsule([-0.02, -0.07, 0], [-0.02, 0.07, 0], 0.09),
      ...SIDES.map(leg),
    ),
  ),
  ...SIDES.map(arm),
);

export const humanoid: Body = {
  name: 'humanoid',
  frameSkip: 5,
  contactForces: true,
  xml: toXml(
    model({
      name: 'humanoid',
      compiler: { angle: 'degree' },
      option: { timestep: 0.003, integrator: 'RK4', solver: 'PGS', iterations: 50 },
      joint: { armature: 1, damping: 1, limited: true },
      geom: { contype: 1, conaffinity: 1, condim: 1, margin: 0.001, density: 1000 },
      control: [-0.4, 0.4],
      world: [floor([20, 20, 0.125], { condim: 3, friction: [1, 0.1, 0.1] }), torso],
      motors: [
        // The motors of the abdomen are in another order than its joints.
        ...['abdomen_y', 'abdomen_z', 'abdomen_x'].map((name) => motor(name, 100)),
        ...SIDES.flatMap((side) => [
          motor(`${side}_hip_x`, 100),
          motor(`${side}_hip_z`, 100),
          motor(`${side}_hip_y`, 300),
          motor(`${side}_knee`, 200),
        ]),
        ...SIDES.flatMap((side) => ['shoulder1', 'shoulder2', 'elbow'].map((name) => motor(`${side}_${name}`, 25))),
      ],
    }),
  ),
};
