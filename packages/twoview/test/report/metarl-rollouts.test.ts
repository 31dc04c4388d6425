// Roll-outs that move without script, and paths in the plane.
import { describe, expect, it, vi } from 'vitest';
import {
  pathFigure,
  type RolloutFrame,
  type RolloutGeom,
  renderMetaRlReport,
  rolloutFrames,
  rolloutPicture,
} from '../../src/report/index.js';
import { style } from '../../src/report/style.js';
import { type Doc, label, read, text, texts } from './document.js';
import { capsule, fakeMetaRl, leggedFrames, planarFrames } from './metarl-fixture.js';

vi.setConfig({ testTimeout: 30_000 }); // drawing takes a second or more on a busy machine
const picture = (...given: Parameters<typeof rolloutPicture>) => read(`<main>${rolloutPicture(...given)}</main>`);

describe('a roll-out', () => {
  it('is a film of frames that CSS moves in steps in real time, with a button to stop it and stills', async () => {
    const doc = picture(planarFrames(101), { title: 'Run', id: 'run-a' }); // 100 steps of 0.05 s
    const film = doc.querySelector('.film')!;
    expect(film.querySelectorAll(':scope > svg')).toHaveLength(101);
    expect(film.getAttribute('style')).toBe(
      '--film:-92920px;animation-duration:5.05s;animation-timing-function:steps(101)',
    );
    expect(film.querySelectorAll('svg:first-child path')).toHaveLength(8);
    expect(texts(doc, '.film .clock').slice(0, 3)).toEqual(['0.0 s', '0.1 s', '0.1 s']);
    expect(doc.querySelector('.screen > input.pause + label.pause-label + svg.stage')).not.toBeNull();
    expect(doc.querySelectorAll('.stills svg')).toHaveLength(6);
    expect(label(doc, '.stills', 0)).toBe('Stills at 0.0 s, 1.0 s, 2.0 s, 3.0 s, 4.0 s, 5.0 s');
    expect(text(doc, 'figcaption')).toContain('5 s in real time');
    expect(label(doc, '.stage', 0)).toMatch(/an episode of 5 s\. The body moves from 0 m to 9 m/);
    const page = await renderMetaRlReport({ family: 'a', algorithm: 'b' });
    expect(page).toMatch(/@keyframes film/);
    expect(page).toMatch(/prefers-reduced-motion: reduce\) \{\s*\.film \{ animation-play-state: paused/);
  });

  it('follows the body over a ground that moves past it', () => {
    const doc = picture(planarFrames(60), { title: 'Run' });
    const shifts = [...doc.querySelectorAll('.film use')].map((use) => Number(use.getAttribute('x')));
    expect(shifts[0]).toBeGreaterThan(shifts[59]! + 1000);
    expect(shifts.every((shift, i) => i === 0 || shift < shifts[i - 1]!)).toBe(true);
    const ticks = texts(doc, 'defs text').map((tick) => Number(tick.replace('−', '-')));
    expect(ticks[1]! - ticks[0]!).toBe(0.5);
    expect(Math.min(...ticks)).toBeLessThan(-1);
    expect(Math.max(...ticks)).toBeGreaterThan(6);
  });

  it('tells limbs apart by name and colour, and draws far ones first', () => {
    const doc = picture(leggedFrames(10), { title: 'Ant' });
    expect(texts(doc, '.legend li')).toEqual(['front left', 'front right', 'back left', 'back right']);
    const order = [...doc.querySelectorAll('.film svg:first-child path')].map((path) => path.getAttribute('class'));
    expect(order[0]).toBe('shadow');
    // The left is far from the viewer, who stands at the right.
    expect(order.indexOf('l0')).toBeLessThan(order.indexOf('t'));
    expect(order.lastIndexOf('l3')).toBeGreaterThan(order.lastIndexOf('l0'));
    expect(doc.querySelector('.stage')?.getAttribute('aria-label')).toMatch(/from \(0, 0\) m to/);
  });

  it('stays below its size by leaving out frames, not seconds', () => {
    const full = rolloutPicture(leggedFrames(400), { title: 'Ant' });
    expect(full.text.length).toBeLessThan(250_000);
    const small = picture(leggedFrames(400), { title: 'Ant', bytes: 60_000 });
    const count = small.querySelectorAll('.film > svg').length;
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(100);
    expect(small.querySelector('.film')?.getAttribute('style')).toContain('animation-duration:20s');
    expect(texts(small, '.film .clock').at(-1)).toMatch(/^19\./);
  });

  it('that is short is slowed down', () => {
    const doc = picture(planarFrames(11), { title: 'Fall' });
    expect(doc.querySelector('.film')?.getAttribute('style')).toContain('animation-duration:2s');
    expect(text(doc, 'figcaption')).toContain('0.5 s slowed down 3.64 times');
    expect(texts(doc, '.film .clock').at(-1)).toBe('0.50 s');
  });

  it('shows where it should go: an arrow, a flag, or the goal among the parts', () => {
    const asked = picture(leggedFrames(5), { title: 'a', goal: [2, 1], direction: [0, 1] });
    expect(asked.querySelectorAll('.asked')).toHaveLength(1);
    expect(asked.querySelectorAll('defs .ground-goal')).toHaveLength(2);
    expect(texts(asked, '.legend li').slice(-2)).toEqual(['goal', 'direction asked for']);
    const goal: RolloutGeom = { ...leggedFrames(1)[0]!.geoms[1]!, body: 'goal', position: [50, 0, 0] };
    const frames = leggedFrames(5).map((frame) => ({ ...frame, geoms: [...frame.geoms, goal] }));
    const among = picture(frames, { title: 'a', goal: [50, 0] });
    expect(among.querySelectorAll('.film .g')).toHaveLength(5);
    expect(among.querySelectorAll('defs .ground-goal')).toHaveLength(0);
    // A goal far away makes the body no smaller.
    const torso = (doc: Doc) => /a(\d+)/.exec(doc.querySelector('.film svg:first-child .t')!.getAttribute('d')!)?.[1];
    expect(torso(among)).toBe(torso(picture(leggedFrames(5), { title: 'a' })));
  });

  it('has a goal in a colour of its own, and an arrow at the edge towards one outside the picture', () => {
    const at = (x: number, y: number) => picture(leggedFrames(5), { title: 'a', goal: [x, y] });
    const [limbs, goal, flag] = [
      /\.l\d \{[^}]*(--series-\d)/,
      /\.g \{[^}]*(--series-\d)/,
      /\.ground-goal \{[^}]*(--series-\d)/,
    ].map((pattern) => [...style.matchAll(new RegExp(pattern, 'g'))].map((match) => match[1]));
    const [color] = goal!;
    expect(limbs).toHaveLength(4);
    expect(limbs).not.toContain(color);
    expect(flag).toEqual([color]);
    const arrows = (doc: Doc) => [...doc.querySelectorAll(`.film path[style="fill:var(${color})"]`)];
    expect(arrows(at(0.5, 0))).toHaveLength(0);
    expect(text(at(0.5, 0), 'figcaption')).not.toContain('arrow');
    for (const [x, y] of [
      [40, 0],
      [-40, 0],
      [0, 40],
      [0, -40],
      [30, 30],
    ] as const) {
      const doc = at(x, y);
      const [first, ...others] = arrows(doc);
      expect(others).toHaveLength(4);
      const [tipX, tipY] = /M(\d+) (\d+)/.exec(first!.getAttribute('d')!)!.slice(1).map(Number);
      expect(Math.min(tipX!, 920 - tipX!, tipY!, 480 - tipY!)).toBeGreaterThan(20);
      expect(tipX! > 460).toBe(x > 0 || (x === 0 && y > 0)); // the picture's right is forwards and a little to the left
      expect(text(doc, 'figcaption')).toContain('An arrow at the edge points to a goal outside the picture.');
    }
  });

  it('moves its clock to where the goal is not', () => {
    const goal = (z: number): RolloutGeom => ({
      ...leggedFrames(1)[0]!.geoms[1]!,
      body: 'goal',
      position: [1, -0.2, z],
    });
    const lines = (z: number) => {
      const frames = leggedFrames(2).map((frame) => ({ ...frame, geoms: [...frame.geoms, goal(z)] }));
      const doc = picture(frames, { title: 'a', view: 'side' });
      return new Set([...doc.querySelectorAll('.clock')].map((clock) => clock.getAttribute('y')));
    };
    expect(lines(0)).toEqual(new Set(['34']));
    expect(lines(0.95)).toEqual(new Set(['462']));
  });

  it('without a torso has a camera that stands still and holds everything', () => {
    const frames: RolloutFrame[] = [0, 1, 2].map((i) => ({
      time: i,
      geoms: [{ ...leggedFrames(1)[0]!.geoms[1]!, size: [0.02], body: 'hand', position: [i, 0.1 * i, 0.1] }],
    }));
    const doc = picture(frames, { title: 'Reach' });
    expect(text(doc, 'figcaption')).toContain('the camera stands still');
    expect(new Set([...doc.querySelectorAll('.film use')].map((use) => use.getAttribute('x'))).size).toBe(1);
    const starts = [...doc.querySelectorAll('.film .l0')].map((path) =>
      Number(/M(-?\d+)/.exec(path.getAttribute('d')!)![1]),
    );
    expect(starts.every((x) => x > 0 && x < 920)).toBe(true);
    expect(starts[2]! - starts[0]!).toBeGreaterThan(400);
  });

  it('draws a capsule as a disc along its axis, other shapes as their outlines, and no floor', () => {
    const only = (geom: RolloutGeom) =>
      [...picture([{ time: 0, geoms: [geom] }], { title: 'a', view: 'side' }).querySelectorAll('.film path')].map(
        (path) => path.getAttribute('d')!,
      );
    const [upright] = only(capsule([0, 0, 0.5], [0, 0, 1.5], 0.1, 'torso'));
    // Down one side, around the end, up the other: twice the radius across.
    expect(upright).toMatch(/^M\d+ \d+l0 -?(\d+)a(\d+) \2 0 0 0 (-?\d+) 0l0 -?\1a\2 \2 0 0 0 -?\d+ 0z$/);
    const [, , radius, across] = /l0 (-?\d+)a(\d+) \d+ 0 0 0 (-?\d+)/.exec(upright!)!;
    expect(Math.abs(Number(across))).toBe(2 * Number(radius));
    const turned = { position: [0, 0, 1], matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], body: 'torso' };
    const corners = (d: string | undefined) => d!.split(/[ML]/).length - 1;
    expect(corners(only({ ...turned, type: 'box', size: [0.2, 0.2, 0.4] })[0])).toBe(4);
    expect(corners(only({ ...turned, type: 'mesh', size: [0.2, 0.2, 0.4] })[0])).toBe(4);
    expect(corners(only({ ...turned, type: 'cylinder', size: [0.2, 0.4, 0] })[0])).toBe(4);
    expect(corners(only({ ...turned, type: 'ellipsoid', size: [0.2, 0.2, 0.4] })[0])).toBeGreaterThan(12);
    expect(only({ ...turned, type: 'sphere', size: [0.2] })[0]).toMatch(/^M\d+ \d+a/);
    expect(() => only({ ...turned, type: 'plane', size: [1, 1, 1] })).toThrow(
      'Frame 0 of the roll-out has no parts besides the floor',
    );
  });

  it('takes what environments give, and refuses what cannot be drawn in a sentence', () => {
    const [first] = planarFrames(1);
    expect(rolloutFrames([{ step: 3, geometries: first!.geoms }], 0.05)[0]!.time).toBeCloseTo(0.15);
    expect(() => rolloutPicture([], { title: 'a' })).toThrow('A roll-out needs at least one frame');
    const broken = { time: 0, geoms: [{ ...first!.geoms[1]!, position: [Number.NaN, 0, 0] }] };
    expect(() => rolloutPicture([first!, broken], { title: 'a' })).toThrow(
      'Frame 1 of the roll-out: torso needs 3 finite numbers of position and 9 of rotation',
    );
    expect(() => rolloutPicture([first!], { title: 'a', id: 'a b' })).toThrow('The id of a roll-out is "a b"');
  });
});

describe('paths in the plane', () => {
  const { paths } = fakeMetaRl();

  it('show start, goal, sparse radius, and trajectories in their order', () => {
    const doc = read(`<main>${pathFigure(paths![0]!)}</main>`);
    expect(texts(doc, '.legend li')).toEqual(['trajectory 1', 'trajectory 2', 'trajectory 3']);
    expect(label(doc, 'svg', 0)).toMatch(
      /Goal at \(−0\.5, 0\.87\), radius 0\.2\. trajectory 1: from .* trajectory 3: from .*, 0\.\d+ from the goal\./,
    );
    expect(doc.querySelectorAll('svg path[fill="var(--good)"]')).toHaveLength(1);
    expect(doc.querySelectorAll('svg path[stroke="var(--series-2)"][fill=none]')).toHaveLength(1);
  });

  it('have a metre as long in both directions', () => {
    const doc = read(`<main>${pathFigure(paths![0]!)}</main>`);
    const ticks = (axis: string) =>
      [...doc.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`)].map((tick) => ({
        value: Number(tick.textContent!.replace('−', '-')),
        at: tick
          .getAttribute('transform')!
          .match(/-?[\d.]+/g)!
          .map(Number),
      }));
    const unit = (axis: 'x' | 'y') => {
      const [a, b] = ticks(axis);
      return Math.abs((b!.at[axis === 'x' ? 0 : 1]! - a!.at[axis === 'x' ? 0 : 1]!) / (b!.value - a!.value));
    };
    expect(unit('x') / unit('y')).toBeCloseTo(1, 1);
  });

  it('of many trajectories are shaded from the first to the last', () => {
    const trajectories = Array.from({ length: 12 }, (_, i) => ({ points: [[0, 0] as const, [1, i] as const] }));
    const doc = read(`<main>${pathFigure({ title: 'a', trajectories })}</main>`);
    expect(doc.querySelector('.legend')).toBeNull();
    expect(text(doc, '.ramp')).toBe('trajectory 1 trajectory 12');
    expect(new Set([...doc.querySelectorAll('path[fill=none]')].map((path) => path.getAttribute('stroke'))).size).toBe(
      12,
    );
  });

  it('may be without a goal or points, but not with a radius of nothing', () => {
    const doc = read(
      `<main>${pathFigure({ title: 'a', trajectories: [{ points: [] }, { label: 'b', points: [[0, 0]] }] })}</main>`,
    );
    expect(label(doc, 'svg', 0)).toContain('trajectory 1: no points. b: from (0, 0) to (0, 0).');
    expect(() => pathFigure({ title: 'a', trajectories: [], radius: 0 })).toThrow('radius around the goal is 0');
  });
});
