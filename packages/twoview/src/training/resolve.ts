// From what a user wrote to a whole configuration: data-set profile, method preset, recipe, file, overrides, in this order.
import { z } from 'zod';
import { resolvePolicy } from '../augment/index.js';
import { CIFAR100_CLASSES, CIFAR100_COARSE_CLASSES } from '../data/index.js';
import {
  checkMethod,
  checkViewCount,
  findPreset,
  findRecipe,
  isDirectional,
  type MethodConfig,
  scaleData,
} from '../methods/index.js';
import { type Config, configSchema } from './config.js';
import { explain, isPlain, merge, type Override, type Plain, parseOverride, place } from './overrides.js';

/**
 * The embedded images differ in colour whatever their class: a view must not tell its hue. Crops keep most of an outline.
 */
const embeddedView = { policy: 'directpred-cifar', crop: { scale: [0.3, 1] }, colorJitter: { hue: 0.5 } };

/** What a run starts from when a data set is named and nothing else: what trains there in reasonable time. */
function profile(dataset: string, onGpu: boolean): Plain {
  const small = dataset === 'embedded' || dataset.startsWith('cifar');
  const view = dataset === 'embedded' ? embeddedView : { policy: small ? 'directpred-cifar' : 'directpred-stl10' };
  const layers = small ? [32, 64, 128, 256] : [32, 64, 128, 256, 256];
  const encoder = onGpu ? { name: 'resnet18', stem: small ? 'cifar' : 'stl' } : { name: 'convnet', channels: layers };
  return { augment: { views: [view, view] }, encoder };
}

/** Objects that a configuration may give by their name alone. */
const shorthands = [
  'data',
  'encoder',
  'method.objective',
  'method.normalizer',
  'method.predictor',
  'method.target',
  'optimizer',
  'optimizer.schedule',
];

/** Replaces the strings among these by objects with that name. */
function expandNames(config: unknown): unknown {
  const expand = (value: unknown, path: readonly string[]): unknown => {
    const [key, ...rest] = path;
    if (key === undefined) return typeof value === 'string' ? { name: value } : value;
    return isPlain(value) && key in value ? { ...value, [key]: expand(value[key], rest) } : value;
  };
  return shorthands.reduce((expanded, path) => expand(expanded, path.split('.')), config);
}

/**
 * A whole configuration that was written down, such as a run's `config.yaml`, checked.
 * @param where names it in the error
 * @throws Error that names every field that is wrong, and what was expected
 */
export function parseConfig(value: unknown, where: string): Config {
  const result = configSchema.safeParse(value);
  if (!result.success) throw new Error(`${where} is no configuration of a run: ${explain(result.error)}`);
  return result.data;
}

/** The preset or data set that an override chooses: `method=byol`, `method.name=byol`, `method={"name":"byol",...}`. */
function chosenName({ path, value }: Override, section: 'method' | 'data'): string | undefined {
  if (path.join('.') === `${section}.name`) return String(value);
  if (path.join('.') !== section) return undefined;
  if (isPlain(value)) return value.name === undefined ? undefined : String(value.name);
  return String(value);
}

function nameFromOverrides(overrides: readonly Override[], section: 'method' | 'data'): string | undefined {
  return overrides.map((override) => chosenName(override, section)).findLast((name) => name !== undefined);
}

/** Overrides that are names alone have been heeded before the others are applied. */
function isNameAlone(override: Override): boolean {
  return (
    !isPlain(override.value) &&
    (['method', 'data'] as const).some((section) => chosenName(override, section) !== undefined)
  );
}

/** A section of the file, where a string stands for its name. */
function named(section: unknown): Plain {
  return typeof section === 'string' ? { name: section } : ((section ?? {}) as Plain);
}

/** The data section: what the file and the command line say, else the recipe's data set, else the embedded one. */
function resolveData(input: ResolveInput, fileData: Plain, overrides: readonly Override[]): Plain {
  const chosen: Plain = input.folder === undefined ? {} : { name: 'folder', folder: input.folder };
  const name = nameFromOverrides(overrides, 'data') ?? input.dataset ?? chosen.name;
  if (name !== undefined) chosen.name = name;
  const given = merge(fileData, chosen) as Plain;
  if (input.recipe === undefined) return merge({ name: 'embedded' }, given) as Plain;

  const { scale, recipe } = findRecipe(findPreset(methodName(input, overrides)), input.recipe);
  const { dataset, folder } = scaleData[scale];
  if (dataset === null && given.name === undefined)
    throw new Error(
      `recipe ${scale} has no data set of its own: give a folder of images, as in twoview train FOLDER --recipe ${scale}`,
    );
  const data = merge({ name: dataset }, given) as Plain;
  const own = data.name === dataset ? (recipe.config.data ?? {}) : data.name === 'folder' ? folder : {};
  return { ...own, ...data };
}

/** The preset that the command line chooses, else the file. */
function methodName(input: ResolveInput, overrides: readonly Override[]): string {
  const file = isPlain(input.file) ? named(input.file.method).name : undefined;
  return String(nameFromOverrides(overrides, 'method') ?? input.method ?? file ?? 'directpred');
}

/** Whether the user named this field of a section, in the file or in an override. */
function isGiven(section: 'method', field: string, fileSection: Plain, overrides: readonly Override[]): boolean {
  const inOverride = ({ path: [first, second], value }: Override): boolean =>
    first === section && (second === undefined ? isPlain(value) && field in value : second === field);
  return field in fileSection || overrides.some(inOverride);
}

/** A preset's pairing belongs to its objective; an objective of the other kind gets the one that all accept. */
function fitPairing(method: MethodConfig): MethodConfig {
  const unfit = isDirectional(method.objective) ? 'allAnchors' : 'asymmetric';
  return method.pairing === unfit ? { ...method, pairing: 'symmetric' } : method;
}

export interface ResolveInput {
  /** A configuration file's content. */
  file?: unknown;
  /** Preset, data set and folder given by name. */
  method?: string;
  dataset?: string;
  folder?: string;
  /** Scale of the method's recipe: cifar, stl10 or imagenet. */
  recipe?: string;
  /** `a.b=value`, applied last, in order. */
  overrides?: readonly string[];
  /** Whether a CUDA device will be used. */
  onGpu?: boolean;
}

/**
 * The whole configuration, every default filled in.
 * @throws Error that names every field that is wrong, and what was expected; or two slots that do not go together
 */
export function resolveConfig(input: ResolveInput): Config {
  const file = input.file ?? {};
  if (!isPlain(file)) throw new Error('the configuration file must hold a mapping, such as `training: { epochs: 50 }`');
  const known = Object.keys(configSchema.shape);
  for (const key of Object.keys(file))
    if (!known.includes(key)) throw new Error(`the configuration has no '${key}'; it has ${known.join(', ')}`);
  const overrides = (input.overrides ?? []).map(parseOverride);
  const fileMethod = named(file.method);
  const name = methodName(input, overrides);
  const preset = findPreset(name);
  const data = resolveData(input, named(file.data), overrides);

  let config: unknown = profile(String(data.name), input.onGpu ?? false);
  config = merge(config, { optimizer: preset.optimizer ?? {}, method: { name, ...preset.method } });
  if (preset.start) {
    const { views, encoder, training = {} } = preset.start;
    config = merge(config, { augment: { views }, encoder: input.onGpu ? encoder.gpu : encoder.cpu, training });
  }
  if (input.recipe !== undefined) {
    const { data: _, method = {}, ...recipe } = findRecipe(preset, input.recipe).recipe.config;
    config = merge(config, { ...recipe, method });
  }
  // The name was used to choose the preset; laid on it again it would start the slots anew.
  config = merge(config, { ...file, data, method: { ...fileMethod, name } });
  // With the defaults in place, `optimizer.schedule.warmupEpochs=3` finds the schedule that it belongs to.
  const complete = configSchema.safeParse(config);
  if (complete.success) config = complete.data;
  for (const override of overrides) if (!isNameAlone(override)) config = place(config, override.path, override.value);
  // A schedule that was given a field but no name is the constant one.
  const result = configSchema.safeParse(merge({ optimizer: { schedule: { name: 'constant' } } }, expandNames(config)));
  if (!result.success) throw new Error(explain(result.error));
  const { method } = result.data;
  const resolved = isGiven('method', 'pairing', fileMethod, overrides) ? method : fitPairing(method);
  return checkConfig({ ...result.data, method: fillClasses(resolved, result.data.data) });
}

/** Classes of the data sets whose number is known without opening them. */
function classesOf(data: Config['data']): number | null {
  if (data.name === 'folder') return null;
  if (data.name !== 'cifar100') return 10;
  return (data.labels === 'fine' ? CIFAR100_CLASSES : CIFAR100_COARSE_CLASSES).length;
}

function fillClasses(method: MethodConfig, data: Config['data']): MethodConfig {
  if (!method.classifier || method.classifier.classes !== null) return method;
  return { ...method, classifier: { classes: classesOf(data) } };
}

/**
 * The configuration, if its parts go together.
 * @throws Error naming those that do not, and the remedy
 */
export function checkConfig(config: Config): Config {
  const { method, augment } = config;
  checkMethod(method);
  checkViewCount(method, augment.views.length);
  if (method.classifier && config.data.name === 'stl10' && config.data.trainSplit !== 'train')
    throw new Error(
      `method ${method.name} learns classes, and data.trainSplit ${config.data.trainSplit} has images without one: give data.trainSplit=train`,
    );
  // Attacks, in training or of what was trained, see pixels in [0, 1]; and what is standardised twice is not standardised.
  const reason = method.classifier
    ? 'takes pixels out of [0, 1], where classifiers are attacked'
    : config.encoder.normalize && 'comes before encoder.normalize, which would standardise pixels again';
  if (!reason) return config;
  for (const [i, view] of augment.views.entries()) {
    const { mean, std } = resolvePolicy(view).normalize;
    if (mean.every((value) => value === 0) && std.every((value) => value === 1)) continue;
    throw new Error(
      `augment.views.${i}.normalize ${reason}: leave it out (take a policy without, such as pad-crop-flip), so that encoder.normalize is the only one`,
    );
  }
  return config;
}

/** The JSON schema of a configuration file. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: 'input' });
}
