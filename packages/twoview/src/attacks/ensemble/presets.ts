// Ensembles by name.
import type { Ball } from '../common/ball.js';
import { apgdCe, apgdT, type EnsembleAttack, fabT, squareSearch } from './attack.js';

/**
 * `standard`: AutoAttack's APGD-CE, APGD-T, FAB-T and Square, in this order. `apgd`: the first two, which is what the program of
 * ASCL (Bui et al. 2021) calls custom; it leaves few images more than the whole and takes a fraction of its time.
 */
export type EnsembleName = 'standard' | 'apgd';

const makers: Readonly<Record<EnsembleName, readonly ((ball: Ball) => EnsembleAttack)[]>> = {
  standard: [apgdCe, apgdT, fabT, squareSearch],
  apgd: [apgdCe, apgdT],
};

export const ensembleNames = Object.keys(makers) as readonly EnsembleName[];

/** The attacks of an ensemble with the published settings. @throws RangeError on an unknown name */
export function ensembleAttacks(name: EnsembleName, ball: Ball): EnsembleAttack[] {
  if (!Object.hasOwn(makers, name)) {
    throw new RangeError(
      `ensembleAttacks: the ensemble must be one of ${ensembleNames.join(', ')}, not ${String(name)}`,
    );
  }
  return makers[name].map((make) => make(ball));
}
