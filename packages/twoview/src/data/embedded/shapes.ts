// Outlines as signed distance functions: negative inside, in units where every shape has area 1.
// Equal areas keep the share of background from telling the shapes apart. Only + - * / and square roots are used,
// so the same bits come out on every machine. Formulas after Inigo Quilez's "2D distance functions".

/** Signed distance from the point (x, y) to the outline, about exact near it. */
export type Sdf = (x: number, y: number) => number;

const DISC_RADIUS = 0.5641895835477563; // pi r^2 = 1

const disc: Sdf = (x, y) => Math.sqrt(x * x + y * y) - DISC_RADIUS;

function box(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const dx = Math.abs(x) - halfWidth;
  const dy = Math.abs(y) - halfHeight;
  if (dx <= 0 || dy <= 0) return Math.max(dx, dy);
  return Math.sqrt(dx * dx + dy * dy);
}

const square: Sdf = (x, y) => box(x, y, 0.5, 0.5);

const TRIANGLE_INRADIUS = 0.4386913376508308; // 3 sqrt(3) r^2 = 1
const SIN_60 = 0.8660254037844386;

const triangle: Sdf = (x, y) => Math.max(y, SIN_60 * Math.abs(x) - 0.5 * y) - TRIANGLE_INRADIUS;

// A five-pointed star with the inner corners at 0.45 of the outer radius: area = 5 * 0.45 * sin(36 deg) * R^2.
const STAR_RADIUS = 0.8695596885024512;
const COS_36 = 0.8090169943749475;
const SIN_36 = 0.5877852522924731;
const INNER = 0.45;
// The edge from the outer corner (0, R) to the inner corner INNER * R * (sin 36, cos 36).
const EDGE_X = INNER * STAR_RADIUS * SIN_36;
const EDGE_Y = INNER * STAR_RADIUS * COS_36 - STAR_RADIUS;
const EDGE_LENGTH_2 = EDGE_X * EDGE_X + EDGE_Y * EDGE_Y;

const star: Sdf = (x0, y0) => {
  // Fold the plane into one half point, 36 degrees wide: mirror in the vertical and in the line through the first
  // inner corner (normal (cos 36, -sin 36)), twice, which brings the far side round as well.
  let x = Math.abs(x0);
  let y = y0;
  for (let fold = 0; fold < 2; fold++) {
    const beyond = 2 * Math.max(COS_36 * x - SIN_36 * y, 0);
    x = Math.abs(x - beyond * COS_36);
    y += beyond * SIN_36;
  }
  const py = y - STAR_RADIUS;
  const along = Math.min(Math.max((x * EDGE_X + py * EDGE_Y) / EDGE_LENGTH_2, 0), 1);
  const dx = x - along * EDGE_X;
  const dy = py - along * EDGE_Y;
  const distance = Math.sqrt(dx * dx + dy * dy);
  return x * EDGE_Y < py * EDGE_X ? distance : -distance;
};

// Two crossing bars of half length L and half width 0.36 L: area = (8 * 0.36 - 4 * 0.36^2) L^2.
const CROSS_LENGTH = 0.6507240078691919;
const CROSS_WIDTH = 0.36 * CROSS_LENGTH;

const cross: Sdf = (x, y) => Math.min(box(x, y, CROSS_LENGTH, CROSS_WIDTH), box(x, y, CROSS_WIDTH, CROSS_LENGTH));

/** The five outlines by name. */
export const SHAPES = { disc, square, triangle, star, cross } as const;

export type ShapeName = keyof typeof SHAPES;
