// The parts that the bodies are built of: joints, shapes, motors, a floor, and the frame of a model. Positions are local to the
// parent body; unset attributes keep the defaults of the model.
import { type Attributes, type Element, element, type Vector3 } from './writer.js';

export const body = (name: string, pos: Vector3, attributes: Attributes, ...children: readonly Element[]): Element =>
  element('body', { name, pos, ...attributes }, ...children);

/** A joint without spring, damping, armature and limits: how a body moves in the world. */
const FREE: Attributes = { armature: 0, damping: 0, stiffness: 0, limited: false };

export const freeJoint = (attributes: Attributes = {}): Element =>
  element('joint', { name: 'root', type: 'free', ...FREE, ...attributes });

/** The three joints of a body that moves in the plane y = 0: x, z and pitch. */
export const planarRoot = (pos: Vector3, z: Attributes = {}): readonly Element[] => [
  element('joint', { name: 'rootx', type: 'slide', axis: [1, 0, 0], pos, ...FREE }),
  element('joint', { name: 'rootz', type: 'slide', axis: [0, 0, 1], pos, ...FREE, ...z }),
  element('joint', { name: 'rooty', type: 'hinge', axis: [0, 1, 0], pos: [0, 0, 0], ...FREE }),
];

export const hinge = (
  name: string,
  axis: Vector3,
  range: readonly [number, number],
  attributes: Attributes = {},
): Element => element('joint', { name, type: 'hinge', axis, range, pos: [0, 0, 0], ...attributes });

/** A capsule between two points. */
export const capsule = (from: Vector3, to: Vector3, radius: number, attributes: Attributes = {}): Element =>
  element('geom', { type: 'capsule', fromto: [...from, ...to], size: radius, ...attributes });

/** A capsule in the plane y = 0: its axis is the local z, turned about y by `angle` (in the model's unit). */
export const tiltedCapsule = (pos: Vector3, angle: number, radius: number, halfLength: number): Element =>
  element('geom', { type: 'capsule', pos, axisangle: [0, 1, 0, angle], size: [radius, halfLength] });

export const sphere = (pos: Vector3, radius: number): Element => element('geom', { type: 'sphere', pos, size: radius });

export const floor = (size: Vector3, attributes: Attributes): Element =>
  element('geom', { name: 'floor', type: 'plane', size, rgba: [0.8, 0.8, 0.8, 1], ...attributes });

export const motor = (joint: string, gear: number): Element => element('motor', { name: joint, joint, gear });

export interface ModelParts {
  readonly name: string;
  readonly compiler: Attributes;
  readonly option: Attributes;
  readonly joint: Attributes;
  readonly geom: Attributes;
  /** Limits of the motors. */
  readonly control: readonly [number, number];
  readonly world: readonly Element[];
  readonly motors: readonly Element[];
}

/** A model. Its memory for contacts is bounded to a megabyte: the default of 13 would be taken for every environment. */
export const model = ({ name, compiler, option, joint, geom, control, world, motors }: ModelParts): Element =>
  element(
    'mujoco',
    { model: name },
    element('compiler', { inertiafromgeom: true, ...compiler }),
    element('size', { memory: '1M' }),
    element('option', { gravity: [0, 0, -9.81], ...option }),
    element(
      'default',
      {},
      element('joint', joint),
      element('geom', geom),
      element('motor', { ctrllimited: true, ctrlrange: control }),
    ),
    element('worldbody', {}, ...world),
    element('actuator', {}, ...motors),
  );
