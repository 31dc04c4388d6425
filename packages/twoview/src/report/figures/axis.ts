/** A numeric axis: its domain, its ticks and how they are written. */
import { formatNumber } from '../numbers.js';

/** An axis that is ready to be drawn. */
export interface Axis {
  type: 'linear' | 'log';
  domain: readonly [number, number];
  ticks: readonly number[];
  format: (tick: number) => string;
  /** A value as it is drawn: NaN if it is not finite, on the floor of a logarithmic axis if it lies below. */
  place: (value: number) => number;
}

/** What an axis is made from. */
export interface AxisData {
  /** Of the axis, for error messages. */
  name: string;
  type?: 'linear' | 'log' | undefined;
  values: Iterable<number>;
  /** Values to include; the lower one is the floor of a logarithmic axis. */
  include?: readonly [number, number] | undefined;
  /** Widens the domain to round values, unless `include` says where it ends. */
  nice?: boolean;
}

/** Float64 carries 16 digits: without a floor of its own, a logarithmic axis ends that far below its largest value. */
const digits = 1e-16;

/** @throws RangeError if `include` is not ascending and finite, or not positive on a logarithmic axis */
export function numberAxis({ name, type = 'linear', values, include, nice = false }: AxisData): Axis {
  if (include) checkDomain(name, include, type);
  return type === 'log' ? logAxis(values, include, nice) : linearAxis(values, include, nice);
}

/** @throws RangeError if the domain is not ascending and finite, or not positive on a logarithmic axis */
export function checkDomain(name: string, [low, high]: readonly [number, number], type: Axis['type'] = 'linear'): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
    throw new RangeError(`${name} is [${low}, ${high}]; give two finite numbers, the smaller one first.`);
  if (type === 'log' && low <= 0)
    throw new RangeError(`${name} starts at ${low}; a logarithmic axis needs a floor > 0.`);
}

function linearAxis(values: Iterable<number>, include: AxisData['include'], nice: boolean): Axis {
  let [low, high] = extent(values, include);
  if (low === high) {
    const margin = Math.abs(low) * 0.1 || 1;
    [low, high] = [low - margin, high + margin];
  }
  const step = roundStep((high - low) / 5);
  if (nice) {
    const fine = roundStep((high - low) / 12);
    if (low !== include?.[0]) low = Math.floor(low / fine + 1e-9) * fine;
    if (high !== include?.[1]) high = Math.ceil(high / fine - 1e-9) * fine;
  }
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const ticks = Array.from({ length: count }, (_, i) => (first + i) * step);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return {
    type: 'linear',
    domain: [low, high],
    ticks,
    format: (tick) => formatTick(tick, step, largest),
    place: (value) => (Number.isFinite(value) ? value : Number.NaN),
  };
}

function logAxis(values: Iterable<number>, include: AxisData['include'], nice: boolean): Axis {
  const positive = [...values].filter((value) => value > 0);
  let [low, high] = extent(positive, include);
  if (low <= 0) [low, high] = [0.1, 1];
  low = include ? include[0] : Math.max(low, high * digits);
  if (low === high) [low, high] = [low / 2, high * 2];
  if (nice) {
    const power = (value: number, round: (x: number) => number): number => 10 ** round(Math.log10(value));
    if (!include) low = power(low, (x) => Math.floor(x + 1e-9));
    if (high !== include?.[1]) high = power(high, (x) => Math.ceil(x - 1e-9));
  }
  const plain = low >= 1e-3 && high <= 1e4;
  return {
    type: 'log',
    domain: [low, high],
    ticks: logTicks(low, high),
    format: (tick) => (plain ? formatNumber(tick) : power10(tick)),
    place: (value) => (Number.isFinite(value) ? Math.max(value, low) : Number.NaN),
  };
}

/** Powers of ten, few enough to be read; 1, 2 and 5 times them where there are hardly any. */
function logTicks(low: number, high: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const stride = Math.ceil((to - from + 1) / 7);
  if (to - from >= 2)
    return Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, i) => 10 ** (from + i * stride));
  const finer: number[] = [];
  for (let exponent = from - 1; exponent <= to; exponent += 1)
    for (const factor of [1, 2, 5]) finer.push(factor * 10 ** exponent);
  const inside = finer.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  return inside.length > 1 ? inside : [low, high];
}

function extent(values: Iterable<number>, include: AxisData['include']): [number, number] {
  let [low, high] = include ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

/** The next of 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5].find((each) => each * power >= step * (1 - 1e-9));
  return (factor ?? 10) * power;
}

/** As many digits as tell neighbours apart. */
function formatTick(tick: number, step: number, largest: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const small = largest < 1e-3;
  if (Math.abs(tick) < step / 2) return '0';
  if (small || largest >= 1e5) {
    const kept = Math.max(0, Math.floor(Math.log10(Math.abs(tick)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9));
    const [mantissa, exponent] = tick.toExponential(kept).split('e');
    return `${Number(mantissa)}e${Number(exponent)}`.replaceAll('-', '\u2212');
  }
  return tick.toFixed(decimals).replace('-', '\u2212');
}

function power10(value: number): string {
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const factor = Math.round((10 * value) / 10 ** exponent) / 10;
  const raised = [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
  return factor === 1 ? `10${raised}` : `${factor}×10${raised}`;
}
