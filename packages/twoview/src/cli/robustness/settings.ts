// The flags of `twoview robustness` as settings, each checked.
import type { Ball } from '../../attacks/index.js';
import type { Config } from '../../training/index.js';
import { UsageError } from '../output.js';

export interface RobustnessFlags {
  attack: string;
  eps?: string;
  step?: string;
  norm?: string;
  restarts: string;
  images?: string;
  checkpoint?: string;
  batch: string;
  seed: string;
  device: string;
  radii?: string;
  checks?: boolean;
  transfer?: string;
  out?: string;
  json?: boolean;
}

/** A positive number, or a quotient of two such as 8/255. @throws UsageError */
export function parseRadius(flag: string, text: string): number {
  const [, top, , bottom] = /^(\d*\.?\d+(e-?\d+)?)(?:\/(\d*\.?\d+))?$/i.exec(text.trim()) ?? [];
  const value = top === undefined ? Number.NaN : Number(top) / Number(bottom ?? 1);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(
    `${flag} must be a positive number in pixel units of [0, 1], such as 8/255 or 0.031, not '${text}'`,
  );
}

/** A whole number of at least `least`. @throws UsageError */
export function parseWhole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${flag} must be a whole number of at least ${least}, not '${text}'`);
}

/** What is attacked, and how far. */
export interface ThreatModel {
  ball: Ball;
  stepSize: number;
}

const usual = { norm: 'linf', eps: 8 / 255, stepSize: 2 / 255 } as const;

/** The flags' ball, else that of training, else the usual one of 32-pixel images; steps are a quarter of another radius. */
export function threatModel(flags: RobustnessFlags, { method }: Pick<Config, 'method'>): ThreatModel {
  const trained = method.attack ?? usual;
  const { norm = trained.norm } = flags;
  if (norm !== 'linf' && norm !== 'l2') throw new UsageError(`--norm must be linf or l2, not '${norm}'`);
  if (norm !== trained.norm && flags.eps === undefined)
    throw new UsageError(
      `--norm ${norm} needs --eps, such as ${norm === 'l2' ? '0.5' : '8/255'}: the radius ${Number(trained.eps.toPrecision(3))} is one of the norm ${trained.norm}`,
    );
  const eps = flags.eps === undefined ? trained.eps : parseRadius('--eps', flags.eps);
  const standard = eps === trained.eps && norm === trained.norm ? trained.stepSize : eps / 4;
  return { ball: { norm, eps }, stepSize: flags.step === undefined ? standard : parseRadius('--step', flags.step) };
}

/**
 * The radii of `--radii`, ascending: `2,4,8` is in 1/255 for linf, `0.01,0.03` in pixel units, as all are for l2.
 * @throws UsageError where the list is of both kinds, since 0.5 beside 1 would be half of white
 */
export function parseRadii(text: string, norm: Ball['norm']): number[] {
  const given = text.split(',').map((part) => ({ value: parseRadius('--radii', part), quotient: part.includes('/') }));
  const plain = given.filter(({ quotient }) => !quotient);
  const levels = norm === 'linf' && plain.some(({ value }) => value >= 1);
  if (levels && plain.some(({ value }) => value < 1))
    throw new UsageError(
      `--radii must be all in 1/255, from 1, or all in pixel units, below 1, not '${text}'; half a level is 0.5/255`,
    );
  const radii = given.map(({ value, quotient }) => (levels && !quotient ? value / 255 : value));
  return [...new Set(radii)].sort((a, b) => a - b);
}

/** A radius as people write it: in 1/255 for linf, in pixel units for l2. */
export const radiusInWords = (eps: number, norm: Ball['norm'], digits: number): string =>
  norm === 'linf' ? `${(255 * eps).toFixed(digits)}/255` : String(Number(eps.toPrecision(3)));
