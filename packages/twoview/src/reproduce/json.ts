// JSON that keeps what JSON has no word for: NaN and the infinities are written as strings, and read back as numbers.

const numbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

export function stringifyJson(value: unknown): string {
  const plain = (_: string, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v);
  return JSON.stringify(value, plain, 1);
}

export function parseJson(text: string): unknown {
  return JSON.parse(text, (_, v: unknown) => (typeof v === 'string' && Object.hasOwn(numbers, v) ? numbers[v] : v));
}
