// An augmentation in a configuration file: a published policy by name, with any of its numbers replaced.
import { z } from 'zod';
import { type PolicyName, policies, policyNames } from './policies.js';
import {
  type AugmentPolicy,
  colorJitterSchema,
  gaussianBlurSchema,
  normalizeSchema,
  paddedCropSchema,
  policySchema,
  randomResizedCropSchema,
  solarizeSchema,
} from './policy.js';

/** The same object with every field optional and no defaults, so that what is absent stays the policy's. */
function overrides<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) {
  const fields = Object.entries(schema.shape).map(([name, field]) => {
    const inner = field instanceof z.ZodDefault ? field.removeDefault() : field;
    const described = field as z.ZodType;
    return [name, (inner as z.ZodType).optional().describe(described.description ?? '')];
  });
  return z.strictObject(Object.fromEntries(fields) as OptionalFields<Shape>).optional();
}

type OptionalFields<Shape extends z.ZodRawShape> = {
  [Name in keyof Shape]: z.ZodOptional<Shape[Name] extends z.ZodDefault<infer Inner> ? Inner : Shape[Name]>;
};

const probabilityOverride = (text: string) =>
  z.strictObject({ probability: z.number().min(0).max(1).optional().describe(text) }).optional();

const { kind: _randomResized, ...randomResizedFields } = randomResizedCropSchema.shape;
const { kind: _padded, ...paddedFields } = paddedCropSchema.shape;

/** A view's augmentation as written in a configuration; {@link resolvePolicy} makes an {@link AugmentPolicy} of it. */
export const augmentSchema = z.strictObject({
  policy: z.enum(policyNames).default('none').describe('Published policy to start from'),
  crop: overrides(
    z.strictObject({
      kind: z.enum(['randomResized', 'padded', 'center']).describe('Which part of the image a view shows'),
      ...randomResizedFields,
      ...paddedFields,
    }),
  ),
  horizontalFlip: probabilityOverride('Probability of mirroring a view'),
  colorJitter: overrides(colorJitterSchema),
  grayscale: probabilityOverride('Probability of dropping the colour of a view'),
  gaussianBlur: overrides(gaussianBlurSchema),
  solarize: overrides(solarizeSchema),
  normalize: overrides(normalizeSchema),
});

/** A validated augmentation of a configuration. */
export type AugmentConfig = z.output<typeof augmentSchema>;

/**
 * The policy a configuration means: the named policy with the given fields replaced. A plain name stands for
 * `{ policy: name }`. Changing `crop.kind` starts from that kind's defaults.
 *
 * @throws Error if a field is unknown or out of range, naming it.
 */
export function resolvePolicy(config: PolicyName | z.input<typeof augmentSchema>): AugmentPolicy {
  const { policy: name, ...changes } = parse(augmentSchema, typeof config === 'string' ? { policy: config } : config);
  const base = policies[name];
  const merged: Record<string, unknown> = { ...base };
  for (const [section, fields] of Object.entries(changes)) {
    if (fields === undefined) continue;
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    const restart = section === 'crop' && given.kind !== undefined && given.kind !== base.crop.kind;
    merged[section] = restart ? given : { ...base[section as keyof AugmentPolicy], ...given };
  }
  return parse(policySchema, merged);
}

function parse<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const where = issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  throw new Error(`Augmentation policy is not valid${where}: ${issue.message}`);
}
