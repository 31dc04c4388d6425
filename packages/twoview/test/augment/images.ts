// Test images: smooth colour fields with some noise, so that resizing, hue and blur have something to act on.

/** A small generator, so that the images are the same everywhere. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** uint8 `[count, 3, height, width]`. */
export function testImages(count: number, height: number, width: number, seed = 1): Uint8Array {
  const random = numbers(seed);
  const next = () => random.next().value;
  const out = new Uint8Array(count * 3 * height * width);
  let at = 0;
  for (let plane = 0; plane < count * 3; plane++) {
    const [base, fx, fy, phase] = [next(), 1 + 5 * next(), 1 + 5 * next(), 6.3 * next()] as [
      number,
      number,
      number,
      number,
    ];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const wave = Math.sin((fx * x) / width + (fy * y) / height + phase);
        out[at++] = Math.max(0, Math.min(255, Math.round(255 * (base + 0.4 * wave + 0.1 * (next() - 0.5)))));
      }
    }
  }
  return out;
}
