/** Which limb a part belongs to, by the name of its body, so that legs can be told apart. */
import { seriesColor } from '../figures/frame.js';
import type { RolloutGeom } from './rollout-types.js';

/** A limb. */
export interface Limb {
  /** Class of its colours: -1 is the trunk. */
  tone: number;
  /** In the legend. */
  name: string;
  /** Where parts lie in one plane: what is drawn first. */
  order: number;
}

const trunk: Limb = { tone: -1, name: 'trunk', order: 1 };

/** Names of MuJoCo's bodies; the first pattern that fits. */
const patterns: readonly (readonly [RegExp, Limb])[] = [
  [/torso|head|waist|pelvis|trunk|abdomen|^root/, trunk],
  [/front_?left/, { tone: 0, name: 'front left', order: 2 }],
  [/front_?right/, { tone: 1, name: 'front right', order: 2 }],
  [/right_?back|back_?right/, { tone: 3, name: 'back right', order: 2 }],
  [/left_?back|back_?left|^back_leg/, { tone: 2, name: 'back left', order: 2 }],
  [/left/, { tone: 0, name: 'left', order: 0 }],
  [/right/, { tone: 1, name: 'right', order: 2 }],
  [/^b(thigh|shin|foot)/, { tone: 0, name: 'back', order: 2 }],
  [/^f(thigh|shin|foot)/, { tone: 1, name: 'front', order: 2 }],
  [/^(thigh|leg|foot)$/, { tone: 1, name: 'right', order: 2 }],
  [/hand|gripper/, { tone: 0, name: 'hand', order: 2 }],
  [/object|puck/, { tone: 1, name: 'object', order: 2 }],
];

/** Of goals: no limb has it. The style sheet's, for what is drawn by class. */
export const goalColor = seriesColor(4);

/** Legs of the ant by number, as its four hips are named. */
const numbered = ['front left', 'front right', 'back left', 'back right'];

/** The limb of a part; the trunk where its body has no name, or one that says nothing. */
export function limbOf({ body = '' }: RolloutGeom): Limb {
  const known = patterns.find(([pattern]) => pattern.test(body));
  if (known) return known[1];
  const number = Number(/_([1-4])$/.exec(body)?.[1]);
  return Number.isInteger(number) ? { tone: number - 1, name: numbered[number - 1]!, order: 2 } : trunk;
}

/** Limbs in the order of their colours, the trunk left out. */
export function limbsOf(geoms: readonly RolloutGeom[]): Limb[] {
  const byTone = new Map(geoms.map((geom) => [limbOf(geom).tone, limbOf(geom)]));
  return [...byTone.values()].filter(({ tone }) => tone >= 0).sort((a, b) => a.tone - b.tone);
}
