/** A curve in one line of text, for a terminal. */

const blocks = '▁▂▃▄▅▆▇█';

/**
 * Draws values as a row of blocks, `width` characters at most; what is not a finite number becomes a blank.
 * @param range lowest and highest value of the scale; by default those of the values.
 */
export function sparkline(values: readonly number[], width = 24, range?: readonly [number, number]): string {
  const count = Math.min(width, values.length);
  const means = Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const finite = means.filter(Number.isFinite);
  const [low, high] = range ?? [Math.min(...finite), Math.max(...finite)];
  return means
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      const height = high > low ? (value - low) / (high - low) : 0.5;
      return blocks[Math.max(0, Math.min(7, Math.floor(height * 8)))];
    })
    .join('');
}
