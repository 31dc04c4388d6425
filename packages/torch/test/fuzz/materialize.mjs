// From a description to the argument itself. Tensors are built through the public API alone.
import { Stream } from './random.mjs';

const bytesOf = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
  bfloat16: 2,
  float16: 2,
};

function elements(count, fill, dtype, stream) {
  const out = new Float64Array(count);
  const integer = !/float/.test(dtype);
  for (let i = 0; i < count; i++) {
    switch (fill) {
      case 'normal':
        out[i] = integer ? stream.int(-3, 6) : stream.normal();
        break;
      case 'small':
        out[i] = stream.int(0, 3);
        break;
      case 'zeros':
        break;
      case 'positive':
        out[i] = stream.uniform() + (integer ? 1 : 0);
        break;
      case 'nan':
        out[i] = stream.chance(0.5) ? Number.NaN : stream.normal();
        break;
      case 'inf':
        out[i] = stream.chance(0.4) ? stream.pick([Infinity, -Infinity]) : stream.normal();
        break;
      case 'big':
        out[i] = stream.normal() * 1e6;
        break;
      case 'extreme':
        out[i] = stream.pick([-(2 ** 63), 2 ** 62, -1, 0, 1, 2 ** 31, -(2 ** 31), 1e30, -1e30, 127, -128, 2 ** 53]);
        break;
      case 'index':
        out[i] = stream.int(0, 1);
        break;
      case 'wildIndex':
        out[i] = stream.pick([0, 1, 2, -1, -2, 5, 100, -100, 1e6, -1e6, 2 ** 40, -(2 ** 40), 2 ** 31, -(2 ** 63)]);
        break;
      default:
        throw new Error(fill);
    }
  }
  return out;
}

const wrap = {
  int64: (v) => BigInt.asIntN(64, Number.isFinite(v) ? BigInt(Math.trunc(v)) : 0n),
  int32: (v) => Number(BigInt.asIntN(32, Number.isFinite(v) ? BigInt(Math.trunc(v)) : 0n)),
};

function base(torch, shape, dtype, fill, stream) {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = elements(count, fill, dtype, stream);
  // Typed arrays wrap integers as they should be; converting out-of-range floats would be undefined behaviour in C.
  switch (dtype) {
    case 'int64':
      return torch.fromTypedArray(BigInt64Array.from(values, wrap.int64), shape);
    case 'int32':
      return torch.fromTypedArray(Int32Array.from(values, wrap.int32), shape);
    case 'int16':
      return torch.fromTypedArray(Int16Array.from(values), shape);
    case 'int8':
      return torch.fromTypedArray(Int8Array.from(values), shape);
    case 'uint8':
      return torch.fromTypedArray(Uint8Array.from(values), shape);
    case 'bool':
      return torch.fromTypedArray(
        Uint8Array.from(values, (v) => (v > 0 ? 1 : 0)),
        shape,
        { dtype: 'bool' },
      );
    case 'float64':
      return torch.fromTypedArray(values, shape);
    case 'float32':
      return torch.fromTypedArray(Float32Array.from(values), shape);
    default:
      return torch.fromTypedArray(Float32Array.from(values), shape, { dtype });
  }
}

function makeTensor(torch, description, stream) {
  const { tensor: dtype, shape, layout, fill } = description;
  let result;
  switch (layout) {
    case 'transposed': {
      const order = shape.map((_, i) => shape.length - 1 - i);
      result = base(torch, [...shape].reverse(), dtype, fill, stream).permute(order);
      break;
    }
    case 'sliced':
      if (shape.length === 0) result = base(torch, shape, dtype, fill, stream);
      else {
        const last = shape.length - 1;
        result = base(torch, [...shape.slice(0, -1), 2 * shape[last] + 1], dtype, fill, stream).slice(
          last,
          1,
          2 * shape[last] + 1,
          2,
        );
        if (result.shape[last] !== shape[last]) result = result.narrow(last, 0, shape[last]);
      }
      break;
    case 'expanded':
      result = base(
        torch,
        shape.map((s, i) => (s > 0 && i % 2 === 0 ? 1 : s)),
        dtype,
        fill,
        stream,
      ).expand(shape);
      break;
    case 'channelsLast':
      result = base(torch, shape, dtype, fill, stream);
      if (shape.length === 4) result = result.contiguous({ memoryFormat: 'channels_last' });
      if (shape.length === 5) result = result.contiguous({ memoryFormat: 'channels_last_3d' });
      break;
    case 'offset':
      result = base(torch, [2, ...shape], dtype, fill, stream).select(0, 1);
      break;
    case 'huge':
      result = base(torch, [1], dtype, fill, stream).expand(shape);
      break;
    default:
      result = base(torch, shape, dtype, fill, stream);
  }
  if (description.grad && bytesOf[dtype] && /float/.test(dtype)) {
    result.requiresGrad = true;
    if (description.grad === 'inner') result = layout === 'plain' ? result.mul(1) : result.view(result.shape);
  }
  return result;
}

/** Turns descriptions into arguments; `made` collects the tensors, by description. */
export function materialize(torch, description, seed, made = new Map()) {
  let counter = 0;
  const make = (value) => {
    if (Array.isArray(value)) return value.map(make);
    if (value === null || typeof value !== 'object') return value;
    if (value.tensor) {
      const known = made.get(value);
      if (known) return known;
      const result = makeTensor(torch, value, new Stream(seed, ++counter));
      made.set(value, result);
      return result;
    }
    if (value.alias) {
      const source = make(value.alias);
      try {
        if (value.how === 'transposed') return source.ndim >= 2 ? source.transpose(0, 1) : source;
        if (value.how === 'flip')
          return source.ndim >= 1 ? source.narrow(0, 0, Math.max(0, source.shape[0] - 1)) : source;
        if (value.how === 'narrow')
          return source.ndim >= 1
            ? source.narrow(0, Math.min(1, source.shape[0]), Math.max(0, source.shape[0] - 1))
            : source;
        if (value.how === 'detach') return source.detach();
      } catch {}
      return source;
    }
    if (value.generator !== undefined) return new torch.Generator({ seed: value.generator });
    if (value.view) return make(value.view);
    switch (value.bad) {
      case 'freed': {
        const freed = torch.ones([2]);
        freed.dispose();
        return freed;
      }
      case 'symbol':
        return Symbol('s');
      case 'function':
        return () => 1;
      case 'foreign':
        return { shape: [2], dtype: 'float32', handle: 16777217 };
      case 'date':
        return new Date(0);
      case 'proxy':
        return new Proxy(torch.ones([2]), {});
      case 'getter':
        return {
          get dim() {
            throw new Error('getter');
          },
        };
      case 'typedArray':
        return new Float32Array(3);
      case 'map':
        return new Map([[1, 2]]);
      case 'handle':
        return 16777216 + seed;
      case 'clone':
        return structuredClone({ ...torch.ones([2]) });
      case 'longList':
        return new Array(100000).fill(1);
      case 'sparse':
        return new Array(5);
      default:
        return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, make(v)]));
    }
  };
  return make(description);
}

/** A description in one readable line. */
export function show(value) {
  if (Array.isArray(value))
    return value.length > 12
      ? `[${value.slice(0, 3).map(show).join(', ')}, ... ${value.length}]`
      : `[${value.map(show).join(', ')}]`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
  if (value.tensor)
    return `${value.tensor}[${value.shape}] ${value.layout} ${value.fill}${value.grad ? ` grad:${value.grad}` : ''}`;
  if (value.alias) return `<${value.how} of ${show(value.alias)}>`;
  return `{${Object.entries(value)
    .map(([k, v]) => `${k}: ${show(v)}`)
    .join(', ')}}`;
}
