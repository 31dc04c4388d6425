// The pages of meta-RL: what is said, drawn, described, left out and refused; roll-outs that move without script.
import { describe, expect, it, vi } from 'vitest';
import {
  type MetaRlReport,
  pathFigure,
  type RolloutFrame,
  type RolloutGeom,
  renderMetaRlComparison,
  renderMetaRlReport,
  rolloutFrames,
  rolloutPicture,
} from '../../src/report/index.js';
import { type Doc, label, read, text, texts } from './document.js';
import { capsule, fakeMetaRl, fakeRuns, leggedFrames, planarFrames } from './metarl-fixture.js';

vi.setConfig({ testTimeout: 30_000 }); // drawing takes a second or more on a busy machine
const rowsOf = (document: Doc, selector: string) =>
  [...document.querySelectorAll(`${selector} tbody tr`)].map((row) => texts(row as unknown as Doc, 'th, td'));
const render = async (change: Partial<MetaRlReport>) =>
  read(await renderMetaRlReport({ family: 'half-cheetah-vel', algorithm: 'PEARL', ...change }));
const picture = (...given: Parameters<typeof rolloutPicture>) => read(`<main>${rolloutPicture(...given)}</main>`);

describe('the page of a run', () => {
  const page = renderMetaRlReport(fakeMetaRl());
  const document = async () => read(await page);

  it('says first what new tasks return, after how much experience, and what others reach', async () => {
    const doc = await document();
    expect(text(doc, 'h1')).toBe('TCL on half-cheetah-vel');
    expect(texts(doc, '.meta span')).toEqual([
      'iteration 40',
      '100 training tasks',
      '30 test tasks',
      'seed 1',
      '2026-01-31 12:34',
    ]);
    expect(text(doc, '.lead')).toBe(
      'On tasks that it was not trained on, TCL returns −32.1 on average after 2.15 M environment steps, 66.3 more than in its first trajectory. For comparison: best task-agnostic −150, oracle −20.',
    );
    expect(texts(doc, '.card')).toEqual([
      'test return after−32.1last trajectory',
      'test return before−98.4z from the prior',
      'environment steps2.15 M5 200 a second',
      'gradient steps80 00011 a second',
      'time2 h 30 minwall clock',
    ]);
  });

  it('draws returns over environment steps with levels to compare with, and by trajectory', async () => {
    const doc = await document();
    expect(texts(doc, '#learning .chart h3')).toEqual(['Return on test tasks', 'Return on training tasks']);
    expect(texts(doc, '#learning .legend')[0]).toBe('after adaptationfirst trajectory');
    expect(label(doc, '#learning svg', 0)).toMatch(
      /return over million environment steps\. after adaptation: from .* at 0\.205 to .* at 2\.1.* first trajectory: from .* Line at y = −150: best task-agnostic\. Line at y = −20: oracle/,
    );
    expect(label(doc, '#adaptation svg', 0)).toMatch(
      /test tasks: from −98 at 1 to −32 at 3.* training tasks: from −90/,
    );
    const ticks = texts(doc, '#adaptation [aria-label="x-axis tick label"] text');
    expect(ticks).toEqual(['1', '2', '3']);
  });

  it('compares test and training tasks with the levels of each', async () => {
    const doc = await render({ ...fakeMetaRl(), trainLevels: [{ label: 'oracle', value: -25 }] });
    expect(label(doc, '#learning svg', 0)).toContain('Line at y = −20: oracle');
    expect(label(doc, '#learning svg', 1)).toContain('Line at y = −25: oracle');
    expect(text(doc, '#adaptation figcaption')).toContain('Lines to compare with are those of test tasks.');
  });

  it('says by which runs and seed it was tested, beside the seed of the training', async () => {
    const doc = await render({ ...fakeMetaRl(), metaTest: { runs: 3, seed: 7 } });
    expect(texts(doc, '.meta span').slice(3, 5)).toEqual(['seed 1', 'meta-test: 3 runs a task, its seed: 7']);
  });

  it('draws losses, pretext accuracy, temperature, and losses that it does not know', async () => {
    const doc = await document();
    expect(texts(doc, '#training .chart h3')).toEqual([
      'Q loss',
      'V loss',
      'Policy loss',
      'KL divergence',
      'Contrastive loss',
      'Pretext accuracy',
      'Temperature',
      'Width of the posterior',
      'Contexts with a reward',
      'Memory',
      'Loss: extra',
    ]);
    expect(texts(doc, '#training .legend')[6]).toBe('meanlowesthighest');
    expect(label(doc, '#training svg', 9)).toMatch(/MiB over .*process: from 300 at 0.* to 300 at.*buffers: from 0 at/);
    expect(label(doc, '#training svg', 5)).toMatch(
      /accuracy, % over thousand gradient steps\. pretext: from \d+\.?\d* at 0\.2/,
    );
  });

  it('colours latents by parameters, an angle by its period, training tasks hollow', async () => {
    const doc = await document();
    expect(texts(doc, '#latents .chart h3')).toEqual(['Latent tasks by goal speed', 'Latent tasks by angle']);
    expect(texts(doc, '#latents .ramp')).toEqual([
      'goal speed 0.051 2.99 training tasks',
      'angle 0 6.28 training tasks',
    ]);
    expect(label(doc, '#latents svg', 0)).toMatch(/30 points by component 1, 62\.0\s% of the variance and component 2/);
    const first = doc.querySelector('#latents svg')!;
    expect(first.querySelectorAll('circle')).toHaveLength(30);
    expect(first.querySelectorAll('circle[stroke^="color-mix"]')).toHaveLength(10);
    expect(doc.querySelectorAll('#latents .chart:nth-child(2) circle[fill^="oklch"]')).toHaveLength(20);
  });

  it('sets predictions and achievements against what they ought to be', async () => {
    const doc = await document();
    expect(text(doc, '#read-out h3')).toBe('Goal speed, read out');
    expect(text(doc, '#read-out figcaption')).toContain('R² = 0.94');
    expect(label(doc, '#read-out svg', 0)).toMatch(/predicted goal speed against true goal speed of 30 tasks/);
    expect(text(doc, '#achievement h3')).toBe('Mean speed by goal speed');
    expect(text(doc, '#achievement .legend')).toBe('test taskstraining tasksas asked');
  });

  it('lists tasks with the return of each trajectory, training tasks folded', async () => {
    const doc = await document();
    expect(rowsOf(doc, '#tasks > .scroll')).toHaveLength(20);
    expect(rowsOf(doc, '#tasks > .scroll')[0]).toEqual(['task 1', '1.15', '−102', '−99.7', '−24.8']);
    expect(texts(doc, '#tasks > .scroll thead th')).toEqual(['task', 'goal speed', 'return 1', 'return 2', 'return 3']);
    expect(text(doc, '#tasks details summary')).toBe('10 training tasks');
    expect(rowsOf(doc, '#tasks details')).toHaveLength(10);
  });

  it('says how to go on, how to evaluate, with which settings and where', async () => {
    const doc = await document();
    expect(texts(doc, '#commands h3')).toEqual(['The same again', 'Go on from the last checkpoint', 'Evaluate again']);
    expect(texts(doc, '#commands pre')[2]).toBe('twoview metarl evaluate runs/tcl-1');
    expect(text(doc, '#settings details')).toContain('klWeight: 0.1');
    expect(text(doc, '#environment table')).toContain('mujoco3.14.0');
    expect(doc.querySelector('#missing')).toBeNull();
  });

  it('has no script, a title, a caption and a description for every figure, and no identifier twice', async () => {
    const doc = await document();
    expect(await page).not.toMatch(/<script|\bon\w+=|d="[^"]*NaN/);
    for (const chart of doc.querySelectorAll('.chart')) {
      expect(chart.querySelector('svg[role=img]')?.getAttribute('aria-label')?.length).toBeGreaterThan(20);
      expect(chart.querySelector('figcaption')?.textContent?.length).toBeGreaterThan(10);
    }
    for (const table of doc.querySelectorAll('.scroll'))
      expect([table.getAttribute('role'), Boolean(table.getAttribute('aria-label'))]).toEqual(['region', true]);
    const ids = [...doc.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const use of doc.querySelectorAll('use')) expect(ids).toContain(use.getAttribute('href')?.slice(1));
  });
});

describe('a family whose test tasks are its training tasks', () => {
  it('is not said to be new: one figure, no copy', async () => {
    const doc = await render({ ...fakeMetaRl(), sameTasks: true, trainTasks: 2, testTasks: 2 });
    expect(text(doc, '.lead')).toMatch(/^On its two tasks, TCL returns −32\.1/);
    expect(texts(doc, '.meta span')[1]).toBe('2 tasks');
    expect(texts(doc, '#learning .chart h3')).toEqual(['Return']);
    expect(texts(doc, '.card')[0]).toBe('return after−32.1last trajectory');
  });
});

describe('what is done', () => {
  const asked = async (asks: 'sign' | 'angle', ...points: [target: number, achieved: number][]) =>
    render({
      achievement: [
        {
          target: 'direction',
          achieved: 'speed',
          asks,
          points: points.map(([target, achieved]) => ({ target, achieved })),
        },
      ],
    });

  it('has no line of agreement where a direction is asked for and no speed', async () => {
    const doc = await asked('sign', [1, 4], [-1, -0.2], [-1, 0.3]);
    expect(doc.querySelector('#achievement .legend li')).toBeNull();
    expect(text(doc, '#achievement figcaption')).toMatch(/above 0 on the right, and below 0 on the left/);
    expect(label(doc, '#achievement svg', 0)).toContain('2 of them of the sign that is asked for');
    const ticks = texts(doc, '#achievement [aria-label="x-axis tick label"] text');
    expect(Number(ticks.at(-1))).toBeLessThan(2); // not as far as the speed
  });

  it('is an angle within half a turn of the one that is asked for', async () => {
    const doc = await asked('angle', [3.1, -3.1], [-3, 3], [0.5, 0.4]);
    // 2π - 6.2, 2π - 6 and 0.1, their mean:
    expect(label(doc, '#achievement svg', 0)).toContain('Mean distance from agreement: 0.155');
  });
});

describe('the test before training', () => {
  const curve = [
    { environmentSteps: 1000, test: -90, untrained: true },
    { environmentSteps: 1000, test: -50 },
    { environmentSteps: 2000, test: -20 },
  ];

  it('is a mark beside the curve, which starts with the first test after it', async () => {
    const doc = await render({ curve });
    expect(texts(doc, '#learning .legend li')).toEqual(['after adaptation', 'untrained']);
    expect(label(doc, '#learning svg', 0)).toMatch(
      /after adaptation: from −50 at 1\s000 to −20 at 2\s000.* untrained: −90 at 1\s000/,
    );
  });

  it('is no part of a comparison', async () => {
    const arms = [{ name: 'PEARL', runs: [{ name: 'a', curve }] }];
    const doc = read(await renderMetaRlComparison({ title: 'a', families: [{ family: 'f', arms }] }));
    expect(rowsOf(doc, '#areas')).toEqual([['PEARL', '1', '−35', '−20']]);
  });
});

describe('what is missing', () => {
  it('is left out, or said where there is a reason; cards take what the curve has', async () => {
    const doc = await render({
      curve: [
        { environmentSteps: 2000, test: -50, testFirst: -40, success: 0.5 },
        { environmentSteps: 1000, test: -90 },
      ],
      reasons: { latents: 'The family has no parameters.', training: 'The run keeps no rows.' },
    });
    expect([...doc.querySelectorAll('main > section')].map(({ id }) => id)).toEqual(['learning', 'missing']);
    expect(texts(doc, '.missing li')).toEqual([
      'Latent space of tasks: The family has no parameters.',
      'Training: The run keeps no rows.',
    ]);
    expect(texts(doc, '.card').map((card) => card.replace(/[a-z ]+$/, ''))).toEqual([
      'test return after−50',
      'test return before−40',
      'test tasks solved50.0 %',
      'environment steps2 000',
    ]);
    expect(text(doc, '.lead')).toContain('10 less than in its first trajectory. It solves 50.0 % of them.');
    expect(label(doc, '#learning svg', 0)).toMatch(/from −90 at 1\s000 to −50 at 2\s000/);
  });

  it('may be everything', async () => {
    const doc = await render({
      curve: [],
      levels: [],
      rows: [],
      adaptation: [],
      latents: { points: [], parameters: [] },
      readOut: [],
      achievement: [],
      tasks: [],
      rollouts: [],
      paths: [],
    });
    expect(doc.querySelectorAll('main > section, .lead, .cards')).toHaveLength(0);
  });

  it('leaves out points without a value, and says so', async () => {
    const doc = await render({
      latents: {
        points: [
          { x: 0, y: 0 },
          { x: 1, y: Number.NaN },
          { x: 1, y: 1 },
        ],
        parameters: [{ name: 'speed', values: [1, 2, 3] }],
      },
    });
    expect(label(doc, '#latents svg', 0)).toMatch(/2 points .* 1 without a value/);
  });

  it('is refused where a parameter has too few values', async () => {
    await expect(
      render({ latents: { points: [{ x: 0, y: 0 }], parameters: [{ name: 'speed', values: [] }] } }),
    ).rejects.toThrow('The parameter speed has 0 values for 1 latents');
  });
});

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
    const limbs = ['--series-1', '--series-2', '--series-3', '--series-4'];
    const [color] = /--series-\d/.exec(at(1, 0).querySelector('.ground-goal')!.getAttribute('style')!)!;
    expect(limbs).not.toContain(color);
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

describe('the comparison of runs', () => {
  const families = [
    {
      family: 'half-cheetah-vel',
      arms: [
        { name: 'PEARL', runs: fakeRuns(3, 3) },
        { name: 'TCL', runs: fakeRuns(4, 5) },
      ],
      levels: [{ label: 'oracle', value: -20 }],
    },
    { family: 'ant-goal', arms: [{ name: 'TCL', runs: fakeRuns(1, 5) }] },
  ];

  it('draws means over seeds with a band, an algorithm in one colour everywhere', async () => {
    const doc = read(
      await renderMetaRlComparison({ title: 'PEARL and TCL', lead: ['Faster.'], families, command: 'again' }),
    );
    expect(text(doc, '.kicker')).toContain('8 runs compared');
    expect(texts(doc, '#learning .legend')).toEqual(['PEARL, 3 seedsTCL, 4 seeds', 'TCL']);
    const charts = [...doc.querySelectorAll('#learning .chart')];
    expect(charts[0]!.querySelectorAll('[aria-label=area]')).toHaveLength(2);
    expect(charts[1]!.querySelectorAll('[aria-label=area]')).toHaveLength(0);
    expect(charts[1]!.querySelector('.swatch')?.getAttribute('style')).toBe('color:var(--series-2)');
    expect(label(doc, '#learning svg', 0)).toContain('Line at y = −20: oracle');
    expect(text(doc, '#commands pre')).toBe('again');
  });

  it('computes areas, ends and the steps that an algorithm needs for what the first one reaches', async () => {
    const line = (name: string, slope: number, ends: number) => ({
      name,
      curve: [0, 500, ends].map((environmentSteps) => ({ environmentSteps, test: slope * environmentSteps })),
    });
    const arms = [
      { name: 'PEARL', runs: [line('1', 0.1, 1000), line('2', 0.3, 1000)] },
      { name: 'TCL', runs: [line('1', 0.4, 2000)] },
      { name: 'other', runs: [line('1', 0.01, 1000)] },
    ];
    const doc = read(await renderMetaRlComparison({ title: 'a', families: [{ family: 'f', arms }] }));
    expect(text(doc, '#areas caption')).toContain('f: from 0 to 1 000 environment steps');
    expect(texts(doc, '#areas thead th').at(-1)).toBe('steps to 200, where PEARL ends');
    expect(rowsOf(doc, '#areas')).toEqual([
      // Means 50 and 150, ends 100 and 300: standard deviations over seeds with n - 1.
      ['PEARL', '2', '100 ± 70.7', '200 ± 141', '667, by 1 of 2'],
      ['TCL', '1', '200', '400', '500'],
      ['other', '1', '5', '10', 'not reached'],
    ]);
  });

  it('interpolates runs that were evaluated at other steps, where all have gone', async () => {
    const run = (...points: [number, number][]) => ({
      name: 'a',
      curve: points.map(([environmentSteps, test]) => ({ environmentSteps, test })),
    });
    const arms = [{ name: 'A', runs: [run([0, 0], [100, 100]), run([20, 20], [60, 60], [140, 140])] }];
    const doc = read(await renderMetaRlComparison({ title: 'a', families: [{ family: 'f', arms }] }));
    expect(label(doc, '#learning svg', 0)).toContain('from 20 at 20 to 100 at 100');
    expect(rowsOf(doc, '#areas')).toEqual([['A', '2', '60 ± 0', '100 ± 0']]);
    const apart = [{ name: 'A', runs: [run([0, 0], [1, 1]), run([5, 5], [6, 6])] }];
    const none = read(await renderMetaRlComparison({ title: 'a', families: [{ family: 'f', arms: apart }] }));
    expect(text(none, '#areas .hint')).toBe('f: the runs have no steps in common.');
  });

  it('numbers arms with long names, and says the names below the figure', async () => {
    const long = 'TCL, agent.tcl.window=10, collection.initial=100';
    const arms = [
      { name: 'PEARL', runs: fakeRuns(1, 3) },
      { name: long, runs: fakeRuns(2, 5) },
    ];
    const doc = read(await renderMetaRlComparison({ title: 'a', families: [{ family: 'f', arms }] }));
    expect(texts(doc, '#learning .legend li')).toEqual(['PEARL', 'arm 2, 2 seeds']);
    expect(text(doc, '#learning figcaption')).toMatch(/ Arm 2: TCL, agent\.tcl\.window=10, collection\.initial=100\.$/);
    expect(rowsOf(doc, '#areas').map(([name]) => name)).toEqual(['PEARL', 'arm 2']);
  });

  it('refuses nothing to compare', async () => {
    await expect(renderMetaRlComparison({ title: 'a', families: [] })).rejects.toThrow('at least one task family');
    const empty = [{ family: 'f', arms: [{ name: 'A', runs: [] }] }];
    await expect(renderMetaRlComparison({ title: 'a', families: empty })).rejects.toThrow('A on f has no runs');
  });
});

it('text is shown as text, whatever it contains', async () => {
  const evil = '"><script>alert(1)</script>&amp;';
  const full = fakeMetaRl();
  const page = await renderMetaRlReport({
    ...full,
    family: evil,
    algorithm: evil,
    name: evil,
    checkpoint: evil,
    levels: [{ label: evil, value: -50 }],
    rows: [1, 2].map((step) => ({ step, [`loss.${evil}`]: 1 })),
    adaptation: [{ label: evil, returns: [1, 2] }],
    latents: { points: [{ x: 0, y: 1 }], parameters: [{ name: evil, values: [1] }] },
    readOut: [{ parameter: evil, r2: 1, points: [{ actual: 1, predicted: 1 }] }],
    achievement: [{ target: evil, achieved: evil, points: [{ target: 1, achieved: 1 }] }],
    tasks: [{ name: evil, split: 'test', parameters: { [evil]: 1 }, returns: [1] }],
    rollouts: [
      {
        title: evil,
        caption: evil,
        frames: planarFrames(2).map((frame) => ({
          ...frame,
          geoms: frame.geoms.map((geom) => ({ ...geom, body: evil })),
        })),
      },
    ],
    paths: [{ title: evil, caption: evil, trajectories: [{ label: evil, points: [[0, 0]] }] }],
    commands: { rerun: evil, evaluate: evil },
    settings: { [evil]: evil },
    environment: { [evil]: evil },
  });
  expect(page).not.toContain('<script');
  expect(text(read(page), 'h1')).toBe(`${evil} on ${evil}`);
  const comparison = await renderMetaRlComparison({
    title: evil,
    lead: [evil],
    families: [{ family: evil, arms: [{ name: evil, runs: fakeRuns(2, 3) }], levels: [{ label: evil, value: 0 }] }],
    command: evil,
  });
  expect(comparison).not.toContain('<script');
  expect(text(read(comparison), 'h1')).toBe(evil);
});
