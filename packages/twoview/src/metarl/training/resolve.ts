// From what a user wrote to a whole configuration of a meta-training: recipe of the family, file, overrides, in this order.
import { z } from 'zod';
import { explain, isPlain, merge, type Plain, parseOverride, place } from '../../training/overrides.js';
import { findFamily, loadMetaWorld, type TaskFamily } from '../environments/index.js';
import { type MetaRlConfig, metaRlSchema } from './config.js';
import { type MetaRlRecipe, recipeParts } from './presets.js';

export interface ResolveMetaRlInput {
  /** A configuration file's content. */
  file?: unknown;
  family?: string;
  algorithm?: string;
  recipe?: MetaRlRecipe;
  /** `a.b=value`, applied last, in order. */
  overrides?: readonly string[];
}

const fileOf = (file: unknown): Plain => {
  if (file === undefined) return {};
  if (!isPlain(file))
    throw new Error('the configuration file must hold a mapping, such as `training: { iterations: 50 }`');
  return file;
};

/** The last override of a field, else the file's, else the given one. */
function chosen(path: string, overrides: readonly string[], file: Plain, given: string | undefined, standard: string) {
  const own = overrides.map(parseOverride).findLast((override) => override.path.join('.') === path);
  const inFile = path.split('.').reduce<unknown>((value, key) => (isPlain(value) ? value[key] : undefined), file);
  return String(own?.value ?? given ?? inFile ?? standard);
}

/**
 * The whole configuration, every default filled in.
 * @throws Error that names every field that is wrong, and what was expected; or an unknown family
 */
export function resolveMetaRl(input: ResolveMetaRlInput): MetaRlConfig {
  const { overrides = [], recipe = 'small' } = input;
  const file = fileOf(input.file);
  const family = chosen('environment.family', overrides, file, input.family, 'point-robot');
  const algorithm = chosen('algorithm', overrides, file, input.algorithm, 'tcl');
  if (algorithm !== 'pearl' && algorithm !== 'tcl')
    throw new Error(`there is no algorithm '${algorithm}'; there are pearl and tcl`);
  let config: unknown = { algorithm, environment: { family } };
  const folder = chosen('environment.folder', overrides, file, undefined, 'null');
  for (const part of recipeParts(family, algorithm, recipe, folder !== 'null')) config = merge(config, part);
  config = merge(merge(config, file), { algorithm, environment: { family } });
  const complete = metaRlSchema.safeParse(config);
  if (complete.success) config = complete.data;
  for (const { path, value } of overrides.map(parseOverride)) config = place(config, path, value);
  return parseMetaRl(config, 'the configuration');
}

/**
 * A whole configuration that was written down, such as a run's `config.yaml`, checked.
 * @param where names it in the error
 */
export function parseMetaRl(value: unknown, where: string): MetaRlConfig {
  const result = metaRlSchema.safeParse(value);
  if (!result.success) throw new Error(`${where} is none of a meta-training: ${explain(result.error)}`);
  const { algorithm, agent, environment } = result.data;
  if (environment.folder === null) findFamily(environment.family);
  if ((algorithm === 'tcl') !== agent.tcl.enabled)
    throw new Error(
      `algorithm is ${algorithm}, but agent.tcl.enabled is ${agent.tcl.enabled}: set algorithm, and leave agent.tcl.enabled out`,
    );
  return result.data;
}

/** The family of a configuration. @throws Error if there is none of that name, or its models cannot be read */
export async function familyOf({ environment }: Pick<MetaRlConfig, 'environment'>): Promise<TaskFamily> {
  const { family, folder } = environment;
  return folder === null ? findFamily(family) : loadMetaWorld(folder, family.replace(/^ml1-/, ''));
}

/** The JSON schema of a configuration file. */
export function metaRlJsonSchema(): unknown {
  return z.toJSONSchema(metaRlSchema, { io: 'input' });
}
