// From a JavaScript call to one overload of a libtorch operator: choose it by the arguments' types, order its
// arguments by the schema, cross into native code once, and wrap what comes back.
import { native } from './engine/load.js';
import { TorchError } from './error.js';
import { type Guard, guards } from './guards.js';
import { Generator } from './random.js';
import { Tensor } from './tensor.js';

/** One parameter, read from a signature such as `Tensor self, int[2] stride=1, *, ScalarType? dtype=None`. */
interface Parameter {
  name: string;
  nativeName: string;
  kind: string;
  optional: boolean;
  hasDefault: boolean;
  sized: boolean;
}

interface Overload {
  name: string;
  parameters: Parameter[];
  /** Parameters that may be given by position come first; the rest by name only. */
  positional: number;
  names: Set<string>;
  returns: string[];
  returnsArgument: number;
  id: number;
  /** For each argument of the loaded library's own schema, the index here; null where the orders agree. */
  order: number[] | null;
  guard: Guard | undefined;
}

/** `_foreach_add_` becomes `foreachAdd_`: a leading underscore goes, a trailing one means in-place and stays. */
export function camelCase(name: string): string {
  return name.replace(/^_+/, '').replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function parseParameter(text: string): Parameter {
  const match = /^(\w+)(\[\d*\]|\?\[\])?(\?)? (\w+)(=)?$/.exec(text);
  if (!match) throw new Error(`not a parameter: ${text}`);
  const [, base, list, optional, name, hasDefault] = match as unknown as [string, string, string?, string?, string?, string?];
  return {
    name: camelCase(name as string),
    nativeName: name as string,
    kind: base + (list ? (list === '?[]' ? '?[]' : '[]') : ''),
    optional: optional !== undefined,
    hasDefault: hasDefault !== undefined,
    sized: list !== undefined && /\d/.test(list),
  };
}

/** Reads `name.overload(parameters) -> returns`, the form that scripts/generate.mjs writes; see generated/operators.ts. */
function parseOverload(operator: string, signature: string): Overload {
  const match = /^([\w]*)\((.*)\) -> \((.*)\)(?: @(\d+))?$/.exec(signature);
  if (!match) throw new Error(`not a signature: ${signature}`);
  const [, name, list, returns, returnsArgument] = match as unknown as [string, string, string, string, string?];
  const [byPosition, byName] = list.split('*') as [string, string?];
  const split = (text: string | undefined) => (text ?? '').split(', ').map((s) => s.replace(/,\s*$/, '').trim()).filter(Boolean);
  const positional = split(byPosition).map(parseParameter);
  const parameters = [...positional, ...split(byName).map(parseParameter)];
  return {
    name,
    parameters,
    positional: positional.length,
    names: new Set(parameters.map((p) => p.name)),
    returns: split(returns),
    returnsArgument: returnsArgument === undefined ? -1 : Number(returnsArgument),
    id: -1,
    order: null,
    guard: guards[operator],
  };
}

/** Finds the overload in the loaded library, which may name its arguments in another order or have more of them. */
function resolve(operator: string, overload: Overload): void {
  const found = native.findOperator(operator, overload.name);
  const fullName = overload.name ? `${operator}.${overload.name}` : operator;
  if (!found) throw new TorchError(`libtorch ${native.version()} has no operator ${fullName}`);
  const indices = found.arguments.map((argument) => overload.parameters.findIndex((p) => p.nativeName === argument.name));
  const same = indices.length === overload.parameters.length && indices.every((index, i) => index === i);
  overload.order = same ? null : indices;
  overload.id = found.id;
}

type Options = Record<string, unknown>;

function isOptions(value: unknown): value is Options {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Tensor.isTensor(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function matches(value: unknown, parameter: Parameter): boolean {
  if (value === undefined) return parameter.hasDefault || parameter.optional;
  if (value === null) return parameter.optional;
  switch (parameter.kind) {
    case 'Tensor':
      return Tensor.isTensor(value);
    case 'Tensor[]':
      return Array.isArray(value) && (value.length === 0 || Tensor.isTensor(value[0]));
    case 'Tensor?[]':
      return Array.isArray(value) && value.every((v) => v === null || Tensor.isTensor(v));
    case 'Scalar':
      return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
    case 'int':
      return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
    case 'float':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'int[]':
      return (Array.isArray(value) && !Tensor.isTensor(value[0])) || (parameter.sized && typeof value === 'number');
    case 'float[]':
    case 'bool[]':
    case 'Scalar[]':
      return (Array.isArray(value) && !Tensor.isTensor(value[0])) || (parameter.sized && typeof value === 'number');
    case 'Generator':
      return Generator.isGenerator(value);
    default:
      return typeof value === 'string';
  }
}

function fits(overload: Overload, args: readonly unknown[], count: number, options: Options | undefined): boolean {
  if (count > overload.positional) return false;
  if (options) for (const name in options) if (options[name] !== undefined && !overload.names.has(name)) return false;
  const { parameters } = overload;
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter;
    const value = i < count ? args[i] : options?.[parameter.name];
    if (value === undefined) {
      // An optional without default must still be given, else `x.sum()` would match `sum.dim` too.
      if (!parameter.hasDefault && !(i < count && parameter.optional)) return false;
    } else if (!matches(value, parameter)) return false;
  }
  return true;
}

/** What crosses into native code in place of `value`. */
function lower(value: unknown, kind: string): unknown {
  if (value === undefined || value === null) return value;
  switch (kind) {
    case 'Tensor':
      return Tensor.isTensor(value) ? Tensor.handleOf(value) : String(value);
    case 'Tensor[]':
    case 'Tensor?[]':
      return Array.isArray(value)
        ? value.map((v) => (v === null && kind === 'Tensor?[]' ? null : Tensor.isTensor(v) ? Tensor.handleOf(v) : String(v)))
        : String(value);
    case 'Generator':
      return Generator.isGenerator(value) ? Generator.handleOf(value) : String(value);
    default:
      return value;
  }
}

/** Turns a native result of the given kind into what JavaScript sees. */
export function lift(value: unknown, kind: string): unknown {
  if (kind === 'Tensor') return value === null ? null : new Tensor(value as number);
  if (kind === 'Tensor[]') return (value as (number | null)[]).map((v) => (v === null ? null : new Tensor(v)));
  return value;
}

/** One argument as an error message shows it. */
function describe(value: unknown): string {
  if (Tensor.isTensor(value)) return value.isDisposed ? 'freed Tensor' : `${value.dtype} [${value.shape.join(', ')}]${value.device === 'cpu' ? '' : ` on ${value.device}`}`;
  if (Array.isArray(value)) return `[${value.slice(0, 6).map(describe).join(', ')}${value.length > 6 ? `, ... ${value.length} in all` : ''}]`;
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  if (typeof value === 'function') return 'a function';
  if (isOptions(value)) return `{ ${Object.entries(value).map(([k, v]) => `${k}: ${describe(v)}`).join(', ')} }`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'object'}`;
  return String(value);
}

function failure(name: string, args: readonly unknown[], reason: unknown): Error {
  const message = reason instanceof Error ? reason.message : String(reason);
  const text = `${name}(${args.map(describe).join(', ')}): ${message}`;
  return reason instanceof TypeError || reason instanceof RangeError
    ? new (reason.constructor as ErrorConstructor)(text, { cause: reason })
    : new TorchError(text, { cause: reason });
}

function usage(overloads: readonly Overload[]): string {
  const forms = overloads.map((overload) => {
    const show = (p: Parameter) => `${p.name}${p.hasDefault ? '?' : ''}: ${p.kind}${p.optional ? ' | null' : ''}`;
    const byName = overload.parameters.slice(overload.positional).map(show);
    const all = overload.parameters.slice(0, overload.positional).map(show);
    if (byName.length > 0) all.push(`{ ${byName.join(', ')} }`);
    return `(${all.join(', ')})`;
  });
  return `no form of it takes these arguments; it takes ${forms.join(' or ')}`;
}

function invoke(overload: Overload, args: readonly unknown[], count: number, options: Options | undefined): unknown {
  const { parameters } = overload;
  const values = new Array<unknown>(parameters.length);
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter;
    values[i] = i < count ? args[i] : options?.[parameter.name];
  }
  overload.guard?.(values, overload.name);
  const lowered = new Array<unknown>(values.length);
  for (let i = 0; i < values.length; i++) lowered[i] = lower(values[i], (parameters[i] as Parameter).kind);
  const { order } = overload;
  const result = native.call(overload.id, ...(order ? order.map((index) => (index < 0 ? undefined : lowered[index])) : lowered));
  if (overload.returnsArgument >= 0) return values[overload.returnsArgument];
  const { returns } = overload;
  if (returns.length === 1) return lift(result, returns[0] as string);
  if (returns.length === 0) return undefined;
  return (result as unknown[]).map((value, i) => lift(value, returns[i] as string));
}

/** An operator of any arguments; its typed face is in generated/types.ts. */
export type AnyOperator = (...args: unknown[]) => unknown;

/**
 * Makes the JavaScript function of an operator.
 * @param operator its name in the dispatcher, `aten::add`
 * @param signatures one per overload, most specific first
 */
export function operator(operator: string, signatures: readonly string[]): AnyOperator {
  let overloads: Overload[] | undefined;
  const shortName = operator.replace(/^aten::/, '');
  const parse = () => signatures.map((signature) => parseOverload(operator, signature));
  return (...args: unknown[]): unknown => {
    overloads ??= parse();
    let count = args.length;
    let options: Options | undefined;
    const last = args[count - 1];
    if (isOptions(last)) {
      options = last;
      count--;
    }
    try {
      for (const overload of overloads) {
        if (!fits(overload, args, count, options)) continue;
        if (overload.id < 0) resolve(operator, overload);
        return invoke(overload, args, count, options);
      }
      for (const arg of args) if (Tensor.isTensor(arg)) Tensor.handleOf(arg); // a freed tensor is the better complaint
      throw new TypeError(usage(overloads));
    } catch (error) {
      throw failure(shortName, args, error);
    }
  };
}
