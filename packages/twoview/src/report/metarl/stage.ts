/** The stage of a roll-out: how large metres are, where the camera is, and the ground below. */
import { unit } from '../figures/geometry.js';
import { type Html, html, raw } from '../html.js';
import { formatNumber } from '../numbers.js';
import { cameraOf, durationOf, type Ground, placeOf } from './camera.js';
import { isGoal, isSolid, outlineOf, type View, viewOf, views } from './projection.js';
import type { RolloutFrame, RolloutOptions } from './rollout-types.js';

/** Size of the picture, in units of which the page shows about two to a pixel: whole numbers are fine enough, and short. */
export const width = 920;
export const height = 480;

const margin = 44;

/** Everything that all frames share. */
export interface Stage {
  view: View;
  /** Units in a metre. */
  scale: number;
  /** Place of the camera's point on the ground, in units. */
  origin: { x: number; y: number };
  /** Half the width that bodies need, in units. */
  reach: number;
  /** The camera's point on the ground at a frame, in metres. */
  camera: (frame: RolloutFrame) => Ground;
  /** Whether it follows the body. */
  follows: boolean;
  /** Seconds from the first frame to the last: the episode's. */
  episode: number;
  /** Seconds in which all frames are shown: one more, since the last is shown too. */
  seconds: number;
  oblique: boolean;
  /** Metres between lines of the ground. */
  step: number;
}

/** Fits the stage to all frames, so that a body keeps its size and never leaves the picture. */
export function stageOf(
  frames: readonly RolloutFrame[],
  { view: named = viewOf(frames), follow }: RolloutOptions,
): Stage {
  const view = views[named];
  const camera = cameraOf(frames, follow);
  const oblique = named === 'oblique';
  let [reach, top, bottom] = [0.1, -0.1, 0.02];
  for (const frame of frames) {
    const [x, y] = camera.at(frame);
    const [u, v] = [view.u(x, y, 0), view.v(x, y, 0)];
    // A goal may lie far from a body that is followed.
    for (const geom of frame.geoms.filter((each) => isSolid(each) || (isGoal(each) && !camera.follows))) {
      const outline = outlineOf(geom, view);
      const [points, radius] = 'polygon' in outline ? [outline.polygon, 0] : [outline.ends, outline.radius];
      for (const point of points) {
        reach = Math.max(reach, Math.abs(point.x - u) + radius);
        top = Math.min(top, point.y - v - radius);
        bottom = Math.max(bottom, point.y - v + radius);
      }
    }
  }
  const below = oblique ? margin : 1.6 * margin;
  const scale = Math.min((width / 2 - margin) / reach, (height - margin - below) / (bottom - top));
  const metres = width / scale;
  return {
    view,
    scale,
    origin: { x: width / 2, y: oblique ? (height - scale * (top + bottom)) / 2 : height - below - scale * bottom },
    reach: scale * reach,
    camera: camera.at,
    follows: camera.follows,
    episode: frames.at(-1)!.time - frames[0]!.time,
    seconds: durationOf(frames),
    oblique,
    step: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].find((step) => metres / step < 9) ?? 20,
  };
}

/** What stays in its place while the camera follows: the floor, and an arrow in the direction that is asked for: on the ground, or above. */
export function backdrop({ origin, oblique, view }: Stage, { direction }: RolloutOptions): Html {
  const floor = oblique
    ? html`<rect class="floor" width="${width}" height="${height}"/>`
    : html`<rect class="floor" y="${round(origin.y)}" width="${width}" height="${height - round(origin.y)}"/>`;
  return html`${floor}${direction && arrow(direction, { origin, oblique, view })}`;
}

function arrow(
  [dx, dy]: readonly [number, number],
  { origin, oblique, view }: Pick<Stage, 'origin' | 'oblique' | 'view'>,
): Html {
  const [ux, uy] = unit(dx, dy);
  const [a, b] = unit(view.u(ux, uy, 0), view.v(ux, uy, 0));
  // By the length that a metre in this direction has on the picture, so that arrows lie on the ground.
  const length = 210 * Math.hypot(view.u(ux, uy, 0), view.v(ux, uy, 0));
  const [x, y] = oblique ? [origin.x, origin.y] : [origin.x - (a * length) / 2, 30];
  const [x2, y2] = [x + a * length, y + b * length];
  const barb = (s: number): string => `${round(x2 - 22 * a + s * 12 * b)} ${round(y2 - 22 * b - s * 12 * a)}`;
  return html`<path class="asked" d="M${round(x)} ${round(y)}L${round(x2)} ${round(y2)}M${barb(1)}L${round(x2)} ${round(y2)}L${barb(-1)}"/>`;
}

/** The ground as one drawing that frames shift: ticks in metres or a grid, where the episode began, the goal. */
export function ground(stage: Stage, frames: readonly RolloutFrame[], id: string, goal: RolloutOptions['goal']): Html {
  const { oblique, step } = stage;
  const cameras = frames.map(stage.camera);
  const range = (axis: 0 | 1): [number, number] => {
    const values = cameras.map((at) => at[axis]);
    const room = oblique ? (0.85 * (width + height / 0.5)) / 2 / stage.scale : width / stage.scale;
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    return [Math.floor((low - room) / step), Math.ceil((high + room) / step)];
  };
  const place = (x: number, y: number): string => `${round(ux(stage, x, y))} ${round(vy(stage, x, y))}`;
  const [fromX, toX] = range(0);
  const count = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const marked = frames[0]!.geoms.some(isGoal);
  const marks = goal && !marked && goalMark(stage, goal);
  if (!oblique) {
    const ticks = count(fromX, toX).map((i) => ({
      x: round(stage.scale * step * i),
      label: formatNumber(round6(step * i)),
    }));
    return html`<g id="${id}-ground"><path class="ground-lines" d="${ticks.map(({ x }) => `M${x} 0v14`).join('')}"/>${ticks.map(
      ({ x, label }) => html`<text x="${x}" y="46">${label}</text>`,
    )}${marks}</g>`;
  }
  const [fromY, toY] = range(1);
  const lines = [
    ...count(fromX, toX).map((i) => `M${place(step * i, step * fromY)}L${place(step * i, step * toY)}`),
    ...count(fromY, toY).map((j) => `M${place(step * fromX, step * j)}L${place(step * toX, step * j)}`),
  ];
  const [x, y] = placeOf(frames[0]!);
  return html`<g id="${id}-ground"><path class="ground-lines" d="${lines.join('')}"/><circle class="ground-start" cx="${round(ux(stage, x, y))}" cy="${round(vy(stage, x, y))}" r="7"/>${marks}</g>`;
}

function goalMark(stage: Stage, [x, y]: readonly [number, number]): Html {
  const [cx, cy] = [round(ux(stage, x, y)), stage.oblique ? round(vy(stage, x, y)) : 0];
  return html`<path class="ground-goal" d="M${cx} ${cy}v-64l34 12l-34 12"/><circle class="ground-goal" cx="${cx}" cy="${cy}" r="6"/>`;
}

/** A reference to the ground, shifted to a frame's camera. */
export function groundAt(stage: Stage, frame: RolloutFrame, id: string): Html {
  const [x, y] = stage.camera(frame);
  const v = stage.oblique ? vy(stage, x, y) : 0;
  return raw(
    `<use href="#${id}-ground" x="${round(stage.origin.x - ux(stage, x, y))}" y="${round(stage.origin.y - v)}"/>`,
  );
}

const ux = ({ view, scale }: Stage, x: number, y: number): number => scale * view.u(x, y, 0);
const vy = ({ view, scale }: Stage, x: number, y: number): number => scale * view.v(x, y, 0);

/** `+ 0` makes no -0. */
export const round = (value: number): number => Math.round(value) + 0;
const round6 = (value: number): number => Math.round(1e6 * value) / 1e6;
