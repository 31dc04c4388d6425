/** An episode as a moving picture without script: frames side by side on a film that CSS moves past a window, and stills below. */
import type { Point } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';
import { type Html, html, raw } from '../html.js';
import { formatNumber } from '../numbers.js';
import { bodyPaths } from './body.js';
import { placeOf } from './camera.js';
import { clockHeight, goalPlace, wayToGoal } from './goal.js';
import { goalColor, limbsOf } from './limbs.js';
import { isGoal, isSolid } from './projection.js';
import type { RolloutFrame, RolloutOptions } from './rollout-types.js';
import { backdrop, ground, groundAt, height, round, type Stage, stageOf, width } from './stage.js';

const largest = 250_000;
/** Shorter episodes are slowed down to it, in seconds, so that they can be followed and do not flicker. */
const shortest = 2;

/**
 * Draws an episode. It moves in real time, or slower where it is short, unless the reader prefers reduced motion, and can be stopped.
 * @throws RangeError if there are no frames, a frame has no parts, or a number in one is not finite
 */
export function rolloutPicture(frames: readonly RolloutFrame[], options: RolloutOptions): Html {
  checkFrames(frames);
  const { title, caption, id = 'roll-out', stills = 6, bytes = largest } = options;
  if (!/^[A-Za-z][\w-]*$/.test(id))
    throw new RangeError(
      `The id of a roll-out is ${JSON.stringify(id)}; give letters, digits and hyphens, a letter first.`,
    );
  const stage = stageOf(frames, options);
  const floor = ground(stage, frames, id, options.goal);
  const strip = stillStrip(frames, stage, { ...options, id }, stills);
  const goals = frames.map((frame) => goalPlace(stage, frame, options.goal));
  const line = clockHeight(goals);
  const drawn = frames.map((frame, i) => cell(frame, stage, id, { goal: goals[i], line }));
  const kept = fewer(drawn, bytes - floor.text.length - strip.text.length - 2000);
  const { seconds, episode } = stage;
  const playing = Math.max(seconds, shortest);
  const film = kept
    .map((text, i) => `<svg x="${i * width}" width="${width}" height="${height}">${text}</svg>`)
    .join('');
  return html`<figure class="chart rollout">
<div class="chart-head"><h3>${title}</h3>${legend(frames, options)}</div>
<div class="screen"><input type="checkbox" class="pause" id="${id}-pause" aria-label="Play or pause"><label class="pause-label" for="${id}-pause" aria-hidden="true"><span class="stop">❚❚ pause</span><span class="go">▶ play</span></label>
<svg class="stage" viewBox="0 0 ${width} ${height}" role="img" aria-label="${describe(frames, stage, options)}"><defs>${floor}</defs>${backdrop(stage, options)}<g class="film" style="--film:${-kept.length * width}px;animation-duration:${formatSeconds(playing)}s;animation-timing-function:steps(${kept.length})">${raw(film)}</g></svg></div>
${strip}
<figcaption>${caption !== undefined && `${caption} `}${formatNumber(episode)} s ${playing > seconds ? `slowed down ${formatNumber(playing / seconds)} times` : 'in real time'}; the camera ${stage.follows ? 'follows the body' : 'stands still'}, ${stage.oblique ? 'lines of the ground are' : 'ticks on the ground are'} ${formatNumber(stage.step)} m apart.${goals.some((place) => wayToGoal(place, halfOfStills(stage))) && ' An arrow at the edge points to a goal outside the picture.'}</figcaption>
</figure>
`;
}

/** Limbs by colour, and what marks stand for. */
function legend(frames: readonly RolloutFrame[], { goal, direction }: RolloutOptions): Html | undefined {
  const { geoms } = frames[0]!;
  const entries = [
    ...limbsOf(geoms.filter(isSolid)).map(({ name, tone }) => [name, seriesColor(tone), 'dot'] as const),
    ...(goal || geoms.some(isGoal) ? [['goal', goalColor, 'dot'] as const] : []),
    ...(direction ? [['direction asked for', 'var(--good)', 'line'] as const] : []),
  ];
  if (entries.length === 0) return undefined;
  return html`<ul class="legend">${entries.map(([name, color, shape]) => html`<li><span class="swatch ${shape}" style="color:${color}"></span>${name}</li>`)}</ul>`;
}

/** What moves: ground, body, the way to a goal, and the clock. */
function cell(
  frame: RolloutFrame,
  stage: Stage,
  id: string,
  { goal, line }: { goal: Point | undefined; line: number },
): string {
  return html`${groundAt(stage, frame, id)}${bodyPaths(frame, stage)}${wayToGoal(goal)}<text class="clock" x="${width - 16}" y="${line}">${clock(frame.time, stage)}</text>`
    .text;
}

const clock = (time: number, { seconds }: Stage): string => `${time.toFixed(seconds < 2 ? 2 : 1)} s`;

/** As many frames as `bytes` have room for, evenly, the first among them; two at least. */
function fewer(cells: readonly string[], bytes: number): readonly string[] {
  const frame = 46; // around each
  const size = cells.reduce((sum, text) => sum + text.length + frame, 0);
  if (size <= bytes) return cells;
  const count = Math.max(Math.min(2, cells.length), Math.floor((cells.length * bytes) / size));
  return Array.from({ length: count }, (_, i) => cells[Math.floor((i * cells.length) / count)]!);
}

/** Half the width that stills show: room for the body. */
const halfOfStills = ({ reach }: Stage): number => Math.min(width / 2, Math.max(150, round(reach) + 24));

function stillStrip(
  frames: readonly RolloutFrame[],
  stage: Stage,
  options: RolloutOptions & { id: string },
  most: number,
): Html {
  const count = Math.min(most, frames.length);
  const chosen = Array.from(
    { length: count },
    (_, i) => frames[count === 1 ? 0 : round((i * (frames.length - 1)) / (count - 1))]!,
  );
  const half = halfOfStills(stage);
  const times = chosen.map(({ time }) => clock(time, stage));
  const pictures = chosen.map(
    (frame, i) =>
      html`<div><svg viewBox="${width / 2 - half} 0 ${2 * half} ${height}">${backdrop(stage, { ...options, direction: undefined })}${groundAt(stage, frame, options.id)}${bodyPaths(frame, stage)}${wayToGoal(goalPlace(stage, frame, options.goal), half)}</svg><span>${times[i]}</span></div>`,
  );
  return html`<div class="stills" role="img" aria-label="Stills at ${times.join(', ')}">${pictures}</div>`;
}

const formatSeconds = (seconds: number): string => String(Math.round(1000 * seconds) / 1000);

function describe(
  frames: readonly RolloutFrame[],
  { oblique, episode }: Stage,
  { title, goal, follow }: RolloutOptions,
): string {
  const [first, last] = [placeOf(frames[0]!, follow), placeOf(frames.at(-1)!, follow)];
  const place = ([x, y]: readonly [number, number]): string =>
    oblique ? `(${formatNumber(x)}, ${formatNumber(y)}) m` : `${formatNumber(x)} m`;
  return `${title}: an episode of ${formatNumber(episode)} s. The body moves from ${place(first)} to ${place(last)}.${goal ? ` The goal is at ${place(goal)}.` : ''}`;
}

function checkFrames(frames: readonly RolloutFrame[]): void {
  if (frames.length === 0) throw new RangeError('A roll-out needs at least one frame, but there is none.');
  frames.forEach(({ geoms, time }, i) => {
    if (!geoms.some(isSolid))
      throw new RangeError(`Frame ${i} of the roll-out has no parts besides the floor; give the body's geoms.`);
    for (const { type, size, position, matrix, body = type } of geoms.filter(isSolid)) {
      const numbers = [time, ...Array.from(size), ...Array.from(position), ...Array.from(matrix)];
      if (position.length !== 3 || matrix.length !== 9 || !numbers.every(Number.isFinite))
        throw new RangeError(
          `Frame ${i} of the roll-out: ${body} needs 3 finite numbers of position and 9 of rotation; leave out frames after the simulation has diverged.`,
        );
    }
  });
}
