// Two-tone patterns as signed distances to the border between the tones: negative in the first tone.
// Every pattern gives each tone half of the area, so that the amounts of the two colours do not tell patterns apart.

/** Signed distance, in pixels, from (u, v) to the border of the tones; (u, v) in pixels from the shape's centre. */
export type Pattern = (u: number, v: number, period: number, phase: number) => number;

/** Distance to the edge of a band: bands of half a period each, the first one centred on `phase`. */
function band(u: number, period: number, phase: number): number {
  const t = u / period + phase;
  return (Math.abs(t - Math.floor(t) - 0.5) - 0.25) * period;
}

/** The border of two overlaid two-tone patterns whose tones swap where they cross. */
function alternate(a: number, b: number): number {
  const distance = Math.min(Math.abs(a), Math.abs(b));
  return a < 0 === b < 0 ? -distance : distance;
}

const stripes: Pattern = (u, _v, period, phase) => band(u, period, phase);

const checks: Pattern = (u, v, period, phase) =>
  alternate(band(u, 1.45 * period, phase), band(v, 1.45 * period, phase * 7));

const DOT_RADIUS = 0.3989422804014327; // pi r^2 = 1/2 of a cell

const dots: Pattern = (u, v, period, phase) => {
  const cell = 1.15 * period;
  const x = u / cell + phase;
  const y = v / cell + phase * 7;
  const dx = x - Math.floor(x) - 0.5;
  const dy = y - Math.floor(y) - 0.5;
  return (Math.sqrt(dx * dx + dy * dy) - DOT_RADIUS) * cell;
};

const rings: Pattern = (u, v, period, phase) => band(Math.sqrt(u * u + v * v), period, phase);

const SIN_60 = 0.8660254037844386;

/** Six sectors, cut by three lines through the centre. */
const pinwheel: Pattern = (u, v) => alternate(alternate(v, SIN_60 * u - 0.5 * v), SIN_60 * u + 0.5 * v);

/** The five patterns by name; `adjective` goes before a shape's name to make a class's. */
export const PATTERNS = {
  stripes: { border: stripes, adjective: 'striped' },
  checks: { border: checks, adjective: 'checked' },
  dots: { border: dots, adjective: 'dotted' },
  rings: { border: rings, adjective: 'ringed' },
  pinwheel: { border: pinwheel, adjective: 'pinwheel' },
} as const;

export type PatternName = keyof typeof PATTERNS;
