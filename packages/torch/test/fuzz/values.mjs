// Adversarial and ordinary arguments, as descriptions that print well; materialize.mjs turns them into arguments.

export const floatTypes = ['float32', 'float64', 'bfloat16', 'float16'];
const otherTypes = ['int64', 'int32', 'uint8', 'int8', 'int16', 'bool'];

export const absurdInts = [
  -1,
  -2,
  -3,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 40,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  1e6,
  65536,
  100,
  -100,
  9223372036854775807n,
  -9223372036854775808n,
];
export const absurdFloats = [
  Number.NaN,
  Infinity,
  -Infinity,
  -1,
  0,
  -0,
  1e300,
  -1e300,
  1e-300,
  1e-45,
  0.5,
  1,
  2,
  2 ** 63,
  -(2 ** 63),
  1e18,
];
const absurdStrings = [
  '',
  'none',
  'floor',
  'trunc',
  'mean',
  'constant',
  'reflect',
  'valid',
  'same',
  'gelsd',
  'fro',
  'nuc',
  '\0',
  'ij',
  'xy',
  'é'.repeat(500),
  '%s%n',
  'ij,jk->ik',
];

/** A tensor's description: shape, dtype, how it lies in memory, what it holds. */
export function tensor(stream, shape, dtype, extra = {}) {
  const layouts = ['plain', 'plain', 'plain', 'plain', 'transposed', 'sliced', 'expanded', 'channelsLast', 'offset'];
  const fills = [
    'normal',
    'normal',
    'normal',
    'normal',
    'small',
    'small',
    'zeros',
    'positive',
    'nan',
    'inf',
    'big',
    'extreme',
  ];
  return {
    tensor: dtype,
    shape,
    layout: stream.pick(layouts),
    fill: stream.pick(fills),
    grad: stream.chance(0.3) ? stream.pick(['leaf', 'inner', 'inner']) : '',
    ...extra,
  };
}

export function randomShape(stream, maxRank = 5) {
  const sizes = stream.chance(0.25) ? [0, 1, 2, 3] : [1, 2, 2, 3, 3, 4, 5, 7];
  const rank = stream.pick([0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5].filter((r) => r <= maxRank));
  return Array.from({ length: rank }, () => (stream.chance(0.02) ? 33 : stream.pick(sizes)));
}

export function dtype(stream) {
  return stream.chance(0.6) ? 'float32' : stream.pick(stream.chance(0.5) ? floatTypes : otherTypes);
}

/** A shape that has something to do with `base`: the same, broadcastable with it, a permutation, or one size off. */
function relatedShape(stream, base) {
  const roll = stream.int(0, 19);
  if (roll < 9) return base;
  if (roll < 11) return base.map((s) => (stream.chance(0.5) ? 1 : s));
  if (roll < 13) return base.slice(stream.int(0, base.length));
  if (roll < 14) return base.slice(0, stream.int(0, base.length));
  if (roll < 15) return [...base].reverse();
  if (roll < 16)
    return base.length ? [...base.slice(0, -1), base.at(-1) + stream.pick([-1, 1, 5])].map((s) => Math.max(0, s)) : [2];
  if (roll < 17) return base.length > 1 ? [base.at(-1), ...base.slice(1)] : base;
  if (roll < 18) return [];
  return randomShape(stream);
}

/** Something of the wrong kind altogether. */
export function nonsense(stream) {
  return stream.pick([
    null,
    undefined,
    'text',
    '',
    {},
    [],
    [[]],
    [null],
    [undefined],
    true,
    Number.NaN,
    -1,
    1.5,
    { bad: 'freed' },
    { bad: 'symbol' },
    { bad: 'function' },
    { bad: 'foreign' },
    { bad: 'date' },
    { bad: 'proxy' },
    { bad: 'getter' },
    { bad: 'typedArray' },
    { bad: 'map' },
    { bad: 'handle' },
    { bad: 'clone' },
    10n ** 30n,
    { bad: 'longList' },
    { bad: 'sparse' },
  ]);
}

function intValue(stream, name, context) {
  if (stream.chance(0.12)) return stream.pick(absurdInts);
  const rank = context.base.length;
  if (/^(dim|dim0|dim1|dim2|dims|axis|source|destination|start_dim|end_dim|axis0|axis1|from|to)$/.test(name))
    return stream.int(-rank, Math.max(0, rank - 1));
  if (name === 'reduction') return stream.int(0, 2);
  if (/padding|offset|diagonal|correction/.test(name)) return stream.int(0, 2);
  return stream.int(0, stream.chance(0.8) ? 3 : 9);
}

function listLength(stream, sized, context) {
  if (stream.chance(0.05)) return stream.pick([0, 1, 2, 3, 6, 9, 40, 3000]);
  return sized > 0 ? sized : stream.int(0, Math.max(1, context.base.length));
}

function intList(stream, parameter, context) {
  const { name } = parameter;
  if (/^(size|sizes|shape|output_size|split_sizes|normalized_shape|repeats)$/.test(name) && stream.chance(0.6)) {
    const list = relatedShape(stream, context.base);
    return stream.chance(0.12) ? list.map((s) => (stream.chance(0.4) ? stream.pick(absurdInts) : s)) : list;
  }
  if (parameter.sized && stream.chance(0.3)) return intValue(stream, name, context);
  return Array.from({ length: listLength(stream, parameter.sized, context) }, () => intValue(stream, name, context));
}

/** One argument for `parameter`, mostly of the right type. `context`: { base shape, dtype } that a call's arguments share. */
export function argument(stream, parameter, context) {
  const { kind, name } = parameter;
  if (stream.chance(0.015)) return nonsense(stream);
  if (parameter.optional && stream.chance(0.3)) return null;
  switch (kind) {
    case 'Tensor': {
      if (context.previous.length && stream.chance(0.06))
        return {
          alias: stream.pick(context.previous),
          how: stream.pick(['same', 'transposed', 'flip', 'narrow', 'detach']),
        };
      if (stream.chance(0.01))
        return {
          tensor: context.dtype,
          shape: [stream.pick([2 ** 37, 2 ** 45, 2 ** 52])],
          layout: 'huge',
          fill: 'small',
          grad: '',
        };
      const shape = relatedShape(stream, context.base);
      if (
        /^(index|indices|target|targets|boundaries|repeats|sorter|end|elements|test_elements)$/.test(name) &&
        stream.chance(0.8)
      ) {
        const wild = stream.chance(0.15);
        return tensor(stream, shape, stream.chance(0.93) ? 'int64' : 'int32', {
          fill: wild ? stream.pick(['wildIndex', 'extreme']) : 'index',
          layout: 'plain',
          grad: '',
        });
      }
      if (/^(mask|condition)$/.test(name))
        return tensor(stream, shape, stream.chance(0.9) ? 'bool' : dtype(stream), { grad: '' });
      return tensor(stream, shape, stream.chance(0.88) ? context.dtype : dtype(stream));
    }
    case 'Tensor[]': {
      const length = stream.chance(0.02)
        ? 3000
        : stream.chance(0.08)
          ? 0
          : context.listLength + (stream.chance(0.06) ? 1 : 0);
      const shapes = stream.chance(0.7) ? () => context.base : () => relatedShape(stream, context.base);
      if (length > 100) {
        const one = tensor(stream, stream.chance(0.7) ? [2] : [], context.dtype);
        return Array.from({ length }, () => one);
      }
      return Array.from({ length }, () =>
        tensor(stream, shapes(), stream.chance(0.95) ? context.dtype : dtype(stream)),
      );
    }
    case 'Tensor?[]':
      return Array.from({ length: stream.pick([0, 1, 1, 1, 2, 2, 3, 6]) }, () =>
        stream.chance(0.3)
          ? null
          : tensor(
              stream,
              stream.chance(0.5) ? [2] : relatedShape(stream, context.base),
              stream.pick(['int64', 'int64', 'int64', 'bool', 'uint8', 'int32', 'float32']),
              { fill: stream.pick(['index', 'index', 'wildIndex', 'extreme']), grad: '' },
            ),
      );
    case 'int':
      return intValue(stream, name, context);
    case 'float':
      return stream.chance(0.25)
        ? stream.pick(absurdFloats)
        : stream.chance(0.5)
          ? stream.uniform()
          : stream.normal() * 2;
    case 'Scalar':
      return stream.chance(0.2)
        ? stream.pick([...absurdFloats, ...absurdInts, true, false])
        : stream.chance(0.5)
          ? stream.int(-3, 5)
          : stream.normal();
    case 'bool':
      return stream.chance(0.5);
    case 'str':
      return stream.pick(absurdStrings);
    case 'int[]':
      return intList(stream, parameter, context);
    case 'float[]':
      return Array.from({ length: listLength(stream, parameter.sized, context) }, () =>
        stream.chance(0.3) ? stream.pick(absurdFloats) : stream.uniform() * 3,
      );
    case 'bool[]':
      return Array.from({ length: listLength(stream, parameter.sized, context) }, () => stream.chance(0.5));
    case 'Scalar[]':
      return Array.from({ length: stream.chance(0.9) ? context.listLength : stream.int(0, 4) }, () =>
        stream.chance(0.2) ? stream.pick(absurdFloats) : stream.normal(),
      );
    case 'ScalarType':
      return stream.chance(0.03) ? 'complex64' : stream.pick([...floatTypes, ...otherTypes]);
    case 'Layout':
      return stream.pick(['strided', 'strided', 'sparse']);
    case 'MemoryFormat':
      return stream.pick(['contiguous', 'channels_last', 'channels_last_3d', 'preserve']);
    case 'Device':
      return stream.chance(0.8)
        ? 'cpu'
        : stream.pick(['cuda', 'cuda:0', 'cuda:99', 'meta', 'cpu:3', 'xla', '', 'mkldnn']);
    case 'Generator':
      return stream.chance(0.9) ? { generator: stream.int(0, 1000) } : nonsense(stream);
    default:
      return nonsense(stream);
  }
}
