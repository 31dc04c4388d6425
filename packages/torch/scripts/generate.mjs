// Writes src/generated/ from the schemas of the loaded libtorch, for the operators of allowlist.mjs, and the coverage
// table of the README. Run it against libtorch 1.13, the oldest that is supported: `node packages/torch/scripts/generate.mjs`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { allowlist, families } from './allowlist.mjs';

const root = new URL('../', import.meta.url);
const record = JSON.parse(readFileSync(new URL('.cache/current.json', root), 'utf8'));
const native = createRequire(import.meta.url)(record.torch);
const schemas = native.schemas('aten::');

const camelCase = (name) => name.replace(/^_+/, '').replace(/_+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());

/** Why an overload has no typed form, or null if it has one. */
function excluded(schema) {
  if (schema.arguments.some((a) => a.keywordOnly && a.written)) return 'writes into an out argument';
  // A dimension's name comes as a string; tensors here have none.
  if (schema.arguments.some((a) => a.kind === 'str' && /dim/.test(a.name))) return 'takes named dimensions';
  if (schema.arguments.some((a) => a.kind === 'unsupported')) return 'takes named dimensions or complex values';
  if (schema.returns.some((r) => r === 'unsupported')) return 'returns what JavaScript cannot express';
  if (!schema.arguments.length) return 'takes nothing';
  return null;
}

function signature(schema) {
  const show = (a) => {
    const kind = a.listSize > 0 ? a.kind.replace('[]', `[${a.listSize}]`) : a.kind;
    return `${kind}${a.optional ? '?' : ''} ${a.name}${a.default === undefined ? '' : '='}`;
  };
  const positional = schema.arguments.filter((a) => !a.keywordOnly).map(show);
  const byName = schema.arguments.filter((a) => a.keywordOnly).map(show);
  const list = [positional.join(', '), byName.length ? `*, ${byName.join(', ')}` : ''].filter(Boolean).join(', ');
  const at = schema.returnsArgument >= 0 ? ` @${schema.returnsArgument}` : '';
  return `${schema.overload}(${list}) -> (${schema.returns.join(', ')})${at}`;
}

const types = {
  Tensor: 'Tensor',
  'Tensor[]': 'readonly Tensor[]',
  'Tensor?[]': 'readonly (Tensor | null)[]',
  int: 'number',
  float: 'number',
  bool: 'boolean',
  Scalar: 'Scalar',
  str: 'string',
  'int[]': 'readonly number[]',
  'float[]': 'readonly number[]',
  'bool[]': 'readonly boolean[]',
  'Scalar[]': 'readonly Scalar[]',
  ScalarType: 'DType',
  Layout: "'strided'",
  MemoryFormat: 'MemoryFormat',
  Device: 'string',
  Generator: 'Generator',
};
const typeOf = (a) =>
  `${types[a.kind]}${a.listSize > 0 && a.kind === 'int[]' ? ' | number' : ''}${a.optional ? ' | null' : ''}`;
const returnTypes = {
  Tensor: 'Tensor',
  'Tensor[]': 'Tensor[]',
  bool: 'boolean',
  int: 'number',
  float: 'number',
  Scalar: 'number',
};
const returnType = (schema) =>
  schema.returns.length === 0
    ? 'void'
    : schema.returns.length === 1
      ? returnTypes[schema.returns[0]]
      : `[${schema.returns.map((r) => returnTypes[r]).join(', ')}]`;

const reserved = new Set([
  'var',
  'in',
  'new',
  'delete',
  'with',
  'function',
  'class',
  'default',
  'void',
  'this',
  'super',
  'input',
]);
const parameterName = (name) => (reserved.has(name) && name !== 'input' ? `${name}_` : name);

/** The TypeScript call signatures of one overload: defaults by name, and, where there are any, by position. */
function callSignatures(schema, method) {
  const args = method ? schema.arguments.slice(1) : schema.arguments;
  const show = (a, mark = '') => `${parameterName(camelCase(a.name))}${mark}: ${typeOf(a)}`;
  const positional = args.filter((a) => !a.keywordOnly);
  // An argument without default after one with default can only be given by name or by filling all before it.
  const firstDefault = positional.findIndex((a) => a.default !== undefined);
  const required = firstDefault < 0 ? positional : positional.slice(0, firstDefault);
  const defaulted = firstDefault < 0 ? [] : positional.slice(firstDefault);
  const byName = args.filter((a) => a.keywordOnly);
  const option = (a) => `${camelCase(a.name)}${a.default === undefined ? '' : '?'}: ${typeOf(a)}`;
  const options = (list) => {
    if (!list.length) return [];
    const optional = list.every((a) => a.default !== undefined);
    return [`options${optional ? '?' : ''}: { ${list.map(option).join('; ')} }`];
  };
  const result = returnType(schema);
  const forms = [`(${[...required.map((a) => show(a)), ...options([...defaulted, ...byName])].join(', ')}): ${result}`];
  if (defaulted.length)
    forms.push(
      `(${[...required.map((a) => show(a)), ...defaulted.map((a) => show(a, '?')), ...options(byName)].join(', ')}): ${result}`,
    );
  return forms;
}

/** More tensors first, then more required arguments: the most specific overload must be tried first. */
const specificity = (schema) =>
  schema.arguments.filter((a) => a.kind.startsWith('Tensor')).length * 100 +
  schema.arguments.filter((a) => a.default === undefined).length;

const operators = [];
const missing = [];
let overloadCount = 0;
let excludedCount = 0;
for (const name of allowlist) {
  const all = schemas.filter((s) => s.name === `aten::${name}`);
  const usable = all
    .filter((s) => excluded(s) === null)
    .sort((a, b) => specificity(b) - specificity(a) || (a.overload < b.overload ? -1 : 1));
  excludedCount += all.length - usable.length;
  if (!usable.length) missing.push(name);
  else operators.push({ name, exported: camelCase(name), usable });
  overloadCount += usable.length;
}

const header = `// Generated by scripts/generate.mjs from the schemas of libtorch ${native.version()}. Do not edit.\n`;
const isMethod = (op) =>
  op.usable.every((s) => s.arguments[0]?.name === 'self' && s.arguments[0].kind === 'Tensor') ||
  op.usable.some((s) => s.arguments[0]?.name === 'self' && s.arguments[0].kind === 'Tensor');
const methodsOf = (op) => op.usable.filter((s) => s.arguments[0]?.name === 'self' && s.arguments[0].kind === 'Tensor');
// Members that the class writes by hand.
const handWritten = new Set(['to']);

let typesText = `${header}import type { DType, MemoryFormat, Scalar } from '../dtype.js';\nimport type { Generator } from '../random.js';\nimport type { Tensor } from '../tensor.js';\n\n`;
typesText += `/** The operators as functions. */\nexport interface Operators {\n`;
for (const op of operators) {
  typesText += `  /** ${op.usable.map((s) => `aten::${op.name}${s.overload ? `.${s.overload}` : ''}`).join(', ')} */\n  ${op.exported}: {\n`;
  for (const form of new Set(op.usable.flatMap((s) => callSignatures(s, false)))) typesText += `    ${form};\n`;
  typesText += '  };\n';
}
typesText += `}\n\n/** The operators whose first argument is \`self\`, as methods. */\nexport interface TensorMethods {\n`;
for (const op of operators.filter((o) => isMethod(o) && !handWritten.has(o.exported))) {
  for (const form of new Set(methodsOf(op).flatMap((s) => callSignatures(s, true))))
    typesText += `  ${op.exported}${form};\n`;
}
typesText += '}\n';

let codeText = `${header}import { operator } from '../dispatch.js';\nimport type { Operators } from './types.js';\n\n`;
for (const op of operators) {
  const local = reserved.has(op.exported) ? `${op.exported}Operator` : op.exported;
  const text = `operator('aten::${op.name}', [\n${op.usable.map((s) => `  '${signature(s)}',`).join('\n')}\n]) as Operators['${op.exported}']`;
  codeText += reserved.has(op.exported)
    ? `const ${local} = ${text};\nexport { ${local} as ${op.exported} };\n`
    : `export const ${local} = ${text};\n`;
}
codeText += `\n/** Names of the operators that are also methods of Tensor. */\nexport const methodNames = [\n${operators
  .filter((o) => isMethod(o) && !handWritten.has(o.exported))
  .map((o) => `  '${o.exported}',`)
  .join('\n')}\n] as const;\n`;

mkdirSync(new URL('src/generated/', root), { recursive: true });
writeFileSync(new URL('src/generated/types.ts', root), typesText);
writeFileSync(new URL('src/generated/operators.ts', root), codeText);

const registered = new Set(schemas.map((s) => s.name)).size;
const rows = Object.entries(families).map(([family, names]) => {
  const present = operators.filter((o) => names.includes(o.name));
  return `| ${family} | ${present.length} | ${present.reduce((n, o) => n + o.usable.length, 0)} |`;
});
const table = [
  '| family | operators | overloads |',
  '| --- | ---: | ---: |',
  ...rows,
  `| **all** | **${operators.length}** | **${overloadCount}** |`,
].join('\n');
const note = `libtorch ${native.version()} registers ${registered} operators under \`aten::\` with ${schemas.length} overloads. Of the public operators, ${excludedCount} further overloads have no typed form: they write into \`out=\`, or take named dimensions.`;
const readme = new URL('README.md', root);
let readmeText = '';
try {
  readmeText = readFileSync(readme, 'utf8');
} catch {}
if (readmeText.includes('<!-- coverage -->')) {
  writeFileSync(
    readme,
    readmeText.replace(
      /<!-- coverage -->[\s\S]*<!-- \/coverage -->/,
      `<!-- coverage -->\n${table}\n\n${note}\n<!-- /coverage -->`,
    ),
  );
}
console.log(
  `${operators.length} operators, ${overloadCount} overloads; not in this libtorch: ${missing.join(' ') || 'none'}`,
);
