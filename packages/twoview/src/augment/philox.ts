// Philox4x32-10, a counter-based random generator: the numbers are a function of (key, counter), so there is no state to
// save and any sample's numbers can be had without drawing those before it.
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** High 32 bits of the product of two unsigned 32-bit integers, as a signed integer. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross0 = aLow * bHigh;
  const cross1 = aHigh * bLow;
  const middle = ((aLow * bLow) >>> 16) + (cross0 & 0xffff) + (cross1 & 0xffff);
  return (aHigh * bHigh + (cross0 >>> 16) + (cross1 >>> 16) + (middle >>> 16)) | 0;
}

/**
 * Fills `out` (four unsigned 32-bit numbers) with block `(c0, c1, c2, c3)` of the stream with key `(k0, k1)`. All inputs
 * are taken modulo 2^32.
 */
export function philox4x32(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
