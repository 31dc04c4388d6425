// Draws one image of the embedded set. Everything but the class is drawn at random and independently of it.
import type { Random } from '../random.js';
import { clutterCoverage, drawClutter, drawDirection, drawField } from './background.js';
import type { EmbeddedClass } from './classes.js';
import { drawPalette, hsv } from './colors.js';
import { SHAPES } from './shapes.js';
import { PATTERNS } from './textures.js';

/** Side of an image, in pixels. */
export const EMBEDDED_SIZE = 32;

const SIZE = EMBEDDED_SIZE;
const PLANE = SIZE * SIZE;
const field = new Float64Array(PLANE);
const picture = new Float64Array(3 * PLANE);

const clamp01 = (value: number): number => Math.min(Math.max(value, 0), 1);

/** Where the object is and how it is seen. */
function drawPose(random: Random) {
  const [cos, sin] = drawDirection(random);
  const scale = random.uniform(16, 21); // the square root of the area, in pixels
  const stretch = random.uniform(0.88, 1.14);
  return {
    x: SIZE / 2 + random.uniform(-3, 3),
    y: SIZE / 2 + random.uniform(-3, 3),
    cos,
    sin,
    scale,
    width: scale * stretch,
    height: scale / stretch,
  };
}

/**
 * Draws one image into `out` (`[3, 32, 32]`, RGB planes).
 *
 * @param random the image's own stream; its draws set colours, pose, background, clutter, light and noise.
 */
export function renderImage(random: Random, kind: EmbeddedClass, out: Uint8Array): void {
  const palette = drawPalette(random);
  drawField(random, field, SIZE);
  const clutter = drawClutter(random, SIZE, () =>
    hsv(random.uniform(), random.uniform(0.1, 0.9), random.uniform(0.1, 1)),
  );
  paintBackground(palette.background, clutter);
  paintObject(random, kind, palette.tones);
  finish(random, out);
}

function paintBackground(
  colors: ReturnType<typeof drawPalette>['background'],
  clutter: ReturnType<typeof drawClutter>,
): void {
  const [near, far] = colors;
  for (let c = 0; c < 3; c++) {
    const plane = c * PLANE;
    for (let i = 0; i < PLANE; i++) picture[plane + i] = near[c]! + (far[c]! - near[c]!) * field[i]!;
  }
  for (const piece of clutter) {
    const reach = piece.halfLength + piece.halfWidth + 1;
    for (let y = Math.max(0, Math.floor(piece.y - reach)); y < Math.min(SIZE, piece.y + reach); y++) {
      for (let x = Math.max(0, Math.floor(piece.x - reach)); x < Math.min(SIZE, piece.x + reach); x++) {
        const cover = clutterCoverage(piece, x + 0.5, y + 0.5);
        if (cover === 0) continue;
        blend(y * SIZE + x, piece.color, cover);
      }
    }
  }
}

function blend(i: number, color: readonly [number, number, number], weight: number): void {
  for (let c = 0; c < 3; c++) picture[c * PLANE + i]! += (color[c]! - picture[c * PLANE + i]!) * weight;
}

function paintObject(random: Random, kind: EmbeddedClass, tones: ReturnType<typeof drawPalette>['tones']): void {
  const outline = SHAPES[kind.shape];
  const { border } = PATTERNS[kind.pattern];
  const pose = drawPose(random);
  const [turnCos, turnSin] = drawDirection(random);
  const period = random.uniform(4.6, 6.4);
  const phase = random.uniform();
  const [shiftX, shiftY] = [random.uniform(-1.2, 1.2), random.uniform(-1.2, 1.2)];
  const [lightX, lightY] = drawDirection(random);
  const shadow = random.uniform(0, 0.55);
  const rim = random.uniform(0, 0.45);
  const drop = random.uniform(1, 2.5);
  const shadowReach = drop + 1.5; // no shadow falls farther out than this
  const distance = (x: number, y: number): number => {
    const u = (pose.cos * x + pose.sin * y) / pose.width;
    const v = (pose.cos * y - pose.sin * x) / pose.height;
    return outline(u, v) * pose.scale;
  };
  for (let row = 0, i = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++, i++) {
      const x = column + 0.5 - pose.x;
      const y = row + 0.5 - pose.y;
      const edge = distance(x, y);
      if (edge > shadowReach) continue;
      if (edge > -0.5) {
        const shade = 1 - shadow * clamp01(0.6 - distance(x + lightX * drop, y + lightY * drop) / 2.5);
        picture[i]! *= shade;
        picture[i + PLANE]! *= shade;
        picture[i + 2 * PLANE]! *= shade;
        if (edge > 0.5) continue;
      }
      const px = x - shiftX;
      const py = y - shiftY;
      const side = border(turnCos * px + turnSin * py, turnCos * py - turnSin * px, period, phase);
      const mix = clamp01(0.5 + side);
      // A darkened rim and light from one side make the object stand out as a thing of its own.
      const light = (1 - rim * clamp01(1 + edge / 1.6)) * (1 + (0.18 * (lightX * x + lightY * y)) / pose.scale);
      const cover = clamp01(0.5 - edge);
      for (let c = 0; c < 3; c++) {
        const color = (tones[0][c]! + (tones[1][c]! - tones[0][c]!) * mix) * light;
        picture[c * PLANE + i]! += (color - picture[c * PLANE + i]!) * cover;
      }
    }
  }
}

/** Lights the whole picture, adds sensor noise (in part common to the three channels) and rounds to bytes. */
function finish(random: Random, out: Uint8Array): void {
  const [dx, dy] = drawDirection(random);
  const slope = random.uniform(0, 0.3) / SIZE;
  const gain = 255 * random.uniform(0.85, 1.1);
  const noise = random.uniform(1, 5) / 104.5; // 104.5: the deviation of the sum of two random bytes
  const toByte = (value: number): number => (Math.min(Math.max(value, 0), 255) + 0.5) | 0;
  for (let y = 0, i = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++, i++) {
      const light = gain * (1 + slope * (dx * (x - SIZE / 2) + dy * (y - SIZE / 2)));
      const draw = random.next();
      const common = (draw & 255) - 255;
      out[i] = toByte(picture[i]! * light + (((draw >>> 8) & 255) + common) * noise);
      out[i + PLANE] = toByte(picture[i + PLANE]! * light + (((draw >>> 16) & 255) + common) * noise);
      out[i + 2 * PLANE] = toByte(picture[i + 2 * PLANE]! * light + ((draw >>> 24) + common) * noise);
    }
  }
}
