// The reference of a configuration's fields, from the zod schema that also validates them.
import { z } from 'zod';
import { configJsonSchema } from '../training/index.js';

interface JsonSchema {
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  type?: string;
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  prefixItems?: JsonSchema[];
}

function kind(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.join('|');
  if (schema.const !== undefined) return String(schema.const);
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map(kind).join('|');
  return schema.type ?? 'value';
}

function* lines(schema: JsonSchema, path: string): Generator<string> {
  const variants = (schema.oneOf ?? schema.anyOf)?.filter((variant) => variant.properties);
  if (variants && variants.length > 0) {
    for (const variant of variants) {
      const name = variant.properties?.name ?? variant.properties?.kind;
      const meaning = name ? name.description : schema.description;
      yield `\n${path} = ${name ? kind(name) : '{...}'}${meaning ? `   ${meaning}` : ''}`;
      const { name: _name, kind: _kind, ...rest } = variant.properties ?? {};
      for (const [key, field] of Object.entries(rest)) yield* lines(field, `${path}.${key}`);
    }
  } else if (schema.prefixItems) {
    yield* lines(schema.prefixItems[0] as JsonSchema, `${path}.0`);
  } else if (schema.properties) {
    yield `\n${path}${schema.description ? `   ${schema.description}` : ''}`;
    for (const [key, field] of Object.entries(schema.properties)) yield* lines(field, `${path}.${key}`);
  } else {
    const standard = schema.default === undefined ? '' : ` [${JSON.stringify(schema.default)}]`;
    yield `  ${path}=${kind(schema)}${standard}\n      ${schema.description ?? ''}`;
  }
}

function fields(schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => [...lines(field, key)]);
}

/** Every field of a run's configuration that `a.b=value` can set, with its default and what it means. */
export function configReference(): string {
  return `Configuration (in the YAML file, or as a.b=value):\n${fields(configJsonSchema() as JsonSchema).join('\n')}`;
}

/** The same of other settings. */
export function settingsReference(schema: z.ZodType): string {
  return `Settings (as a.b=value):\n${fields(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema).join('\n')}`;
}
