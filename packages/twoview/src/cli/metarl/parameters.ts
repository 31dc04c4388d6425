// Parameters of tasks as a page names them.
import type { environments } from '../../metarl/index.js';

type Parameters = Readonly<Record<string, number>>;

/** In the arm's families a goal is a point of space, and a page has another z. */
const ofArms: Readonly<Record<string, string>> = { x: 'goal x', y: 'goal y', z: 'goal height' };

export const isArm = ({ name }: environments.TaskFamily): boolean => /^(ml1|meta-world)-/.test(name);

export function parameterName(family: environments.TaskFamily, name: string): string {
  return (isArm(family) && ofArms[name]) || name;
}

export function parametersOf(family: environments.TaskFamily, task: environments.Task): Parameters {
  return Object.fromEntries(
    Object.entries(family.describe(task)).map(([name, value]) => [parameterName(family, name), value]),
  );
}

/** Those in which some of the tasks differ. */
export function varying(all: readonly Parameters[]): string[] {
  const [first] = all;
  return Object.keys(first ?? {}).filter((name) => all.some((other) => other[name] !== first![name]));
}

export const parameterWords = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`)
    .join(', ');
