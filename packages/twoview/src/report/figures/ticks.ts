/** Labels of rows and columns, as many as can be read. */
import { formatNumber } from '../numbers.js';

/** Which labels are written. */
export interface CategoryTicks {
  ticks: readonly { index: number; text: string }[];
  /** Aslant, since they are longer than their columns are wide. */
  rotated: boolean;
  /** Pixels that they need below the matrix. */
  depth: number;
}

const letter = 9;
const line = 17;

/**
 * Chooses labels.
 * @param size pixels of a row or column
 * @param counted labels are plain numbers from 1: thinned out to multiples
 */
export function categoryTicks(
  labels: readonly (string | number)[],
  size: number,
  direction: 'across' | 'down',
  counted: boolean,
): CategoryTicks {
  const texts = labels.map((label) => (typeof label === 'number' ? formatNumber(label) : shortened(label)));
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
  const words = labels.some((label) => typeof label === 'string');
  const level = direction === 'down' ? line : longest * letter + 4;
  const rotated = direction === 'across' && words && level > size;
  const needed = rotated ? line : level;
  const stride = roundStride(needed / size);
  const first = counted && stride > 1 ? stride - 1 : 0;
  return {
    ticks: texts
      .map((text, index) => ({ index, text }))
      .filter(({ index }) => (index - first) % stride === 0 && index >= first),
    rotated,
    depth: rotated ? 8 + 5.8 * longest : line,
  };
}

/** The next of 1, 2, 5, 10, 20, ... */
function roundStride(least: number): number {
  for (let power = 1; ; power *= 10) for (const factor of [1, 2, 5]) if (factor * power >= least) return factor * power;
}

function shortened(label: string): string {
  return label.length > 18 ? `${label.slice(0, 17)}…` : label;
}
