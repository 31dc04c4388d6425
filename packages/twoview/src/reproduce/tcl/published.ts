// Numbers to compare with. The paper's body and figures are not among them: of TCL there is the abstract alone.
import type { ReportTable } from '../../report/index.js';

/** Returns of half-cheetah-vel on the 30 published test goals, in episodes of 200 steps: standing still, and the best single speed. */
export const standStill = -283.5;
export const bestSingleSpeed = -160.2;

/**
 * Point robots, in episodes of 20 steps: expectations over starts, of the published test goals. (Over all goals of the square they are
 * -5.18, -15.84 and -21.4: these twenty lie nearer together.)
 */
export const pointRobotLevels = [
  { label: 'knows the goal', value: -4.63 },
  { label: 'best without knowing the task', value: -14.3 },
  { label: 'random actions', value: -20.29 },
] as const;
export const sparsePointRobotLevels = [{ label: 'knows the goal', value: 13.4 }] as const;

/** Half-cheetah-vel by step, goals from U(0, 3). */
export const cheetahLevels = [
  { label: 'best without knowing the task', value: -0.75 },
  { label: 'stands still', value: -1.5 },
] as const;

/**
 * Half-cheetah-vel in an independent public re-implementation of PEARL (a newer SAC with a learned temperature; mean of five
 * deterministic episodes after two of exploration), environment steps and mean return of test tasks. It begins at -281 after 205 000.
 */
export const independentCurve = [
  { steps: 255_000, value: -80 },
  { steps: 305_000, value: -62 },
  { steps: 360_000, value: -43 },
  { steps: 515_000, value: -34 },
  { steps: 780_000, value: -37 },
] as const;

/** The point robot at the same reduced size in PyTorch, before this: returns of trajectories in the last three meta-tests. */
export const pilotTable: ReportTable = {
  caption:
    'Pilot: the point robot in PyTorch, one core, 160 to 190 s a run; TCL with a whole key encoder averaged at rate 0.05',
  head: ['trajectory 3, last three meta-tests', 'mean', 'trajectory 1, mean', 'pretext accuracy'],
  rows: [
    { name: 'PEARL, seed 0', cells: ['-13.7 / -11.5 / -10.5', '-11.9', '-15.4', null] },
    { name: 'PEARL, seed 1', cells: ['-11.3 / -12.7 / -13.1', '-12.3', '-15.8', null] },
    { name: 'TCL Gaussian, seed 0', cells: ['-10.7 / -13.9 / -11.9', '-12.2', '-16.2', '.83'] },
    { name: 'TCL Gaussian, seed 1', cells: ['-11.9 / -12.3 / -11.7', '-12.0', '-15.4', '.83'] },
    { name: 'TCL bilinear, seed 0', cells: ['-15.1 / -13.9 / -10.0', '-13.0', '-15.9', '.61'] },
  ],
};

/** What is published. */
export const publishedTable: ReportTable = {
  caption: 'Published and independent results',
  head: ['result', 'source'],
  rows: [
    { name: 'TCL against PEARL, MuJoCo', cells: ['better or comparable in 5 of 6 families', 'abstract of TCL'] },
    {
      name: 'TCL against PEARL, Meta-World ML1',
      cells: ['better or comparable in 44 of 50 families', 'abstract of TCL'],
    },
    { name: 'PEARL against on-policy meta-RL', cells: ['20 to 100 times fewer samples', 'abstract of PEARL'] },
    {
      name: 'half-cheetah-vel, PEARL',
      cells: [
        '205k -281; 255k -80; 305k -62; 360k -43; 515k -34; 780k -37',
        'an independent re-implementation, learned temperature',
      ],
    },
    { name: 'half-cheetah-vel, standing still', cells: ['-283.5', 'computed, 30 published test goals'] },
    { name: 'half-cheetah-vel, best single speed', cells: ['-160.2', 'computed, likewise'] },
  ],
};

/** What golden values are computed of: factors of a posterior, an action before tanh, queries and keys. */
export const goldenInput = {
  means: [
    [1, 2],
    [0, -1],
    [0.5, 0.5],
  ],
  variances: [
    [1, 0.5],
    [2, 1],
    [0.25, 4],
  ],
  policy: { mean: 0.3, std: 0.5, u: 0.8 },
  queries: [
    [1, 0],
    [0, 1],
    [1, 1],
  ],
  keys: [
    [0.9, 0.1],
    [0.2, 1],
    [0.5, 1.2],
  ],
  skewed: [
    [1, 0.5],
    [0, 2],
  ],
} as const;

/** By hand, from the formulas. `skewed` and `bilinear` are of W as above and W = I; the last but one has the released program's maxima. */
export const golden = {
  mean: [0.545455, 0.961538],
  variance: [0.181818, 0.307692],
  kl: 1.297495,
  action: 0.664037,
  logDensity: -0.144286,
  bilinear: 0.827644,
  skewed: 0.830233,
  distance: 0.614007,
  maximaFromColumns: 0.824576,
  equal: 1.098612,
} as const;
