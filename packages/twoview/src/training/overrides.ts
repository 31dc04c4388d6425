// `a.b=value`: how one field of a configuration is set, and what is said where the result is none.
import type { z } from 'zod';

/** A mapping of names to values. */
export type Plain = Record<string, unknown>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lays `over` on `under`. A string for an object stands for its `name`; another `name` starts that object anew, so that
 * `predictor: identity` does not inherit DirectPred's epsilon.
 */
export function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (typeof over === 'string' && isPlain(under) && 'name' in under)
    return under.name === over ? under : { name: over };
  if (!isPlain(over) || !isPlain(under)) return over;
  const base = 'name' in over && 'name' in under && over.name !== under.name ? {} : under;
  const result: Plain = { ...base };
  for (const [key, value] of Object.entries(over)) result[key] = merge((base as Plain)[key], value);
  return result;
}

/** One `a.b=value`. */
export interface Override {
  path: string[];
  value: unknown;
}

/** Numbers that JSON would not have: `.5`, `+1`, `1.` */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)$/;

/**
 * Reads `a.b=value`; the value is JSON where it parses as such, else a string. `augment.views.0.policy` reaches into lists.
 * @throws Error if there is no `=` or the path is empty
 */
export function parseOverride(text: string): Override {
  const at = text.indexOf('=');
  const path = text.slice(0, at).split('.');
  if (at < 1 || path.some((key) => !/^\w+$/.test(key)))
    throw new Error(`'${text}' is no override: write a.b=value, such as training.epochs=50`);
  const raw = text.slice(at + 1);
  if (decimal.test(raw)) return { path, value: Number(raw) };
  try {
    return { path, value: JSON.parse(raw) };
  } catch {
    return { path, value: raw };
  }
}

/** Sets the value at a path, as `merge` lays it on what is there. */
export function place(under: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return merge(under, value);
  if (Array.isArray(under) && /^\d+$/.test(key))
    return under.map((element, i) => (i === Number(key) ? place(element, rest, value) : element));
  const base = typeof under === 'string' ? { name: under } : isPlain(under) ? under : {};
  if (key === 'name' && rest.length === 0) return merge(base, { name: value });
  return { ...base, [key]: place((base as Plain)[key], rest, value) };
}

/** One sentence for each thing that is wrong: where, what, what is expected. */
export function explain(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const where = issue.path.join('.') || 'the configuration';
      if (issue.code === 'unrecognized_keys')
        return `${where} has no ${issue.keys.map((key) => `'${key}'`).join(', ')}`;
      return `${where}: ${issue.message}`;
    })
    .join('; ');
}

/**
 * Settings of a zod schema from overrides alone; what they do not name has its default.
 * @param what names the settings in the error
 * @throws Error that names every field that is wrong, and what was expected
 */
export function resolveSettings<T>(schema: z.ZodType<T>, overrides: readonly string[], what: string): T {
  const defaults = schema.safeParse({});
  const start: unknown = defaults.success ? defaults.data : {};
  const given = overrides.map(parseOverride).reduce((under, { path, value }) => place(under, path, value), start);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new Error(`${what}: ${explain(result.error)}`);
}
