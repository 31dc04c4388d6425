// What is asked of bodies beside what they do.
import type { environments, MetaStudy } from '../../metarl/index.js';
import type { Achievement } from '../../report/index.js';

/** Seconds of a step. */
export const secondsPerStep: Readonly<Record<string, number>> = {
  'half-cheetah-fwd-back': 0.05,
  'half-cheetah-vel': 0.05,
  'ant-fwd-back': 0.05,
  'ant-goal': 0.05,
  'humanoid-dir': 0.015,
  'walker-params': 0.016,
};

function torso(frame: environments.Frame | undefined): readonly number[] | undefined {
  return frame?.geometries.find(({ body }) => body === 'torso')?.position;
}

/** Mean velocity of the torso over an episode, in metres a second; undefined without one. */
export function meanVelocity(frames: readonly environments.Frame[], seconds: number): [number, number] | undefined {
  const [from, to] = [torso(frames[0]), torso(frames.at(-1))];
  const steps = frames.length - 1;
  if (!from || !to || steps < 1) return undefined;
  return [(to[0]! - from[0]!) / (steps * seconds), (to[1]! - from[1]!) / (steps * seconds)];
}

interface Asked extends Omit<Achievement, 'points'> {
  /** The number asked for, from the parameters of a task, and the one reached, from the velocity. */
  of: (
    parameters: Readonly<Record<string, number>>,
    velocity: readonly [number, number],
  ) => { target: number; achieved: number };
}

const asked: Readonly<Record<string, Asked>> = {
  'half-cheetah-vel': {
    target: 'goal speed, m/s',
    achieved: 'mean speed, m/s',
    of: (parameters, [vx]) => ({ target: parameters['target speed']!, achieved: vx }),
  },
  'half-cheetah-fwd-back': {
    target: 'direction',
    achieved: 'mean speed, m/s',
    asks: 'sign',
    of: ({ direction }, [vx]) => ({ target: direction!, achieved: vx }),
  },
  'ant-fwd-back': {
    target: 'direction',
    achieved: 'mean speed along x, m/s',
    asks: 'sign',
    of: ({ direction }, [vx]) => ({ target: direction!, achieved: vx }),
  },
  'humanoid-dir': {
    target: 'direction, rad',
    achieved: 'direction of the run, rad',
    asks: 'angle',
    of: ({ x, y }, [vx, vy]) => ({ target: Math.atan2(y!, x!), achieved: Math.atan2(vy, vx) }),
  },
};

/** Of each test task's last trajectory. */
export function achievements(
  family: environments.TaskFamily,
  tasks: readonly environments.Task[],
  study: Pick<MetaStudy, 'frames'>,
): Achievement[] {
  const seconds = secondsPerStep[family.name];
  const known = asked[family.name];
  if (seconds === undefined || !known) return [];
  const { of, ...names } = known;
  const points = study.frames.flatMap((frames, i) => {
    const velocity = meanVelocity(frames, seconds);
    return velocity ? [of(family.describe(tasks[i]!), velocity)] : [];
  });
  return points.length > 0 ? [{ ...names, points }] : [];
}
