// One method on one page: slots, recipes, details and what its measures mean.
import { type Preset, presetMethod, type Recipe, type Scale, scales } from '../methods/index.js';
import { metricInfo } from '../report/catalogue.js';
import { type Config, resolveConfig } from '../training/index.js';
import { isPlain, type Plain } from '../training/overrides.js';
import { table } from './output.js';
import { flatten, written } from './settings-by-path.js';

/** What every run logs; the report's catalogue says what they are. */
const commonMetrics = ['loss', 'knn', 'z.std', 'z.effectiveRank', 'h.std', 'h.effectiveRank'];

/** The parts of a configuration that a recipe is about. */
function settings({ augment, encoder, method, optimizer, training }: Config): Map<string, unknown> {
  const { name: _, ...slots } = method;
  const { epochs, batchSize } = training;
  return new Map(flatten({ augment, encoder, method: slots, optimizer, training: { epochs, batchSize } }));
}

function recipesOf(preset: Preset): [Scale, Recipe][] {
  return scales.flatMap((scale): [Scale, Recipe][] => {
    const recipe = preset.recipes[scale];
    return recipe ? [[scale, recipe]] : [];
  });
}

/** The configuration of a run with that recipe, wherever its images are. */
function withRecipe(preset: Preset, scale: Scale): Config {
  const folder = scale === 'imagenet' ? { folder: 'FOLDER' } : {};
  return resolveConfig({ method: preset.name, recipe: scale, ...folder });
}

/** Settings in which the recipes differ from a run without one, a column each. */
export function recipeTable(preset: Preset): string {
  const recipes = recipesOf(preset);
  const columns = [
    settings(resolveConfig({ method: preset.name })),
    ...recipes.map(([scale]) => settings(withRecipe(preset, scale))),
  ];
  const [without, ...rest] = columns as [Map<string, unknown>, ...Map<string, unknown>[]];
  const paths = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort();
  const rows = paths
    .filter((path) =>
      rest.some((column) => column.has(path) && written(column.get(path)) !== written(without.get(path))),
    )
    .map((path) => [path, ...columns.map((column) => written(column.get(path)))]);
  return table(['setting', 'no recipe', ...recipes.map(([scale]) => scale)], rows);
}

/** What a run of the method logs, by name. */
function metricsOf(preset: Preset): Record<string, string> {
  const common = commonMetrics.map((name) => [name, metricInfo(name).explanation] as const);
  return { ...Object.fromEntries(common), ...preset.metrics };
}

/** All of it as data. */
export function describeMethod(preset: Preset): Plain {
  const { name, paper, summary, equations, details } = preset;
  const recipes = recipesOf(preset).map(([scale, { source, published, differences }]) => [
    scale,
    { source, published: published ?? null, differences: differences ?? [], config: withRecipe(preset, scale) },
  ]);
  return {
    name,
    paper,
    summary,
    equations,
    method: presetMethod(name),
    recipes: Object.fromEntries(recipes) as Plain,
    details,
    metrics: metricsOf(preset),
  };
}

function slotLines(preset: Preset): string[] {
  const { name: _, ...slots } = presetMethod(preset.name);
  return Object.entries(slots).map(([slot, value]) => {
    const { name = '', ...fields }: Plain = isPlain(value) ? value : { name: value };
    const options = Object.entries(fields).map(([key, field]) => `${key}=${written(field)}`);
    return `  ${slot.padEnd(18)} ${[written(name), ...options].filter(Boolean).join(' ')}`;
  });
}

function recipeLines([scale, recipe]: [Scale, Recipe]): string[] {
  return [
    `${scale}: ${recipe.source}`,
    ...(recipe.published ? [`    published: ${recipe.published}`] : []),
    ...(recipe.differences ?? []).map((difference) => `    differs: ${difference}`),
  ];
}

/** All of it as text. */
export function methodPage(preset: Preset): string {
  const { name, paper, summary, equations, details } = preset;
  const recipes = recipesOf(preset);
  const names = recipes.map(([scale]) => scale);
  return [
    `${name}: ${summary}`,
    `  ${paper}`,
    `  follows ${equations}`,
    '',
    'Slots',
    ...slotLines(preset),
    '',
    `Recipes: twoview train --method ${name} --recipe ${names.join('|')}`,
    recipeTable(preset),
    '',
    ...recipes.flatMap(recipeLines),
    '',
    'Details',
    ...details.map((detail) => `  - ${detail}`),
    '',
    'Measures',
    ...Object.entries(metricsOf(preset)).map(([metric, meaning]) => `  ${metric.padEnd(21)} ${meaning}`),
  ].join('\n');
}
