// The pages of meta-RL: what is said, drawn, described, left out and refused.
import { describe, expect, it, vi } from 'vitest';
import { type MetaRlReport, renderMetaRlComparison, renderMetaRlReport } from '../../src/report/index.js';
import { type Doc, label, read, text, texts } from './document.js';
import { fakeMetaRl, fakeRuns, planarFrames } from './metarl-fixture.js';

vi.setConfig({ testTimeout: 30_000 }); // drawing takes a second or more on a busy machine
const rowsOf = (document: Doc, selector: string) =>
  [...document.querySelectorAll(`${selector} tbody tr`)].map((row) => texts(row as unknown as Doc, 'th, td'));
const render = async (change: Partial<MetaRlReport>) =>
  read(await renderMetaRlReport({ family: 'half-cheetah-vel', algorithm: 'PEARL', ...change }));

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
