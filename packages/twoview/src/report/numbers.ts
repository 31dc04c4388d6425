/** Numbers as a reader wants them. */

const minus = '\u2212';
const thin = '\u202f';

/** Three significant digits, thousands apart, a true minus sign; a dash for what is not a number. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : `${minus}∞`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa, exponent] = value.toExponential(1).split('e');
    return sign(`${mantissa}e${Number(exponent)}`);
  }
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return sign(value.toLocaleString('en-US', { maximumFractionDigits: digits }).replaceAll(',', thin));
}

/** A fraction as a percentage with one decimal. */
export function formatPercent(fraction: number): string {
  return Number.isFinite(fraction) ? sign(`${(100 * fraction).toFixed(1)}${thin}%`) : formatNumber(fraction);
}

/** A fraction as a percentage without decimals, for axes. */
export function formatPercentAxis(fraction: number): string {
  return sign(`${Math.round(100 * fraction)}${thin}%`);
}

/** A count of directions: 1.00, 12.3, 109. The decimals of small ones matter, since a collapse ends at 1. */
export function formatRank(rank: number): string {
  return Number.isFinite(rank) ? sign(rank.toFixed(rank < 9.995 ? 2 : rank < 99.95 ? 1 : 0)) : formatNumber(rank);
}

/** A number near 0 to 1 with three decimals; what is below them is told to be small, not how small. */
export function formatShare(value: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  return value > 0 && value < 0.0005 ? '<0.001' : sign(value.toFixed(3));
}

/** Seconds as `42 s`, `12 min`, `3 h 20 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatNumber(seconds);
  if (seconds < 90) return `${formatNumber(Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A step, thousands apart. */
export function formatStep(step: number): string {
  return Math.round(step).toLocaleString('en-US').replaceAll(',', thin);
}

function sign(text: string): string {
  return text.replaceAll('-', minus);
}
