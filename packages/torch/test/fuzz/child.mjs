// Makes random calls of the engine's public operators and notes each in a file first, so that whatever ends this
// process can be named. `node child.mjs --seed 1 --from 0 --calls 1000 --log FILE [--only NAME] [--show]`
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as torch from '../../dist/index.js';
import { materialize, show } from './materialize.mjs';
import { Stream } from './random.mjs';
import { recipeFor } from './recipes.mjs';
import { argument, dtype, nonsense, randomShape } from './values.mjs';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    calls: { type: 'string', default: '1000' },
    log: { type: 'string', default: '/dev/null' },
    only: { type: 'string' },
    show: { type: 'boolean', default: false },
    stats: { type: 'string' },
  },
});
const [seed, from, calls] = [options.seed, options.from, options.calls].map(Number);

torch.setMemoryLimit(256 * 2 ** 20);
torch.setNumThreads(Number(process.env.FUZZ_THREADS ?? 2));

const camelCase = (name) => name.replace(/^_+/, '').replace(/_+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());

/** Every overload of every public operator, from the text that the engine itself parses. */
function readOverloads() {
  const text = readFileSync(new URL('../../dist/generated/operators.js', import.meta.url), 'utf8');
  const overloads = [];
  for (const [, name, list] of text.matchAll(/operator\('aten::(\w+)', \[\n([\s\S]*?)\n\]/g)) {
    for (const [, signature] of list.matchAll(/'(.*)',/g)) {
      const [, inside] = /^\w*\((.*)\) ->/.exec(signature);
      const [byPosition, byName] = inside.split('*');
      const parse = (part) =>
        (part ?? '')
          .split(', ')
          .map((s) => s.replace(/,\s*$/, '').trim())
          .filter(Boolean)
          .map((s) => {
            const [, kind, length, optional, parameter, hasDefault] =
              /^(\w+(?:\?\[\]|(?=\[)|))(\[\d*\])?(\??) (\w+)(=?)$/.exec(s);
            return {
              kind: length && !kind.endsWith(']') ? `${kind}[]` : kind,
              sized: Number(length?.slice(1, -1) || 0),
              optional: optional === '?',
              name: parameter,
              hasDefault: hasDefault === '=',
            };
          });
      overloads.push({ name, positional: parse(byPosition), byName: parse(byName) });
    }
  }
  return overloads;
}

const overloads = readOverloads().filter((o) => !options.only || new RegExp(`^(${options.only})$`).test(o.name));

/** Spoils some of the arguments that a recipe made. */
function spoil(stream, args) {
  if (stream.chance(0.35)) return args;
  const result = [...args];
  for (let count = stream.pick([1, 1, 1, 2, 3]); count > 0; count--) {
    const i = stream.int(0, result.length - 1);
    result[i] = spoilOne(stream, result[i], result);
  }
  return result;
}

function spoilOne(stream, value, all) {
  if (stream.chance(0.03)) return nonsense(stream);
  const tensors = all.filter((v) => v?.tensor);
  if (value?.tensor) {
    const roll = stream.int(0, 11);
    const shape = [...value.shape];
    if (roll <= 2 && shape.length) shape[stream.int(0, shape.length - 1)] += stream.pick([-1, 1, 2, -2]);
    else if (roll === 3 && shape.length) shape[stream.int(0, shape.length - 1)] = stream.pick([0, 1]);
    else if (roll === 4) shape.pop();
    else if (roll === 5) shape.push(stream.int(1, 3));
    else if (roll === 6) return { ...value, tensor: dtype(stream) };
    else if (roll === 7)
      return {
        ...value,
        fill: /int/.test(value.tensor)
          ? stream.pick(['wildIndex', 'extreme', 'small'])
          : stream.pick(['nan', 'inf', 'big', 'extreme', 'zeros']),
      };
    else if (roll === 8)
      return { alias: stream.pick(tensors), how: stream.pick(['same', 'transposed', 'flip', 'narrow']) };
    else if (roll === 9) return { ...value, shape: randomShape(stream) };
    else if (roll === 10)
      return { ...value, layout: stream.pick(['transposed', 'sliced', 'expanded', 'channelsLast', 'offset']) };
    else return { ...value, fill: /int/.test(value.tensor) ? 'wildIndex' : 'nan' };
    return { ...value, shape: shape.map((s) => Math.max(0, s)) };
  }
  if (Array.isArray(value)) {
    const result = [...value];
    const roll = stream.int(0, 5);
    if (roll === 0) result.push(result.at(-1) ?? 1);
    else if (roll === 1) result.pop();
    else if (roll === 2) return [];
    else if (result.length) {
      const i = stream.int(0, result.length - 1);
      result[i] = spoilOne(stream, result[i], all);
    }
    return result;
  }
  if (typeof value === 'string') return argument(stream, { kind: 'str', name: '' }, { base: [2], previous: [] });
  return argument(
    stream,
    { kind: Number.isInteger(value) ? 'int' : 'float', name: '' },
    { base: [2, 2], dtype: 'float32', previous: [] },
  );
}

/** The arguments of call number `index`, described. */
function describeCall(stream) {
  const overload = stream.pick(overloads);
  const { name, positional, byName } = overload;
  const recipe = stream.chance(0.55) ? recipeFor(name, stream) : null;
  if (recipe) return { name, args: spoil(stream, recipe) };
  const context = { base: randomShape(stream), dtype: dtype(stream), previous: [], listLength: stream.int(1, 3) };
  const make = (parameter) => {
    const value = argument(stream, parameter, context);
    if (value?.tensor) context.previous.push(value);
    return value;
  };
  let count = positional.length;
  while (count > 0 && positional[count - 1].hasDefault && stream.chance(0.4)) count--;
  const args = positional.slice(0, count).map(make);
  if (stream.chance(0.02)) args.length = stream.int(0, args.length);
  if (stream.chance(0.02)) args.push(nonsense(stream));
  const named = {};
  for (const parameter of [...positional.slice(count), ...byName])
    if (!parameter.hasDefault || stream.chance(0.3)) named[camelCase(parameter.name)] = make(parameter);
  if (Object.keys(named).length) args.push(named);
  return { name, args };
}

const floats = (value) =>
  value instanceof torch.Tensor && !value.isDisposed ? [value] : Array.isArray(value) ? value.flatMap(floats) : [];

/** Differentiates whatever the call returned, at times twice, at times with an ill-fitting gradient. */
function differentiate(stream, result, made) {
  const outputs = floats(result).filter((t) => t.requiresGrad);
  if (!outputs.length) return;
  const inputs = [...made.values()].filter((t) => !t.isDisposed && t.requiresGrad);
  const output = stream.pick(outputs);
  if (stream.chance(0.1)) {
    output.backward(stream.chance(0.5) ? torch.ones([3]) : undefined);
  } else if (stream.chance(0.5)) {
    output.backward(torch.onesLike(output));
  } else {
    const first = torch.grad(output, inputs, {
      gradOutputs: [torch.onesLike(output)],
      createGraph: stream.chance(0.6),
      allowUnused: true,
    });
    const again = first.filter((g) => g?.requiresGrad);
    if (again.length)
      torch.grad(again, inputs, { gradOutputs: again.map((g) => torch.onesLike(g)), allowUnused: true });
  }
  for (const input of inputs) input.grad?.data();
}

const log = openSync(options.log, 'w');
let succeeded = 0;
let refused = 0;
const perOperator = {};
const count = (name, outcome) => {
  perOperator[name] ??= [0, 0];
  perOperator[name][outcome]++;
};
const functions = { ...torch };

for (let index = from; index < from + calls; index++) {
  const stream = new Stream(seed, index);
  const call = describeCall(stream);
  const line = `${index} ${call.name}`.padEnd(60);
  if (options.show) console.log(`${call.name}(${call.args.map(show).join(', ')})`);
  else writeSync(log, line, 0);
  const started = performance.now();
  let error;
  torch.scope(() => {
    const made = new Map();
    let args;
    try {
      args = materialize(torch, call.args, seed * 1000003 + index, made);
    } catch (cause) {
      error = cause;
      return;
    }
    try {
      const asMethod =
        args[0] instanceof torch.Tensor && typeof args[0][camelCase(call.name)] === 'function' && stream.chance(0.3);
      const result = asMethod
        ? args[0][camelCase(call.name)](...args.slice(1))
        : functions[camelCase(call.name)](...args);
      for (const t of floats(result)) if (t.numel < 1e6) t.data();
      succeeded++;
      count(call.name, 0);
      try {
        differentiate(stream, result, made);
      } catch (cause) {
        error = cause;
      }
    } catch (cause) {
      error = cause;
      refused++;
      count(call.name, 1);
    }
  });
  if (error !== undefined && !(error instanceof Error))
    throw new Error(`call ${index} threw what is not an Error: ${String(error)}`);
  if (error && options.show) console.log(`  ${error.message.slice(0, 300)}`);
  const took = performance.now() - started;
  if (took > 2000)
    process.stderr.write(
      `slow: ${took.toFixed(0)} ms seed ${seed} call ${index} ${call.name}(${call.args.map(show).join(', ')})\n`,
    );
  // Finalizers and messages run only between turns of the event loop.
  if (index % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
}
if (torch.tensor([1, 2, 3]).sum().item() !== 6) throw new Error('the engine does not add any more');
closeSync(log);
if (options.stats) writeFileSync(options.stats, JSON.stringify(perOperator));
console.log(JSON.stringify({ succeeded, refused, handles: torch.memory().handles }));
