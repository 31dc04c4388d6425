// Returns to compare with, and what is asked of bodies beside what they do.
import type { environments, MetaRlConfig, MetaStudy } from '../../metarl/index.js';
import type { Achievement, ReturnLevel } from '../../report/index.js';

type Family = environments.TaskFamily;

/** By family, in return per episode of the published length: computed for the published test tasks, see docs. */
const levels: Readonly<Record<string, { horizon: number; levels: readonly ReturnLevel[] }>> = {
  'point-robot': {
    horizon: 20,
    levels: [
      { label: 'knows the goal', value: -5.18 },
      { label: 'best without knowing the task', value: -15.84 },
      { label: 'random actions', value: -21.4 },
    ],
  },
  'sparse-point-robot': { horizon: 20, levels: [{ label: 'knows the goal', value: 13.4 }] },
  'half-cheetah-vel': {
    horizon: 200,
    levels: [
      { label: 'best single speed', value: -160.2 },
      { label: 'stands still', value: -283.5 },
    ],
  },
  'ant-goal': { horizon: 200, levels: [{ label: 'stands still', value: -510 }] },
};

/** None where episodes have another length, or tasks are others than the published ones: returns would not compare. */
export function returnLevels({ environment }: Pick<MetaRlConfig, 'environment'>): readonly ReturnLevel[] {
  const { family, horizon, trainTasks, testTasks, taskSeed } = environment;
  const known = levels[family];
  if (!known || (horizon ?? known.horizon) !== known.horizon) return [];
  return trainTasks === null && testTasks === null && taskSeed === null ? known.levels : [];
}

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

/** What a task asks of the velocity: its name, and the number asked for beside the one reached. */
function asked(family: string, parameters: Readonly<Record<string, number>>, [vx, vy]: [number, number]) {
  if (family === 'half-cheetah-vel') return { target: parameters['target speed']!, achieved: vx };
  if (family === 'half-cheetah-fwd-back' || family === 'ant-fwd-back')
    return { target: parameters.direction!, achieved: vx };
  if (family === 'humanoid-dir')
    return { target: Math.atan2(parameters.y!, parameters.x!), achieved: Math.atan2(vy, vx) };
  return undefined;
}

const names: Readonly<Record<string, Pick<Achievement, 'target' | 'achieved'>>> = {
  'half-cheetah-vel': { target: 'goal speed, m/s', achieved: 'mean speed, m/s' },
  'half-cheetah-fwd-back': { target: 'direction', achieved: 'mean speed, m/s' },
  'ant-fwd-back': { target: 'direction', achieved: 'mean speed along x, m/s' },
  'humanoid-dir': { target: 'direction, rad', achieved: 'direction of the run, rad' },
};

/** Of each test task's last trajectory. */
export function achievements(family: Family, tasks: readonly environments.Task[], study: MetaStudy): Achievement[] {
  const seconds = secondsPerStep[family.name];
  const name = names[family.name];
  if (seconds === undefined || !name) return [];
  const points = study.frames.flatMap((frames, i) => {
    const velocity = meanVelocity(frames, seconds);
    const point = velocity && asked(family.name, family.describe(tasks[i]!), velocity);
    return point ? [point] : [];
  });
  return points.length > 0 ? [{ ...name, points }] : [];
}
