// What lies behind the object: a smooth field that mixes two colours, with clutter on it.
import type { Random } from '../random.js';
import type { Color } from './colors.js';
import { PATTERNS, type PatternName } from './textures.js';

const NAMES = Object.keys(PATTERNS) as PatternName[];

/** Fills `field` (`[size, size]`) with weights in [0, 1]: a slope, cloudy noise, or a faint pattern of any class's kind. */
export function drawField(random: Random, field: Float64Array, size: number): void {
  const draw = [drawSlope, drawClouds, drawPattern][random.below(3)]!;
  draw(random, field, size);
}

function drawSlope(random: Random, field: Float64Array, size: number): void {
  const [dx, dy] = [random.uniform(-1, 1), random.uniform(-1, 1)];
  const span = (Math.abs(dx) + Math.abs(dy)) * size + 1e-9;
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) field[i] = 0.5 + ((x - size / 2) * dx + (y - size / 2) * dy) / span;
  }
}

/** Value noise: random numbers on a coarse grid, joined by cubic steps. */
function drawClouds(random: Random, field: Float64Array, size: number): void {
  const cells = 2 + random.below(5);
  const grid = Float64Array.from({ length: (cells + 1) * (cells + 1) }, () => random.uniform());
  const ease = (t: number): number => t * t * (3 - 2 * t);
  for (let y = 0, i = 0; y < size; y++) {
    const v = (y / size) * cells;
    const row = Math.floor(v);
    const ty = ease(v - row);
    for (let x = 0; x < size; x++, i++) {
      const u = (x / size) * cells;
      const column = Math.floor(u);
      const tx = ease(u - column);
      const at = row * (cells + 1) + column;
      const top = grid[at]! + (grid[at + 1]! - grid[at]!) * tx;
      const bottom = grid[at + cells + 1]! + (grid[at + cells + 2]! - grid[at + cells + 1]!) * tx;
      field[i] = top + (bottom - top) * ty;
    }
  }
}

function drawPattern(random: Random, field: Float64Array, size: number): void {
  const { border } = PATTERNS[NAMES[random.below(NAMES.length)]!];
  const [cos, sin] = drawDirection(random);
  const [originX, originY] = [random.uniform(0, size), random.uniform(0, size)];
  const period = random.uniform(4, 10);
  const phase = random.uniform();
  const depth = random.uniform(0.15, 0.4);
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const u = cos * (x - originX) + sin * (y - originY);
      const v = cos * (y - originY) - sin * (x - originX);
      field[i] = 0.5 + depth * Math.min(Math.max(2 * border(u, v, period, phase), -1), 1);
    }
  }
}

/** A uniformly random direction: a point of the unit disc, scaled to length 1 (no sine or cosine). */
export function drawDirection(random: Random): readonly [number, number] {
  for (;;) {
    const x = random.uniform(-1, 1);
    const y = random.uniform(-1, 1);
    const square = x * x + y * y;
    if (square > 0.01 && square <= 1) return [x / Math.sqrt(square), y / Math.sqrt(square)];
  }
}

/** A spot or a bar of one colour, part of the clutter. */
export interface Clutter {
  readonly color: Color;
  readonly x: number;
  readonly y: number;
  readonly cos: number;
  readonly sin: number;
  readonly halfLength: number;
  readonly halfWidth: number;
}

/** Up to four spots and bars, anywhere in the picture. */
export function drawClutter(random: Random, size: number, color: () => Color): Clutter[] {
  return Array.from({ length: random.below(5) }, () => {
    const [cos, sin] = drawDirection(random);
    const isBar = random.below(2) === 1;
    const halfWidth = random.uniform(0.6, isBar ? 1.2 : 2.6);
    return {
      color: color(),
      x: random.uniform(0, size),
      y: random.uniform(0, size),
      cos,
      sin,
      halfLength: isBar ? random.uniform(3, 9) : 0,
      halfWidth,
    };
  });
}

/** How much of the pixel at (x, y) a piece of clutter covers, in [0, 1]. */
export function clutterCoverage(piece: Clutter, x: number, y: number): number {
  const dx = x - piece.x;
  const dy = y - piece.y;
  const along = Math.max(Math.abs(piece.cos * dx + piece.sin * dy) - piece.halfLength, 0);
  const across = piece.cos * dy - piece.sin * dx;
  const distance = Math.sqrt(along * along + across * across) - piece.halfWidth;
  return Math.min(Math.max(0.5 - distance, 0), 1);
}
