// The plane of p and s with its flow: data for a phase portrait.
import { type DynamicsSettings, parametersOf } from './config.js';
import { dynamicsCourse } from './course.js';
import { fixedPoints, modeSystem, resolveParameters } from './scalar/index.js';

interface PlanePoint {
  x: number;
  y: number;
}

/** p along x, s along y. */
export interface PhasePortrait {
  /** tau at which the flow is drawn: the fixed one, 1 for a moving average. */
  tau: number;
  pRange: [number, number];
  sRange: [number, number];
  arrows: (PlanePoint & { dx: number; dy: number })[];
  /** s = p^2 / alphaP. */
  parabola: PlanePoint[];
  /** Where dp/dt = 0 and where ds/dt = 0, without s = 0. */
  nullclines: { of: 'p' | 's'; points: PlanePoint[] }[];
  fixedPoints: (PlanePoint & { stable: boolean; name: string })[];
}

/** Arrows along each side, and points of a curve. */
const grid = 18;
const curve = 120;

/**
 * The portrait of one mode with a trained predictor; a moving average is taken to have caught up.
 * @returns null for other predictors, whose p is no variable of its own
 */
export function phasePortrait(settings: DynamicsSettings): PhasePortrait | null {
  if (settings.predictor.name !== 'linear') return null;
  const tau = settings.target.name === 'stopGradient' ? settings.target.tau : 1;
  const target = settings.target.name === 'online' ? settings.target : ({ name: 'stopGradient', tau } as const);
  const parameters = parametersOf({ ...settings, target });
  const { alphaP, etaP, etaS, lambdaS, lambdaD } = resolveParameters(parameters);
  const points = fixedPoints(parameters);
  const drive = tau * lambdaD;
  const starts = settings.modes;
  const pTop = 1.15 * Math.max(drive / lambdaS, ...starts.map(({ p }) => p));
  const pLow = Math.min(0, 1.15 * Math.min(...starts.map(({ p }) => p)));
  const rest = Math.max((drive / lambdaS) ** 2 / alphaP, ...points.map(({ s }) => s), ...starts.map(({ s }) => s));
  // Room for the way there, but for s that grows without end.
  const passed = dynamicsCourse(settings, 60).modes.map(({ s }) => Math.max(...s));
  const sTop = 1.1 * Math.min(2 * rest, Math.max(rest, ...passed));
  const along = (low: number, high: number, n: number): number[] =>
    Array.from({ length: n }, (_, i) => low + ((high - low) * (i + 0.5)) / n);
  const { field } = modeSystem(parameters);
  const slope = new Float64Array(3);
  const arrows = along(pLow, pTop, grid).flatMap((x) =>
    along(0, sTop, grid).map((y) => {
      const w = Math.sqrt(y);
      field(0, Float64Array.of(w, x, tau * w), slope);
      return { x, y, dx: slope[1] as number, dy: 2 * w * (slope[0] as number) };
    }),
  );
  const clip = (list: PlanePoint[]): PlanePoint[] => list.filter(({ y }) => y >= 0 && y <= sTop);
  const curveOf = (s: (p: number) => number): PlanePoint[] =>
    clip(along(pLow, pTop, curve).map((x) => ({ x, y: s(x) })));
  const still =
    target.name === 'online'
      ? []
      : [{ of: 'p' as const, points: curveOf((p) => (etaP * p) / (alphaP * (drive - lambdaS * p))) }];
  const upright = points.filter(({ p, name }) => name !== 'collapse' && p <= pTop && etaS > 0);
  return {
    tau,
    pRange: [pLow, pTop],
    sRange: [0, sTop],
    arrows,
    parabola: curveOf((p) => (p * p) / alphaP),
    nullclines: [
      ...still,
      ...upright.map(({ p }) => ({
        of: 's' as const,
        points: [
          { x: p, y: 0 },
          { x: p, y: sTop },
        ],
      })),
    ],
    fixedPoints: points.map(({ p, s, stable, name }) => ({ x: p, y: s, stable, name })),
  };
}
