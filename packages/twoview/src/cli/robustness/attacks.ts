// Attacks by the names that the command line has for them.
import {
  type Ball,
  type EnsembleAttack,
  type EnsembleName,
  ensembleAttacks,
  ensembleNames,
  fabT,
  type PgdSettings,
  squareSearch,
} from '../../attacks/index.js';
import { UsageError } from '../output.js';

/** A single attack of every image, or attacks one after the other, each of what is left. */
export type NamedAttack = { name: string; words: string } & (
  | { kind: 'pgd'; settings: PgdSettings }
  | { kind: 'ensemble'; attacks: readonly EnsembleAttack[] }
);

export interface AttackChoice {
  ball: Ball;
  /** Length of PGD's steps. */
  stepSize: number;
  /** Of PGD. */
  restarts: number;
}

/** For `--help`. */
export const attackNames =
  'standard (AutoAttack: APGD-CE, APGD-T, FAB-T, Square), apgd (its first two), fab, square, pgd-N (cross-entropy, N steps), margin-N, momentum-N, fgsm';

const losses = { pgd: 'crossEntropy', margin: 'margin', momentum: 'crossEntropy' } as const;

/**
 * The attack on a network of so many classes: of an ensemble, those that need more are left out, and its name says so. APGD-T
 * divides by a difference of four logits.
 */
export function forClasses(attack: NamedAttack, classes: number): NamedAttack {
  if (attack.kind === 'pgd') return attack;
  const possible = attack.attacks.filter(({ leastClasses = 2 }) => leastClasses <= classes);
  const left = attack.attacks.filter((one) => !possible.includes(one)).map(({ name }) => name);
  if (left.length === 0) return attack;
  const words = `${possible.map(({ name }) => name).join(', then ')}; ${classes} classes are too few for ${left.join(', ')}`;
  return { ...attack, name: `${attack.name} without ${left.join(', ')}`, words, attacks: possible };
}

/** Numbers with three digits, without trailing zeros. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** @throws UsageError on a name that is none */
export function parseAttack(name: string, { ball, stepSize, restarts }: AttackChoice): NamedAttack {
  if ((ensembleNames as readonly string[]).includes(name)) {
    const attacks = ensembleAttacks(name as EnsembleName, ball);
    return { name, words: attacks.map((attack) => attack.name).join(', then '), kind: 'ensemble', attacks };
  }
  if (name === 'fab' || name === 'square') {
    const attack = name === 'fab' ? fabT(ball) : squareSearch(ball);
    return { name: attack.name, words: 'as in AutoAttack', kind: 'ensemble', attacks: [attack] };
  }
  if (name === 'fgsm') {
    const settings: PgdSettings = { ball, steps: 1, stepSize: ball.eps, start: 'image' };
    return { name: 'FGSM', words: 'one step of the radius, from the image', kind: 'pgd', settings };
  }
  const [, kind, count] = /^(pgd|margin|momentum)-([1-9]\d{0,5})$/.exec(name) ?? [];
  if (kind === undefined) throw new UsageError(`there is no attack '${name}'; there are ${attackNames}`);
  const loss = losses[kind as keyof typeof losses];
  const momentum = kind === 'momentum' ? 1 : 0;
  const settings: PgdSettings = { ball, steps: Number(count), stepSize, loss, restarts, momentum };
  const words = [
    `step ${short(stepSize)}`,
    'random start',
    loss === 'margin' ? 'margin' : 'cross-entropy',
    ...(restarts > 1 ? [`${restarts} restarts`] : []),
    ...(momentum > 0 ? [`momentum ${momentum}`] : []),
  ];
  const title = { pgd: 'PGD', margin: 'margin PGD', momentum: 'MI-FGSM' }[kind as keyof typeof losses];
  return { name: `${title}-${count}`, words: words.join(', '), kind: 'pgd', settings };
}
