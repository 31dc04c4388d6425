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
  /** Whether one number stands for a whole list (`int[2]`). */
  sized: boolean;
  take: Take;
}

interface Overload {
  name: string;
  parameters: Parameter[];
  /** Parameters that may be given by position come first; the rest by name only. */
  positional: number;
  /** How many must be given where all are by position. */
  required: number;
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
  const [, base, list, optional, name, hasDefault] = match as unknown as [
    string,
    string,
    string?,
    string?,
    string?,
    string?,
  ];
  const kind = base + (list ? (list === '?[]' ? '?[]' : '[]') : '');
  const sized = list !== undefined && /\d/.test(list);
  return {
    name: camelCase(name as string),
    nativeName: name as string,
    kind,
    optional: optional !== undefined,
    hasDefault: hasDefault !== undefined,
    sized,
    take: (sized ? takeListOrOne : undefined) ?? takers[kind] ?? takeString,
  };
}

/** Reads `name.overload(parameters) -> returns`, the form that scripts/generate.mjs writes; see generated/operators.ts. */
function parseOverload(operator: string, signature: string): Overload {
  const match = /^([\w]*)\((.*)\) -> \((.*)\)(?: @(\d+))?$/.exec(signature);
  if (!match) throw new Error(`not a signature: ${signature}`);
  const [, name, list, returns, returnsArgument] = match as unknown as [string, string, string, string, string?];
  const [byPosition, byName] = list.split('*') as [string, string?];
  const split = (text: string | undefined) =>
    (text ?? '')
      .split(', ')
      .map((s) => s.replace(/,\s*$/, '').trim())
      .filter(Boolean);
  const positional = split(byPosition).map(parseParameter);
  const parameters = [...positional, ...split(byName).map(parseParameter)];
  return {
    name,
    parameters,
    positional: positional.length,
    required: parameters.findLastIndex((p) => !p.hasDefault) + 1,
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
  const indices = found.arguments.map((argument) =>
    overload.parameters.findIndex((p) => p.nativeName === argument.name),
  );
  const same = indices.length === overload.parameters.length && indices.every((index, i) => index === i);
  overload.order = same ? null : indices;
  overload.id = found.id;
}

type Options = Record<string, unknown>;

function isOptions(value: unknown): value is Options {
  if (typeof value !== 'object' || value === null || Tensor.isTensor(value) || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Says that a value is none of a parameter's kind. */
const mismatch = Symbol('mismatch');

/** Gives what crosses into native code in place of a value (neither undefined nor null), or `mismatch`. */
type Take = (value: unknown) => unknown;

const takeNumber: Take = (value) => (typeof value === 'number' ? value : mismatch);
const takeString: Take = (value) => (typeof value === 'string' ? value : mismatch);
const takeList: Take = (value) => (Array.isArray(value) && !Tensor.isTensor(value[0]) ? value : mismatch);
const takeListOrOne: Take = (value) => (typeof value === 'number' ? value : takeList(value));

/** A list with something else after its first tensor fits no other overload: native code then says which is wrong. */
const handleOrText = (value: unknown) => (Tensor.isTensor(value) ? Tensor.handleOf(value) : String(value));

/** By kind; the kinds left out come as strings. */
const takers: Record<string, Take> = {
  Tensor: (value) => (Tensor.isTensor(value) ? Tensor.handleOf(value) : mismatch),
  'Tensor[]': (value) =>
    Array.isArray(value) && (value.length === 0 || Tensor.isTensor(value[0])) ? value.map(handleOrText) : mismatch,
  'Tensor?[]': (value) =>
    Array.isArray(value) && value.every((v) => v === null || Tensor.isTensor(v))
      ? value.map((v) => (v === null ? null : Tensor.handleOf(v)))
      : mismatch,
  Scalar: (value) =>
    typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? value : mismatch,
  int: (value) => (typeof value === 'bigint' || Number.isInteger(value) ? value : mismatch),
  float: takeNumber,
  bool: (value) => (typeof value === 'boolean' ? value : mismatch),
  'int[]': takeList,
  'float[]': takeList,
  'bool[]': takeList,
  'Scalar[]': takeList,
  Generator: (value) => (Generator.isGenerator(value) ? Generator.handleOf(value) : mismatch),
};

/** All arguments in schema order, those by name included; null where the overload does not take so many or such names. */
function inOrder(overload: Overload, args: readonly unknown[], options: Options): unknown[] | null {
  const given = args.length - 1;
  if (given > overload.positional) return null;
  for (const name in options) if (options[name] !== undefined && !overload.names.has(name)) return null;
  return overload.parameters.map((parameter, i) => (i < given ? args[i] : options[parameter.name]));
}

/**
 * What crosses into native code for the arguments `values`, or null where they do not fit.
 * @param given how many of them were given by position
 */
function lower(overload: Overload, values: readonly unknown[], given: number): unknown[] | null {
  const count = values.length;
  if (count < overload.required || given > overload.positional) return null;
  const { parameters } = overload;
  const lowered = new Array<unknown>(count);
  for (let i = 0; i < count; i++) {
    const parameter = parameters[i] as Parameter;
    const value = values[i];
    if (value === undefined) {
      // An optional without default must still be given, else `x.sum()` would match `sum.dim` too.
      if (!parameter.hasDefault && !(i < given && parameter.optional)) return null;
    } else if (value === null) {
      if (!parameter.optional) return null;
      lowered[i] = null;
    } else {
      const taken = parameter.take(value);
      if (taken === mismatch) return null;
      lowered[i] = taken;
    }
  }
  return lowered;
}

/** Turns a native result of the given kind into what JavaScript sees. */
export function lift(value: unknown, kind: string): unknown {
  if (kind === 'Tensor') return value === null ? null : new Tensor(value as number);
  if (kind === 'Tensor[]') return (value as (number | null)[]).map((v) => (v === null ? null : new Tensor(v)));
  return value;
}

/** One argument as an error message shows it. */
function describe(value: unknown, depth = 0): string {
  if (Tensor.isTensor(value))
    return value.isDisposed
      ? 'freed Tensor'
      : `${value.dtype} [${value.shape.join(', ')}]${value.device === 'cpu' ? '' : ` on ${value.device}`}`;
  if (depth > 3 && typeof value === 'object' && value !== null) return '...'; // it may contain itself
  if (Array.isArray(value))
    return `[${value
      .slice(0, 6)
      .map((v) => describe(v, depth + 1))
      .join(', ')}${value.length > 6 ? `, ... ${value.length} in all` : ''}]`;
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  if (typeof value === 'function') return 'a function';
  if (isOptions(value))
    return `{ ${Object.entries(value)
      .map(([k, v]) => `${k}: ${describe(v, depth + 1)}`)
      .join(', ')} }`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'object'}`;
  return String(value);
}

function failure(name: string, args: readonly unknown[], reason: unknown): Error {
  const message = reason instanceof Error ? reason.message : String(reason);
  const text = `${name}(${args.map((arg) => describe(arg)).join(', ')}): ${message}`;
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

/** Spreading a list into a native call costs a tenth of a small operator: the common lengths are written out. */
function callNative(id: number, args: readonly unknown[]): unknown {
  switch (args.length) {
    case 1:
      return native.call(id, args[0]);
    case 2:
      return native.call(id, args[0], args[1]);
    case 3:
      return native.call(id, args[0], args[1], args[2]);
    default:
      return native.call(id, ...args);
  }
}

function invoke(overload: Overload, values: readonly unknown[], lowered: readonly unknown[]): unknown {
  overload.guard?.(values, overload.name);
  const { order, returns } = overload;
  const result = callNative(overload.id, order ? order.map((index) => lowered[index]) : lowered);
  if (overload.returnsArgument >= 0) return values[overload.returnsArgument];
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
    const last = args[args.length - 1];
    const options = isOptions(last) ? last : undefined;
    const given = options ? args.length - 1 : args.length;
    try {
      for (const overload of overloads) {
        const values = options ? inOrder(overload, args, options) : args;
        const lowered = values && lower(overload, values, given);
        if (!lowered) continue;
        if (overload.id < 0) resolve(operator, overload);
        return invoke(overload, values, lowered);
      }
      for (const arg of args) if (Tensor.isTensor(arg)) Tensor.handleOf(arg); // a freed tensor is the better complaint
      throw new TypeError(usage(overloads));
    } catch (error) {
      throw failure(shortName, args, error);
    }
  };
}
