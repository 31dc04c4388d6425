// The published bodies in numbers: compiled masses, centre of mass, and roll-outs under fixed controls, as native MuJoCo 3.14.0 has them.
import { environments } from '../../metarl/index.js';

export interface BodyReference {
  body: environments.bodies.Body;
  /** Of bodies after the world, in kg. */
  masses: readonly number[];
  /** World centre of mass in the first position, in m. */
  centre: readonly number[];
  /** Control i at step t is amplitude sin(0.35 t + 1.1 i). */
  amplitude: number;
  /** qpos after 1 and after 20 environment steps from rest. */
  after1: readonly number[];
  after20: readonly number[];
}

const { ant, halfCheetah, humanoid, walker2dParams } = environments.bodies;
const antLeg = [0.039158, 0.039158, 0.067592];
const walkerLeg = [4.057891, 2.781357, 3.166725];
const humanoidLeg = [4.751751, 2.755696, 1.767146];
const humanoidArm = [1.66108, 1.22954];
const row = (digits: string): number[] => digits.trim().split(/\s+/).map(Number);

export const bodyReferences: Readonly<Record<'half-cheetah' | 'ant' | 'walker' | 'humanoid', BodyReference>> = {
  'half-cheetah': {
    body: halfCheetah,
    masses: [6.250209, 1.543515, 1.587448, 1.095397, 1.438075, 1.200837, 0.884519],
    centre: [0.037768, 0, 0.551028],
    amplitude: 0.8,
    after1: row('-0.003942 -0.029203 -0.013019 -0.070802 0.243306 0.239019 0.020270 -0.216270 -0.126905'),
    after20: row('0.029631 0.027430 -0.583910 -0.286190 0.123890 -0.130267 -0.166329 -0.307343 -0.110817'),
  },
  ant: {
    body: ant,
    masses: [0.327249, ...antLeg, ...antLeg, ...antLeg, ...antLeg],
    centre: [0, 0, 0.75],
    amplitude: 0.8,
    after1: row(
      `-0.002129 -0.006204 0.773092 0.999995 0.000767 -0.002258 -0.001961 0.116728 0.415594 -0.137178 -0.466576 0.044881
       -0.380743 0.000360 0.477963`,
    ),
    after20: row(
      `0.214675 -0.174421 0.993213 0.850433 -0.417270 0.158401 -0.278493 0.525309 1.081792 -0.590540 -1.222925 -0.289463
       -0.514744 -0.459524 1.254775`,
    ),
  },
  walker: {
    body: walker2dParams,
    masses: [3.665191, ...walkerLeg, ...walkerLeg],
    centre: [0.026749, 0, 0.585261],
    amplitude: 0.8,
    after1: row('-0.002641 1.248486 -0.015694 -0.020411 0.006972 0.124206 0.001675 -0.037704 -0.091636'),
    after20: row('-0.357009 0.979323 -2.262583 -0.865822 -1.586841 1.032760 -1.582690 -0.852295 -0.834072'),
  },
  humanoid: {
    body: humanoid,
    masses: [8.907462, 2.261947, 6.616194, ...humanoidLeg, ...humanoidLeg, ...humanoidArm, ...humanoidArm],
    centre: [0.014957, 0, 0.945683],
    amplitude: 0.32,
    after1: row(
      `0.001547 0.000056 1.398392 0.999994 -0.001451 -0.003137 0.000015 0.036853 0.039851 0.019526 -0.015814 -0.069336
       -0.044294 -0.009066 0.017632 0.049375 -0.103833 -0.138242 0.001470 -0.006824 0.017742 0.001975 -0.001645 -0.010994`,
    ),
    after20: row(
      `-0.083958 -0.037276 1.006855 0.976846 0.112707 -0.119850 0.136767 -0.017421 -0.273197 -0.230911 -0.020937 0.086743
       -0.617458 -2.905549 0.031870 0.184155 0.099791 -1.641996 0.307685 -0.111664 -0.158349 -0.403012 0.156174 -0.085078`,
    ),
  },
};
