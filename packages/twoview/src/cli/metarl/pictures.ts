// What is done in test tasks, to look at: bodies that move, and paths in the plane.
import { type environments, type MetaStudy, returnOf } from '../../metarl/index.js';
import { type Rollout, rolloutFrames, type TaskPaths } from '../../report/index.js';
import { secondsPerStep } from './achievements.js';
import { isArm, parametersOf, parameterWords } from './parameters.js';

interface Shown {
  family: environments.TaskFamily;
  tasks: environments.TaskSplit;
  study: Pick<MetaStudy, 'test' | 'frames'>;
}

type Place = readonly [x: number, y: number];

/** The goal in the plane that a task names. */
function goalOf(task: environments.Task): Place | undefined {
  const { goal } = task.parameters;
  return Array.isArray(goal) && goal.length >= 2 ? [goal[0] as number, goal[1] as number] : undefined;
}

/** Which way a task asks a body to go; undefined where it asks for something else. */
function directionOf(family: environments.TaskFamily, task: environments.Task): Place | undefined {
  const { direction, x, y } = family.describe(task);
  if (direction !== undefined) return [direction, 0];
  return family.name === 'humanoid-dir' ? [x!, y!] : undefined;
}

/** The first run of a task. */
const runOf = ({ study }: Shown, i: number) => study.test.find(({ task }) => task === i)!;

const lastReturn = (shown: Shown, i: number): string =>
  `Last trajectory, after adaptation; return ${returnOf(runOf(shown, i).episodes.at(-1)!).toFixed(1)}.`;

/** A few test tasks, spread over the first parameter. */
function spreadOf({ family, tasks }: Shown, most: number): number[] {
  const order = tasks.test
    .map((task, i) => ({ i, value: Object.values(family.describe(task))[0] ?? 0 }))
    .sort((a, b) => a.value - b.value)
    .map(({ i }) => i);
  const count = Math.min(most, order.length);
  const chosen = Array.from(
    { length: count },
    (_, k) => order[Math.round((k * (order.length - 1)) / Math.max(1, count - 1))]!,
  );
  return [...new Set(chosen)];
}

/** Bodies as moving pictures. */
export function rollouts(shown: Shown): Rollout[] {
  const { family, tasks, study } = shown;
  const seconds = secondsPerStep[family.name];
  if (seconds === undefined) return [];
  return spreadOf(shown, 3).flatMap((i): Rollout[] => {
    const frames = study.frames[i]!;
    const task = tasks.test[i]!;
    if (frames.length === 0) return [];
    const goal = family.name === 'ant-goal' ? goalOf(task) : undefined;
    const direction = directionOf(family, task);
    return [
      {
        title: `Test task ${i + 1}: ${parameterWords(parametersOf(family, task))}`,
        caption: lastReturn(shown, i),
        frames: rolloutFrames(frames, seconds),
        ...(goal && { goal }),
        ...(direction && { direction }),
      },
    ];
  });
}

/** Point robots: each trajectory, in the order of adaptation. Arms: hand and object from above, in the last one. */
export function paths(shown: Shown): TaskPaths[] {
  if (shown.family.name.includes('point-robot')) return robotPaths(shown);
  return isArm(shown.family) ? armPaths(shown) : [];
}

function robotPaths(shown: Shown): TaskPaths[] {
  const { family, tasks } = shown;
  return tasks.test.slice(0, 6).map((task, i) => {
    const goal = goalOf(task);
    return {
      title: `Test task ${i + 1}`,
      trajectories: runOf(shown, i).episodes.map(({ observations, nextObservations, length }, k) => ({
        label: `trajectory ${k + 1}`,
        points: [
          [observations[0]!, observations[1]!] as const,
          ...Array.from({ length }, (_, t) => [nextObservations[2 * t]!, nextObservations[2 * t + 1]!] as const),
        ],
      })),
      ...(goal && { goal }),
      ...(family.sparse && { radius: 0.2 }),
    };
  });
}

/** Observations of arms begin with the hand and the object, in three coordinates each. */
function armPaths(shown: Shown): TaskPaths[] {
  const { family, tasks } = shown;
  const parts = family.name.endsWith('reach') ? ['hand'] : ['hand', 'object'];
  return spreadOf(shown, 6).map((i) => {
    const task = tasks.test[i]!;
    const { observations, nextObservations, length } = runOf(shown, i).episodes.at(-1)!;
    const size = family.observationSize;
    const goal = goalOf(task);
    return {
      title: `Test task ${i + 1}: ${parameterWords(parametersOf(family, task))}`,
      caption: `From above. ${lastReturn(shown, i)} Dots: starts. Rings: ends. Cross: the goal, whose height is not seen.`,
      trajectories: parts.map((label, part) => ({
        label,
        points: [
          [observations[3 * part]!, observations[3 * part + 1]!] as const,
          ...Array.from(
            { length },
            (_, t) => [nextObservations[size * t + 3 * part]!, nextObservations[size * t + 3 * part + 1]!] as const,
          ),
        ],
      })),
      ...(goal && { goal }),
    };
  });
}
