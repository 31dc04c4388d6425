// Colours of one generated image, drawn without regard to its class.
import type { Random } from '../random.js';

/** Red, green and blue in [0, 1]. */
export type Color = readonly [number, number, number];

/** The tones of one picture: two on the object, two that the background runs between. */
export interface Palette {
  readonly tones: readonly [Color, Color];
  readonly background: readonly [Color, Color];
}

/** A colour from hue (in turns), saturation and value, by straight lines only. */
export function hsv(hue: number, saturation: number, value: number): Color {
  const channel = (offset: number): number => {
    const k = (offset + hue * 6) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

/** A distance that weighs brightness most, as eyes and RGB edges do. */
function contrast(a: Color, b: Color): number {
  const red = a[0] - b[0];
  const green = a[1] - b[1];
  const blue = a[2] - b[2];
  const luma = 0.3 * red + 0.59 * green + 0.11 * blue;
  return Math.abs(luma) + 0.25 * Math.sqrt(red * red + green * green + blue * blue);
}

/** A colour of random hue, redrawn until the picture stays readable; the bound keeps the time fixed, and any draw will do. */
function draw(
  random: Random,
  saturation: readonly [number, number],
  value: readonly [number, number],
  accept: (color: Color) => boolean = () => true,
): Color {
  const once = (): Color => hsv(random.uniform(), random.uniform(...saturation), random.uniform(...value));
  let color = once();
  for (let i = 0; i < 12 && !accept(color); i++) color = once();
  return color;
}

/**
 * Four colours of independent, uniform hues: the object has a dark and a light tone, the background lies between, so that
 * what is seen everywhere in the set is the structure and what varies freely is the colour.
 */
export function drawPalette(random: Random): Palette {
  const near = draw(random, [0.1, 0.65], [0.35, 0.72]);
  const far = draw(random, [0.1, 0.65], [0.35, 0.72], (c) => contrast(c, near) < 0.25);
  const dark = draw(random, [0.3, 1], [0.08, 0.42], (c) => Math.min(contrast(c, near), contrast(c, far)) > 0.2);
  const light = draw(random, [0.1, 0.8], [0.85, 1], (c) => Math.min(contrast(c, near), contrast(c, far)) > 0.25);
  return { tones: [dark, light], background: [near, far] };
}
