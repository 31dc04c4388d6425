// A configuration as a list of fields, each by its dotted path, as overrides name them.

import { isPlain } from '../training/overrides.js';

/** Fields by dotted path; views that are all alike count as one. */
export function flatten(value: unknown, path = ''): [string, unknown][] {
  if (Array.isArray(value) && value.some(isPlain)) {
    const texts = value.map((element) => JSON.stringify(element));
    if (texts.every((text) => text === texts[0])) return flatten(value[0], `${path}.*`);
    return value.flatMap((element, i) => flatten(element, `${path}.${i}`));
  }
  if (!isPlain(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, field]) => flatten(field, path === '' ? key : `${path}.${key}`));
}

/** As one writes it behind `a.b=`. */
export const written = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
