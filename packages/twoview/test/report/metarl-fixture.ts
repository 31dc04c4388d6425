/** A made-up run of meta-reinforcement learning: bodies by forward kinematics, curves that rise, tasks that lie on an arc. */
import type { LearningPoint, MetaRlReport, MetaRlRun, RolloutFrame, RolloutGeom } from '../../src/report/index.js';

type Vector = readonly [number, number, number];

/** A capsule between two points: its z axis along them. */
export function capsule(from: Vector, to: Vector, radius: number, body: string): RolloutGeom {
  const axis = [0, 1, 2].map((i) => to[i]! - from[i]!);
  const length = Math.hypot(...axis);
  const z = axis.map((value) => value / length);
  const helper = Math.abs(z[2]!) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const cross = (a: readonly number[], b: readonly number[]) =>
    [1, 2, 0].map((i, k) => a[i]! * b[[2, 0, 1][k]!]! - a[[2, 0, 1][k]!]! * b[i]!);
  const across = cross(helper, z);
  const x = across.map((value) => value / Math.hypot(...across));
  const y = cross(z, x);
  return {
    type: 'capsule',
    size: [radius, length / 2, 0],
    position: [0, 1, 2].map((i) => (from[i]! + to[i]!) / 2),
    matrix: [0, 1, 2].flatMap((i) => [x[i]!, y[i]!, z[i]!]),
    body,
  };
}

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const floor: RolloutGeom = { type: 'plane', size: [40, 40, 40], position: [0, 0, 0], matrix: identity, body: 'world' };

/** A planar body of a torso and two legs of three parts each, galloping forwards. */
export function planarFrames(count = 100): RolloutFrame[] {
  return Array.from({ length: count }, (_, step) => {
    const time = 0.05 * step;
    const [x, phase, pitch] = [1.8 * time, 9 * time, 0.12 * Math.sin(9 * time)];
    const at = (along: number, up: number): Vector => [
      x + along * Math.cos(pitch),
      0,
      0.65 + up - along * Math.sin(pitch),
    ];
    const leg = (hip: Vector, name: string, swing: number): RolloutGeom[] => {
      let from = hip;
      return (['thigh', 'shin', 'foot'] as const).map((part, i) => {
        const angle = [0.5, -0.7, 0.6][i]! + swing * [0.6, 0.5, 0.3][i]!;
        const length = [0.29, 0.27, 0.16][i]!;
        const to: Vector = [from[0] - length * Math.sin(angle), 0, from[2] - length * Math.cos(angle)];
        const geom = capsule(from, to, 0.046, `${name}${part}`);
        from = to;
        return geom;
      });
    };
    return {
      time,
      geoms: [
        floor,
        capsule(at(-0.5, 0), at(0.5, 0), 0.046, 'torso'),
        capsule(at(0.52, 0.02), at(0.68, 0.22), 0.046, 'torso'),
        ...leg(at(-0.5, 0), 'b', Math.sin(phase)),
        ...leg(at(0.5, 0), 'f', Math.sin(phase + 1.4)),
      ],
    };
  });
}

/** A ball on four legs of three parts, walking on an arc. */
export function leggedFrames(count = 100): RolloutFrame[] {
  return Array.from({ length: count }, (_, step) => {
    const time = 0.05 * step;
    const centre: Vector = [1.2 * time, 0.5 * Math.sin(0.6 * time), 0.55];
    const legs = ['front_left_leg', 'front_right_leg', 'back_leg', 'right_back_leg'].flatMap((name, i) => {
      const angle = Math.PI / 4 + (i * Math.PI) / 2 + 0.3 * Math.sin(6 * time + i * 1.7);
      const out = (from: Vector, length: number, rise: number): Vector => [
        from[0] + length * Math.cos(angle),
        from[1] + length * Math.sin(angle),
        from[2] + rise,
      ];
      const [hip, knee] = [out(centre, 0.28, 0), out(centre, 0.56, 0.05)];
      const foot = out(knee, 0.4, -0.5 + 0.15 * Math.max(0, Math.cos(6 * time + i * 1.7)));
      return [
        capsule(centre, hip, 0.08, name),
        capsule(hip, knee, 0.08, `aux_${i + 1}`),
        capsule(knee, foot, 0.08, `aux_${i + 1}`),
      ];
    });
    const torso: RolloutGeom = {
      type: 'sphere',
      size: [0.25, 0, 0],
      position: centre,
      matrix: identity,
      body: 'torso',
    };
    return { time, geoms: [floor, torso, ...legs] };
  });
}

/** Deterministic noise in [-1, 1]. */
const noise = (i: number): number => {
  const value = Math.sin(12.9898 * i + 4.1) * 43758.5453;
  return 2 * (value - Math.floor(value)) - 1;
};

/** Returns that rise from -300 to -30, faster with a larger `rate`. */
export function fakeCurve(points = 40, rate = 4, seed = 0): LearningPoint[] {
  return Array.from({ length: points }, (_, i) => {
    const after = -300 + 270 * (1 - Math.exp((-rate * i) / points)) + 8 * noise(i + 100 * seed);
    return {
      environmentSteps: 205_000 + 50_000 * i,
      test: { mean: after, low: after - 20, high: after + 20 },
      testFirst: after - 60 - 5 * noise(i + 31),
      train: after + 6,
      trainFirst: after - 50,
    };
  });
}

export function fakeRuns(seeds: number, rate: number): MetaRlRun[] {
  return Array.from({ length: seeds }, (_, seed) => ({
    name: `seed ${seed + 1}`,
    curve: fakeCurve(40, rate, seed + 1),
  }));
}

/** A run with every part. */
export function fakeMetaRl(): MetaRlReport {
  const speeds = Array.from({ length: 30 }, (_, i) => 3 * (0.5 + 0.5 * noise(i)));
  const arc = (speed: number, i: number) => ({
    x: Math.cos(speed) + 0.05 * noise(i),
    y: Math.sin(speed) + 0.05 * noise(i + 7),
    train: i % 3 === 0,
  });
  return {
    family: 'half-cheetah-vel',
    algorithm: 'TCL',
    name: 'runs/tcl-1',
    created: '2026-01-31T12:34:56Z',
    seed: 1,
    checkpoint: 'iteration 40',
    trainTasks: 100,
    testTasks: 30,
    summary: {
      returnBefore: -98.4,
      returnAfter: -32.1,
      environmentSteps: 2_155_000,
      gradientSteps: 80_000,
      stepsPerSecond: 5200,
      gradientStepsPerSecond: 11,
      seconds: 9000,
    },
    curve: fakeCurve(),
    levels: [
      { label: 'best task-agnostic', value: -150 },
      { label: 'oracle', value: -20 },
    ],
    rows: Array.from({ length: 400 }, (_, i) => ({
      step: 200 * (i + 1),
      'loss.q': 30 * Math.exp(-i / 90) + 2 + noise(i),
      'loss.value': 12 * Math.exp(-i / 70) + 1 + 0.5 * noise(i + 3),
      'loss.policy': -i / 4 + 5 * noise(i + 5),
      kl: 20 * (1 - Math.exp(-i / 50)) + noise(i + 9),
      'loss.tcl': 2.77 * Math.exp(-i / 120) + 0.1 * noise(i + 11),
      'loss.extra': 1 + 0.1 * noise(i),
      'pretext.accuracy': 0.06 + 0.8 * (1 - Math.exp(-i / 100)) + 0.03 * noise(i + 13),
      temperature: 0.2 + 0.8 * Math.exp(-i / 60),
      'temperature.low': 0.1 + 0.7 * Math.exp(-i / 60),
      'temperature.high': 0.3 + 0.9 * Math.exp(-i / 60),
      'posterior.std': 0.1 + 0.9 * Math.exp(-i / 40),
      ...(i % 100 === 0 && {
        'context.rewarded': 0.25,
        'memory.resident': 300 * 2 ** 20,
        'memory.buffers': i * 2 ** 18,
      }),
    })),
    adaptation: [
      { label: 'test tasks', returns: [{ mean: -98, low: -120, high: -76 }, { mean: -95, low: -118, high: -72 }, -32] },
      { label: 'training tasks', returns: [-90, -88, -28] },
    ],
    latents: {
      points: speeds.map(arc),
      explained: [0.62, 0.21],
      parameters: [
        { name: 'goal speed', values: speeds },
        { name: 'angle', values: speeds.map((speed) => 2 * speed), period: 2 * Math.PI },
      ],
    },
    readOut: [
      {
        parameter: 'goal speed',
        r2: 0.94,
        points: speeds.map((actual, i) => ({ actual, predicted: actual + 0.2 * noise(i + 40) })),
      },
    ],
    achievement: [
      {
        target: 'goal speed, m/s',
        achieved: 'mean speed, m/s',
        points: speeds.map((target, i) => ({
          target,
          achieved: 0.95 * target + 0.1 * noise(i + 60),
          train: i % 2 === 0,
        })),
      },
    ],
    tasks: speeds.map((speed, i) => ({
      name: `task ${i + 1}`,
      split: i < 20 ? 'test' : 'train',
      parameters: { 'goal speed': speed },
      returns: [-100 + 9 * noise(i), -97 + 9 * noise(i + 1), -30 + 9 * noise(i + 2)],
    })),
    rollouts: [
      { title: 'Goal speed 1.8 m/s', frames: planarFrames(), direction: [1, 0] },
      {
        title: 'Towards a goal',
        caption: 'The third trajectory.',
        frames: leggedFrames(),
        goal: [6, 1.2],
        direction: [1, 0.2],
      },
    ],
    paths: [
      {
        title: 'Goal at 120 degrees',
        goal: [-0.5, 0.87],
        radius: 0.2,
        trajectories: [0, 1, 2].map((k) => ({
          points: Array.from({ length: 21 }, (_, i) => {
            const share = i / 20;
            const [x, y] = [
              [0.9, 0.3],
              [-0.95, 0.2],
              [-0.45, 0.8],
            ][k]!;
            return [share * x! + 0.02 * noise(i + k), share * y! + 0.04 * noise(i + 9 * k)] as const;
          }),
        })),
      },
    ],
    commands: {
      rerun: 'twoview metarl train --family half-cheetah-vel --algorithm tcl --seed 1',
      resume: 'twoview metarl train --resume runs/tcl-1',
      evaluate: 'twoview metarl evaluate runs/tcl-1',
    },
    settings: { agent: { latent: 5, klWeight: 0.1 }, batch: 256 },
    environment: { node: '20', mujoco: '3.14.0', threads: 2 },
  };
}
