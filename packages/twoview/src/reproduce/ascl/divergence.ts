// Latent divergences as results keep them: three numbers.
import type { LatentDivergence } from '../../metrics/index.js';

/** D+_abs, D-_abs and DIV_rel = D+_abs / D-_abs. */
export type Divergence = Pick<LatentDivergence, 'intra' | 'inter' | 'relative'>;

export const inShort = ({ intra, inter, relative }: LatentDivergence): Divergence => ({ intra, inter, relative });
