// The simulated bodies: compiled masses, rest, and roll-outs of the same models in other builds of MuJoCo.
import { environments } from 'twoview/metarl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

type Simulation = environments.Simulation;

interface Expected {
  readonly body: environments.bodies.Body;
  readonly masses: readonly number[];
  readonly centre: readonly [number, number, number];
  readonly sizes: { readonly nq: number; readonly nv: number; readonly nu: number };
  readonly dt: number;
  /** Of the motors in the roll-out. */
  readonly amplitude: number;
  readonly after1: string;
  readonly after20: string;
}

const { ant, halfCheetah, humanoid, walker2d, walker2dParams } = environments.bodies;
const WALKER_LEG = [4.057891, 2.781357, 3.166725];
const ANT_LEG = [0.039158, 0.039158, 0.067592];
const HUMANOID_LEG = [4.751751, 2.755696, 1.767146];
const HUMANOID_ARM = [1.66108, 1.22954];

const EXPECTED: readonly Expected[] = [
  {
    body: halfCheetah,
    masses: [6.250209, 1.543515, 1.587448, 1.095397, 1.438075, 1.200837, 0.884519],
    centre: [0.037768, 0, 0.551028],
    sizes: { nq: 9, nv: 9, nu: 6 },
    dt: 0.05,
    amplitude: 0.8,
    after1: '-0.003942 -0.029203 -0.013019 -0.070802 0.243306 0.239019 0.020270 -0.216270 -0.126905',
    after20: '0.029631 0.027430 -0.583910 -0.286190 0.123890 -0.130267 -0.166329 -0.307343 -0.110817',
  },
  {
    body: ant,
    masses: [0.327249, ...ANT_LEG, ...ANT_LEG, ...ANT_LEG, ...ANT_LEG],
    centre: [0, 0, 0.75],
    sizes: { nq: 15, nv: 14, nu: 8 },
    dt: 0.05,
    amplitude: 0.8,
    after1:
      '-0.002129 -0.006204 0.773092 0.999995 0.000767 -0.002258 -0.001961 0.116728 0.415594 -0.137178 -0.466576 0.044881 -0.380743 0.000360 0.477963',
    after20:
      '0.214675 -0.174421 0.993213 0.850433 -0.417270 0.158401 -0.278493 0.525309 1.081792 -0.590540 -1.222925 -0.289463 -0.514744 -0.459524 1.254775',
  },
  {
    body: walker2dParams,
    masses: [3.665191, ...WALKER_LEG, ...WALKER_LEG],
    centre: [0.026749, 0, 0.585261],
    sizes: { nq: 9, nv: 9, nu: 6 },
    dt: 0.016,
    amplitude: 0.8,
    after1: '-0.002641 1.248486 -0.015694 -0.020411 0.006972 0.124206 0.001675 -0.037704 -0.091636',
    after20: '-0.357009 0.979323 -2.262583 -0.865822 -1.586841 1.032760 -1.582690 -0.852295 -0.834072',
  },
  {
    body: humanoid,
    masses: [8.907462, 2.261947, 6.616194, ...HUMANOID_LEG, ...HUMANOID_LEG, ...HUMANOID_ARM, ...HUMANOID_ARM],
    centre: [0.014957, 0, 0.945683],
    sizes: { nq: 24, nv: 23, nu: 17 },
    dt: 0.015,
    amplitude: 0.32,
    after1:
      '0.001547 0.000056 1.398392 0.999994 -0.001451 -0.003137 0.000015 0.036853 0.039851 0.019526 -0.015814 -0.069336 -0.044294 -0.009066 0.017632 0.049375 -0.103833 -0.138242 0.001470 -0.006824 0.017742 0.001975 -0.001645 -0.010994',
    after20:
      '-0.083958 -0.037276 1.006855 0.976846 0.112707 -0.119850 0.136767 -0.017421 -0.273197 -0.230911 -0.020937 0.086743 -0.617458 -2.905549 0.031870 0.184155 0.099791 -1.641996 0.307685 -0.111664 -0.158349 -0.403012 0.156174 -0.085078',
  },
];

describe.each(EXPECTED)('$body.name', ({ body, masses, centre, sizes, dt, amplitude, after1, after20 }) => {
  let simulation: Simulation;
  beforeAll(async () => {
    simulation = await environments.Simulation.create(body);
    simulation.reset();
    simulation.forward();
  });
  afterAll(() => simulation.dispose());

  test('has the sizes, the step and the masses of the published model', () => {
    const { nq, nv, nu } = simulation.model;
    expect({ nq, nv, nu }).toEqual(sizes);
    expect(simulation.dt).toBeCloseTo(dt, 12);
    const compiled = simulation.modelViews.body_mass;
    expect(compiled.length).toBe(masses.length + 1);
    for (const [i, mass] of masses.entries()) expect(compiled[i + 1]).toBeCloseTo(mass, 6);
  });

  test('touches nothing in its first position and has its centre of mass in place', () => {
    expect(simulation.data.ncon).toBe(0);
    const { body_mass } = simulation.modelViews;
    const total = body_mass.reduce((sum, mass) => sum + mass, 0);
    for (let axis = 0; axis < 3; axis++) {
      const moment = body_mass.reduce((sum, mass, i) => sum + mass * simulation.views.xipos[3 * i + axis]!, 0);
      expect(moment / total).toBeCloseTo(centre[axis]!, 6);
    }
  });

  test('moves as the published model does, to the digits that are known', () => {
    simulation.reset();
    simulation.forward();
    for (let t = 0; t < 20; t++) {
      const { ctrl } = simulation.views;
      for (let i = 0; i < ctrl.length; i++) ctrl[i] = amplitude * Math.sin(0.35 * t + 1.1 * i);
      expect(simulation.step()).toBe(true);
      if (t === 0) expectPosition(simulation, after1);
    }
    expectPosition(simulation, after20);
  });
});

function expectPosition(simulation: Simulation, digits: string): void {
  const expected = digits.split(' ').map(Number);
  expect(simulation.views.qpos.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(simulation.views.qpos[i]! - value)).toBeLessThan(1e-6);
}

test('the plain walker differs from that of random parameters in its time step alone', () => {
  expect(walker2d.xml).not.toBe(walker2dParams.xml);
  expect(walker2d.xml.replace('"0.002"', '"0.004"').replace('"walker2d"', '"walker2d-params"')).toBe(
    walker2dParams.xml,
  );
});
